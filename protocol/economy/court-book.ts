/** Audits: committees, verdicts, outcomes and bounties. AuditCourt.sol is the master. */
import { isDrawn, seatOf } from '../audit/sortition.ts';
import { type Reveal, VERDICT_CODE, verdictDigest } from '../audit/verdict.ts';
import { type Address, type Epoch, type Hash, type Wei, wei } from '../ids.ts';
import type { VerdictName } from '../ports.ts';
import type { BeaconBook } from './beacon-book.ts';
import { keyOf, type Moment } from './moment.ts';
import { demand } from './refusal.ts';
import { splitBounty } from './stake.ts';
import type { StakeBook } from './stake-book.ts';
import type { TokenBook } from './token-book.ts';

/** In the order of Verdict.sol: fault is what was proven, disputed what most seats only said. */
export type OutcomeName = 'accepted' | 'fault' | 'unavailable' | 'unaudited' | 'disputed';

interface Ballot {
  readonly digest: string;
  readonly weight: bigint;
  readonly verdict: VerdictName | null;
  readonly paid: boolean;
}

interface Audit {
  readonly weights: Record<VerdictName, bigint>;
  readonly ballots: Map<Address, Ballot>;
  revealed: number;
  /** Who said fault and has not been paid for it. */
  faults: number;
  bounty: bigint;
}

/** What the contract keeps of a digest: 192 bits, and 0x. */
const DIGEST_CHARACTERS = 2 + 192 / 4;

export class CourtBook {
  readonly #moment: Moment;
  readonly #token: TokenBook;
  readonly #beacon: BeaconBook;
  readonly #stakes: StakeBook;
  readonly #isPending: (worker: Address, of: Epoch) => boolean;
  readonly #audits = new Map<string, Audit>();
  readonly #auditsBy = new Map<string, bigint>();
  readonly #auditsTotal = new Map<Epoch, bigint>();

  constructor(
    moment: Moment,
    token: TokenBook,
    beacon: BeaconBook,
    stakes: StakeBook,
    isPending: (worker: Address, of: Epoch) => boolean,
  ) {
    [this.#moment, this.#token, this.#beacon, this.#stakes] = [moment, token, beacon, stakes];
    this.#isPending = isPending;
  }

  commitVerdict(validator: Address, of: Epoch, worker: Address, digest: Hash): void {
    const times = this.#beacon.timesOf(of);
    demand(times !== null && this.#moment.time < times.verdictsEnd, 'NotInWindow');
    const kept = digest.slice(0, DIGEST_CHARACTERS);
    demand(BigInt(kept) !== 0n, 'BadDigest');
    demand(this.#isPending(worker, of), 'NoWork');
    const { drawn, seat } = this.#draw(of, worker, validator);
    demand(drawn, 'NotOnCommittee');
    const { ballots } = this.#auditOf(worker, of);
    demand(!ballots.has(validator), 'AlreadyDone');
    ballots.set(validator, { digest: kept, weight: seat, verdict: null, paid: false });
  }

  revealVerdict(reveal: Reveal): void {
    const { validator, worker, epoch: of, verdict } = reveal;
    const times = this.#beacon.timesOf(of);
    const { time } = this.#moment;
    demand(times !== null && time >= times.verdictsEnd && time < times.revealsEnd, 'NotInWindow');
    const audit = this.#auditOf(worker, of);
    const ballot = audit.ballots.get(validator);
    demand(ballot === undefined || ballot.verdict === null, 'AlreadyDone');
    demand(ballot?.digest === verdictDigest(reveal).slice(0, DIGEST_CHARACTERS), 'WrongReveal');
    audit.ballots.set(validator, { ...ballot, verdict });
    audit.weights[verdict] += ballot.weight;
    audit.revealed += 1;
    if (verdict === 'fault') audit.faults += 1;
    this.#auditsBy.set(keyOf(validator, of), this.auditsBy(validator, of) + 1n);
    this.#auditsTotal.set(of, this.auditsTotal(of) + 1n);
  }

  /** Of the ledger: what the verdicts come to. */
  conclude(worker: Address, of: Epoch): OutcomeName {
    const times = this.#beacon.timesOf(of);
    demand(times !== null && this.#moment.time >= times.revealsEnd, 'NotInWindow');
    return outcomeOf(this.#auditOf(worker, of).weights);
  }

  /** Of the ledger and the dispute court: a wrong sum was shown, a dispute was won. */
  convict(worker: Address, of: Epoch, challenger: Address): void {
    const audit = this.#auditOf(worker, of);
    const bounty = this.#stakes.slash(worker);
    const split = splitBounty(bounty, audit.faults);
    audit.bounty += split.auditors;
    this.#token.burn('court', split.burned);
    this.#token.transfer('court', challenger, split.challenger);
  }

  claimBounty(validator: Address, of: Epoch, worker: Address): void {
    const audit = this.#auditOf(worker, of);
    const ballot = audit.ballots.get(validator);
    demand(ballot?.verdict === 'fault' && !ballot.paid, 'NothingToClaim');
    // What is left over those who are left: the last one takes the dust.
    const amount = audit.bounty / BigInt(audit.faults);
    demand(amount !== 0n, 'NothingToClaim');
    audit.ballots.set(validator, { ...ballot, paid: true });
    audit.bounty -= amount;
    audit.faults -= 1;
    this.#token.transfer('court', validator, amount);
  }

  onCommittee(of: Epoch, worker: Address, validator: Address): boolean {
    return this.#draw(of, worker, validator).drawn;
  }

  /** 0 until it is revealed. */
  verdictOf(of: Epoch, worker: Address, validator: Address): number {
    const verdict = this.#audits.get(keyOf(worker, of))?.ballots.get(validator)?.verdict ?? null;
    return verdict === null ? 0 : VERDICT_CODE[verdict];
  }

  revealsOf(of: Epoch, worker: Address): number {
    return this.#audits.get(keyOf(worker, of))?.revealed ?? 0;
  }

  auditsBy(validator: Address, of: Epoch): bigint {
    return this.#auditsBy.get(keyOf(validator, of)) ?? 0n;
  }

  auditsTotal(of: Epoch): bigint {
    return this.#auditsTotal.get(of) ?? 0n;
  }

  bountyOf(of: Epoch, worker: Address): Wei {
    return wei(this.#audits.get(keyOf(worker, of))?.bounty ?? 0n);
  }

  /** Where too few have answered by half time, the threshold doubles. */
  #draw(of: Epoch, worker: Address, validator: Address): { readonly drawn: boolean; readonly seat: bigint } {
    const draw = this.#beacon.drawOf(of);
    if (draw === undefined) return { drawn: false, seat: 0n };
    const { law, time } = this.#moment;
    const committed = this.#audits.get(keyOf(worker, of))?.ballots.size ?? 0;
    const late = time >= draw.at + Math.floor(law.auditSeconds / 2) && committed * 2 < law.committee;
    const { weight, others } = this.#stakes.weightsFor(worker, validator, of);
    const members = late ? law.committee * 2 : law.committee;
    const drawn = isDrawn({ seed: draw.seed, worker, validator }, members, weight, others);
    return { drawn, seat: seatOf(law.committee, weight, others) };
  }

  #auditOf(worker: Address, of: Epoch): Audit {
    const key = keyOf(worker, of);
    const found = this.#audits.get(key) ?? {
      weights: { ok: 0n, fault: 0n, unavailable: 0n },
      ballots: new Map(),
      revealed: 0,
      faults: 0,
      bounty: 0n,
    };
    this.#audits.set(key, found);
    return found;
  }
}

/** A strict majority of the revealed weight decides what is paid, and slashes nobody. */
function outcomeOf({ ok, fault, unavailable }: Readonly<Record<VerdictName, bigint>>): OutcomeName {
  const revealed = ok + fault + unavailable;
  if (revealed === 0n) return 'unaudited';
  if (fault * 2n > revealed) return 'disputed';
  return ok * 2n > revealed ? 'accepted' : 'unavailable';
}
