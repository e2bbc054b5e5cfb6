/** A worker's epoch: all its proofs under one Merkle-sum root, word by word. */
import { z } from 'zod';
import { hashText, hashWords } from '../codec/abi.ts';
import { addressField, cidField, countField, epochField, hashField, unitsField } from '../codec/fields.ts';
import { errorTable } from '../errors.ts';
import { type Hash, type Units, units } from '../ids.ts';
import { MAX_PROOFS, MAX_SHARD, WORD } from '../limits.ts';
import type { CommittedProof, RedeemLeaf, SumStep } from '../ports.ts';
import { leafAt, type SumNode, sumPath, sumRoot } from '../trees/merkle-sum.ts';
import { jobOfTask } from './shard.ts';

export const commitmentError = errorTable('COMMITMENT', {
  UNSORTED: {
    what: (d: { task: string; shard: number }) =>
      `proof of shard ${d.shard} of task ${d.task} is out of order or twice there`,
    todo: 'sort the proofs by task and shard and commit each shard once',
  },
});

const LEAF = hashText('corex.leaf.v1');

/** The tier of every task that there is: none needs more than 4 GB, as blobs have MAX_BLOB bytes at most. */
const TIDE_POOL = 0;

const entry = z.strictObject({
  task: hashField,
  shard: countField(MAX_SHARD),
  /** EIP-712 digest of the proof. */
  digest: hashField,
  units: unitsField,
  /** The signed proof. */
  proof: cidField,
});

/** The object behind `manifest` in WorkLedger.commitWork. Entries ascend by (task, shard). */
export const commitment = z.strictObject({
  v: z.literal(1),
  epoch: epochField,
  worker: addressField,
  entries: z.array(entry).min(1).max(MAX_PROOFS),
});

export type Commitment = z.output<typeof commitment>;
export type Entry = z.output<typeof entry>;

interface Leaf extends RedeemLeaf {
  readonly entries: readonly Entry[];
}

/** A commitment with its trees built. */
export interface CommittedWork {
  readonly root: Hash;
  readonly units: Units;
  readonly marketUnits: Units;
  readonly tier: number;
  readonly leaves: readonly Leaf[];
}

function compare(a: Pick<Entry, 'task' | 'shard'>, b: Pick<Entry, 'task' | 'shard'>): number {
  if (a.task !== b.task) return a.task < b.task ? -1 : 1;
  return a.shard - b.shard;
}

export function sortEntries(entries: readonly Entry[]): Entry[] {
  return [...entries].sort(compare);
}

const entryNode = (e: Entry): SumNode => ({ hash: e.digest, sum: e.units });

function leafOf(entries: readonly Entry[], task: Hash, word: number): Leaf {
  const subtree = sumRoot(entries.map(entryNode));
  const mask = entries.reduce((bits, e) => bits | (1n << BigInt(e.shard % WORD)), 0n);
  return { task, word, mask, units: subtree.sum, proofs: subtree.hash, entries };
}

export function leafNode(leaf: RedeemLeaf): SumNode {
  return { hash: hashWords([LEAF, leaf.task, leaf.word, leaf.mask, leaf.proofs]), sum: leaf.units };
}

/** Builds both storeys of the tree. @throws COMMITMENT_UNSORTED */
export function buildCommitment(entries: readonly Entry[]): CommittedWork {
  const groups = new Map<string, Entry[]>();
  entries.forEach((e, i) => {
    const before = entries[i - 1];
    if (before !== undefined && compare(before, e) >= 0)
      throw commitmentError('UNSORTED', { task: e.task, shard: e.shard });
    const key = `${e.task}/${Math.floor(e.shard / WORD)}`;
    groups.set(key, [...(groups.get(key) ?? []), e]);
  });
  const leaves = [...groups.values()].flatMap((group) => {
    const first = group[0];
    return first === undefined ? [] : [leafOf(group, first.task, Math.floor(first.shard / WORD))];
  });
  const root = sumRoot(leaves.map(leafNode));
  const market = leaves.reduce((sum, leaf) => sum + (jobOfTask(leaf.task) === null ? 0n : leaf.units), 0n);
  return { root: root.hash, units: root.sum, marketUnits: units(market), tier: TIDE_POOL, leaves };
}

/** The path from one leaf to the root, for TaskMarket.redeem. */
export function leafPath(work: CommittedWork, index: number): SumStep[] {
  return sumPath(work.leaves.map(leafNode), index);
}

/** The proof that covers an offset in [0, units), and the offset inside it. */
export function entryAt(work: CommittedWork, offset: bigint): { readonly entry: Entry; readonly within: bigint } {
  const entries = work.leaves.flatMap((leaf) => leaf.entries);
  const { index, within } = leafAt(entries.map(entryNode), offset);
  const found = entries[index];
  if (found === undefined) throw new RangeError(`no entry ${index}`);
  return { entry: found, within };
}

/** The entry of one shard, and its ways up both storeys; null when the commitment has none. */
export function placeOf(
  work: CommittedWork,
  at: Pick<Entry, 'task' | 'shard'>,
): { readonly entry: Entry; readonly placement: CommittedProof['placement'] } | null {
  for (const [index, { entries, ...leaf }] of work.leaves.entries()) {
    const within = entries.findIndex((e) => e.task === at.task && e.shard === at.shard);
    const entry = entries[within];
    if (entry === undefined) continue;
    const placement = { within: sumPath(entries.map(entryNode), within), leaf, path: leafPath(work, index) };
    return { entry, placement };
  }
  return null;
}

export function commitmentToWire(c: Commitment): z.input<typeof commitment> {
  return { ...c, epoch: c.epoch, entries: c.entries.map((e) => ({ ...e, units: e.units.toString() })) };
}
