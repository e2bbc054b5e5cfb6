/** Logs of the contracts in the node's own words: one row an event. */
import type { LogDescription } from 'ethers';
import { VERDICT_CODE } from '#protocol/audit/verdict.ts';
import { hash, units, wei } from '#protocol/ids.ts';
import type { CommitmentView, VerdictName } from '#protocol/ports.ts';
import { type ContractName, contractNames, interfaces } from './bindings.ts';
import type { Addresses } from './calls.ts';
import { DISPUTE_ROWS } from './decode-disputes.ts';
import { Fields, type Row } from './event-fields.ts';
import type { ChainEvent } from './projection.ts';
import type { RawLog } from './rpc.ts';

/** Outcome numbers of contracts/src/types/Verdict.sol. */
const OUTCOMES: Readonly<Record<number, Exclude<CommitmentView['outcome'], null>>> = {
  1: 'accepted',
  2: 'fault',
  3: 'unavailable',
  4: 'unaudited',
  5: 'disputed',
};
const VERDICTS: Readonly<Record<number, VerdictName>> = {
  [VERDICT_CODE.ok]: 'ok',
  [VERDICT_CODE.fault]: 'fault',
  [VERDICT_CODE.unavailable]: 'unavailable',
};
const REWARD_OF_AUDIT = 2;

const earned = (
  f: Fields,
  account: string,
  kind: Extract<ChainEvent, { type: 'earned' }>['kind'],
  amount: string,
): ChainEvent => ({
  type: 'earned',
  account: f.account(account),
  kind,
  epoch: f.epoch(),
  amount: wei(f.big(amount)),
});

/** What each event says; some say two things. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  SeedDrawn: [
    (f) => ({ type: 'seed-drawn', epoch: f.epoch(), seed: hash(f.text('seed')), drawnAt: f.number('drawnAt') }),
  ],
  WorkCommitted: [
    (f) => ({
      type: 'work-committed',
      worker: f.account('worker'),
      epoch: f.epoch(),
      root: hash(f.text('root')),
      units: units(f.big('units')),
      marketUnits: units(f.big('marketUnits')),
      manifest: hash(f.text('manifest')),
      tier: f.number('tier'),
    }),
  ],
  WorkFinalized: [
    (f) => ({
      type: 'work-finalized',
      worker: f.account('worker'),
      epoch: f.epoch(),
      outcome: OUTCOMES[f.number('outcome')] ?? 'unaudited',
      score: f.big('score'),
    }),
  ],
  VerdictRevealed: [
    (f) => ({
      type: 'verdict-revealed',
      epoch: f.epoch(),
      worker: f.account('worker'),
      validator: f.account('validator'),
      verdict: VERDICTS[f.number('verdict')] ?? 'unavailable',
      auditDigest: hash(f.text('auditDigest')),
    }),
  ],
  EpochSettled: [(f) => ({ type: 'epoch-settled', epoch: f.epoch(), released: wei(f.big('released')) })],
  JobPosted: [
    (f) => ({
      type: 'job-posted',
      id: f.big('job'),
      submitter: f.account('submitter'),
      spec: hash(f.text('spec')),
      terms: hash(f.text('terms')),
      shards: f.number('shards'),
      width: f.number('width'),
      units: units(f.big('units')),
      fee: wei(f.big('fee')),
      deadline: f.number('deadline'),
    }),
  ],
  ShardsClaimed: [
    (f) => ({
      type: 'shards-claimed',
      job: f.big('job'),
      word: f.number('word'),
      mask: f.big('granted'),
      worker: f.account('worker'),
    }),
  ],
  ShardsReleased: [
    (f) => ({
      type: 'shards-released',
      job: f.big('job'),
      word: f.number('word'),
      mask: f.big('mask'),
      holder: f.account('holder'),
    }),
  ],
  JobReset: [(f) => ({ type: 'job-reset', job: f.big('job'), fromWord: f.number('fromWord'), epoch: f.epoch() })],
  ShardsRedeemed: [
    (f) => ({
      type: 'shards-redeemed',
      job: f.big('job'),
      word: f.number('word'),
      mask: f.big('mask'),
      units: units(f.big('units')),
    }),
    (f) => earned(f, 'worker', 'fee', 'paid'),
  ],
  JobCompleted: [(f) => ({ type: 'job-closed', job: f.big('job'), state: 'complete' })],
  JobRefunded: [(f) => ({ type: 'job-closed', job: f.big('job'), state: 'refunded' })],
  Slashed: [(f) => ({ type: 'slashed', worker: f.account('worker'), amount: wei(f.big('amount')) })],
  RewardClaimed: [(f) => earned(f, 'account', f.number('kind') === REWARD_OF_AUDIT ? 'audit' : 'work', 'amount')],
  AuditFeeClaimed: [(f) => earned(f, 'account', 'audit-fee', 'amount')],
  // Of a slash that was proven: whose epoch it was for, and what the challenger was paid.
  Convicted: [
    (f) => ({ type: 'convicted', worker: f.account('worker'), epoch: f.epoch() }),
    (f) => earned(f, 'challenger', 'bounty', 'paid'),
  ],
  ...DISPUTE_ROWS,
  BountyClaimed: [(f) => earned(f, 'account', 'bounty', 'amount')],
};

/** @returns a function that says what a log of these contracts means; nothing for logs that the node does not follow */
export function logDecoder(addresses: Addresses): (log: RawLog) => readonly ChainEvent[] {
  const names = new Map<string, ContractName>(contractNames.map((name) => [addresses[name], name]));
  return (log) => {
    const name = names.get(log.address);
    const parsed: LogDescription | null = name === undefined ? null : interfaces[name].parseLog(log);
    if (parsed === null) return [];
    return (ROWS[parsed.name] ?? []).map((row) => row(new Fields(parsed.args)));
  };
}
