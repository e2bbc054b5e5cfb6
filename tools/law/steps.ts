/** Every call that a history may contain: how the books play it, and how the contracts are called. */
import { verdictDigest, type Reveal, VERDICT_CODE } from '#protocol/audit/verdict.ts';
import type { Book } from '#protocol/economy/book.ts';
import type { Delivered, Offer } from '#protocol/economy/market-book.ts';
import type { WorkClaim, WrongSum } from '#protocol/economy/work-book.ts';
import type { Address, Epoch, Hash } from '#protocol/ids.ts';
import { type ContractName, callOf } from './contracts.ts';

/** Who calls: an account, the pool where a history begins with CXT that was given away, or the dispute court, whose own law is
 * test/DisputeCourt's. */
export type Caller = Address | 'pool' | 'disputes';

export interface Step {
  readonly caller: Caller;
  readonly contract: ContractName;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly play: (book: Book) => void;
  /** The epoch that it is about, if it is about one. */
  readonly epoch?: Epoch;
  readonly worker?: Address;
}

export function calldata(step: Step): Buffer {
  return callOf(step.contract, step.method, step.args);
}

const HASH = `0x${'11'.repeat(32)}` as Hash;

const step = (
  caller: Caller,
  contract: ContractName,
  method: string,
  args: readonly unknown[],
  play: (book: Book) => void,
  about: { readonly epoch?: Epoch; readonly worker?: Address } = {},
): Step => ({ caller, contract, method, args, play, ...about });

export const give = (to: Address, amount: bigint): Step =>
  step('pool', 'token', 'transfer', [to, amount], (b) => b.token.transfer('pool', to, amount));

export const transfer = (who: Address, to: Address, amount: bigint): Step =>
  step(who, 'token', 'transfer', [to, amount], (b) => b.token.transfer(who, to, amount));

export const burn = (who: Address, amount: bigint): Step =>
  step(who, 'token', 'burn', [amount], (b) => b.token.burn(who, amount));

export const draw = (who: Address, epoch: Epoch, round: { seed: Hash; signature: string }): Step =>
  step(who, 'beacon', 'draw', [epoch, round.signature], (b) => b.beacon.draw(epoch, round.seed), { epoch });

export const register = (who: Address, compute: boolean, validator: boolean): Step =>
  step(who, 'stakes', 'register', [compute, validator], (b) => b.stakes.register(who, compute, validator));

export const stake = (who: Address, amount: bigint): Step =>
  step(who, 'stakes', 'stake', [amount], (b) => b.stakes.stake(who, amount));

export const requestUnstake = (who: Address, amount: bigint): Step =>
  step(who, 'stakes', 'requestUnstake', [amount], (b) => b.stakes.requestUnstake(who, amount));

export const withdraw = (who: Address): Step => step(who, 'stakes', 'withdraw', [], (b) => b.stakes.withdraw(who));

export const commitWork = (worker: Address, epoch: Epoch, claim: WorkClaim): Step => {
  const args = [epoch, claim.root, claim.units, claim.marketUnits, HASH, claim.tier];
  return step(worker, 'ledger', 'commitWork', args, (b) => b.work.commitWork(worker, epoch, claim), { epoch, worker });
};

export const finalize = (who: Address, worker: Address, epoch: Epoch): Step =>
  step(who, 'ledger', 'finalize', [worker, epoch], (b) => b.work.finalize(worker, epoch), { epoch, worker });

export const proveWrongSum = (who: Address, worker: Address, epoch: Epoch, wrong: WrongSum): Step => {
  const args = [worker, epoch, wrong.left, wrong.right, wrong.sum, wrong.path];
  const play = (b: Book): void => b.work.proveWrongSum(who, worker, epoch, wrong);
  return step(who, 'ledger', 'proveWrongSum', args, play, { epoch, worker });
};

export const commitVerdict = (r: Reveal): Step => {
  const { validator, worker, epoch } = r;
  const digest = verdictDigest(r);
  const play = (b: Book): void => b.court.commitVerdict(validator, epoch, worker, digest);
  return step(validator, 'court', 'commitVerdict', [epoch, worker, digest], play, { epoch, worker });
};

export const revealVerdict = (r: Reveal): Step => {
  const { validator, worker, epoch } = r;
  const args = [epoch, worker, VERDICT_CODE[r.verdict], r.auditDigest, r.salt];
  return step(validator, 'court', 'revealVerdict', args, (b) => b.court.revealVerdict(r), { epoch, worker });
};

export const claimBounty = (validator: Address, epoch: Epoch, worker: Address): Step => {
  const play = (b: Book): void => b.court.claimBounty(validator, epoch, worker);
  return step(validator, 'court', 'claimBounty', [epoch, worker], play, { epoch, worker });
};

export const takeBond = (challenger: Address): Step =>
  step('disputes', 'stakes', 'takeBond', [challenger], (b) => {
    b.stakes.takeBond(challenger);
  });

export const returnBond = (to: Address, amount: bigint): Step =>
  step('disputes', 'token', 'transfer', [to, amount], (b) => b.token.transfer('disputes', to, amount));

export const burnBond = (amount: bigint): Step =>
  step('disputes', 'token', 'burn', [amount], (b) => b.token.burn('disputes', amount));

export const convict = (worker: Address, epoch: Epoch, challenger: Address): Step => {
  const play = (b: Book): void => b.court.convict(worker, epoch, challenger);
  return step('disputes', 'court', 'convict', [worker, epoch, challenger], play, { epoch, worker });
};

export const settle = (who: Address): Step => step(who, 'pool', 'settle', [], (b) => b.pool.settle());

export const claimWork = (who: Address, epoch: Epoch): Step =>
  step(who, 'pool', 'claimWork', [epoch], (b) => b.pool.claimWork(who, epoch), { epoch });

export const claimAudit = (who: Address, epoch: Epoch): Step =>
  step(who, 'pool', 'claimAudit', [epoch], (b) => b.pool.claimAudit(who, epoch), { epoch });

export const expire = (who: Address, epoch: Epoch): Step =>
  step(who, 'pool', 'expire', [epoch], (b) => b.pool.expire(epoch), { epoch });

export const postJob = (who: Address, o: Offer): Step => {
  const args = [HASH, HASH, o.shards, o.width, o.units, o.fee, o.deadline];
  return step(who, 'market', 'postJob', args, (b) => {
    b.market.postJob(who, o);
  });
};

export const claimShards = (who: Address, job: bigint, word: number, mask: bigint, limit: number): Step =>
  step(who, 'market', 'claimShards', [job, word, mask, limit], (b) =>
    b.market.claimShards(who, job, word, mask, limit),
  );

export const releaseShards = (who: Address, job: bigint, word: number, mask: bigint, holder: Address): Step =>
  step(who, 'market', 'releaseShards', [job, word, mask, holder], (b) =>
    b.market.releaseShards(job, word, mask, holder),
  );

export const redeem = (who: Address, worker: Address, epoch: Epoch, delivered: Delivered): Step => {
  const args = [worker, epoch, delivered.leaf, delivered.path];
  const play = (b: Book): void => b.market.redeem(worker, epoch, delivered);
  return step(who, 'market', 'redeem', args, play, { epoch, worker });
};

export const refund = (who: Address, job: bigint): Step =>
  step(who, 'market', 'refund', [job], (b) => b.market.refund(job));

export const claimAuditFee = (validator: Address, worker: Address, epoch: Epoch): Step => {
  const play = (b: Book): void => b.market.claimAuditFee(validator, worker, epoch);
  return step(validator, 'market', 'claimAuditFee', [worker, epoch], play, { epoch, worker });
};
