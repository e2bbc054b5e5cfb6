/** Commitments of a history: trees of a few leaves, honest or with a wrong sum at the root, and what can be redeemed of them. */
import type { Book } from '#protocol/economy/book.ts';
import type { Delivered } from '#protocol/economy/market-book.ts';
import { countOf } from '#protocol/economy/shard-words.ts';
import type { WorkClaim, WrongSum } from '#protocol/economy/work-book.ts';
import { type Address, type Epoch, hash, type Units, units } from '#protocol/ids.ts';
import type { RedeemLeaf } from '#protocol/ports.ts';
import { parentOf, type SumNode, sumPath, sumRoot } from '#protocol/trees/merkle-sum.ts';
import { leafNode } from '#protocol/work/commitment.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import type { Dice } from './dice.ts';

const MOST_UNITS = (1n << 104n) - 1n;
/** More than the ledger takes, and few enough that the leaves of a tree fit its sums. */
const TOO_MANY = 1n << 120n;

export interface Delivery {
  readonly worker: Address;
  readonly epoch: Epoch;
  readonly claim: WorkClaim;
  readonly leaves: readonly Delivered[];
  /** Where the worker cheated. */
  readonly wrong: WrongSum | null;
}

/** Of any magnitude that the ledger takes: one, the most, and everything between. */
export function unitsOf(dice: Dice): Units {
  if (dice.chance(0.05)) return units(MOST_UNITS);
  // Mostly what networks do, so that marks, caps and shares meet.
  return units(dice.amount(dice.chance(0.7) ? 1n << 60n : MOST_UNITS));
}

/** A leaf for what the worker holds of a job's word and is not paid for. */
function leavesHeld(dice: Dice, book: Book, worker: Address): RedeemLeaf[] {
  const leaves: RedeemLeaf[] = [];
  for (let job = 1n; job <= book.market.jobs(); job++) {
    const open = book.market.jobOf(job);
    if (open?.state !== 'open') continue;
    for (const [word, here] of open.words) {
      const free = here.heldBy(worker) & ~here.paid;
      if (free === 0n || dice.chance(0.1)) continue;
      const mask = dice.chance(0.8) ? free : free & -free;
      const honest = (open.units * BigInt(countOf(mask))) / BigInt(open.shards);
      const sum = dice.chance(0.9) ? honest : dice.bits(1 + dice.below(60)) % (open.units + 2n);
      leaves.push({ task: taskOfJob(job), word, mask, units: units(sum % TOO_MANY), proofs: hash(dice.hex(32)) });
    }
  }
  return leaves;
}

function baseLeaf(dice: Dice): RedeemLeaf {
  return { task: hash(dice.hex(32)), word: 0, mask: 1n, units: unitsOf(dice), proofs: hash(dice.hex(32)) };
}

function marketUnitsOf(dice: Dice, leaves: readonly RedeemLeaf[], all: bigint): bigint {
  const market = leaves.filter(({ task }) => BigInt(task) >> 64n === 0n).reduce((sum, leaf) => sum + leaf.units, 0n);
  if (dice.chance(0.7)) return market;
  return dice.chance(0.5) ? all : dice.bits(104) % (all + 1n);
}

export function deliveryOf(dice: Dice, book: Book, worker: Address, epoch: Epoch): Delivery {
  const held = leavesHeld(dice, book, worker);
  const leaves = held.length === 0 || dice.chance(0.3) ? [...held, baseLeaf(dice)] : held;
  const nodes = leaves.map(leafNode);
  const root = sumRoot(nodes);
  const tier = dice.below(4);
  const marketUnits = marketUnitsOf(dice, leaves, root.sum);
  const delivered = leaves.map((leaf, i) => ({ leaf, path: sumPath(nodes, i) }));
  const claim = { root: root.hash, units: root.sum, marketUnits, tier };
  if (held.length > 0 || !dice.chance(0.15)) return { worker, epoch, claim, leaves: delivered, wrong: null };
  return { worker, epoch, ...cheat(dice, tier) };
}

function cheat(dice: Dice, tier: number): Omit<Delivery, 'worker' | 'epoch'> {
  const node = (): SumNode => ({ hash: hash(dice.hex(32)), sum: units(dice.amount(1n << 50n)) });
  const [left, right] = [node(), node()];
  const sum = units(left.sum + right.sum + dice.amount(1n << 60n));
  const claim = { root: parentOf(left, right).hash, units: sum, marketUnits: 0n, tier };
  const deep = dice.chance(0.5);
  if (!deep) return { claim, leaves: [], wrong: { left, right, sum, path: [] } };
  const above = node();
  const root = parentOf({ hash: claim.root, sum }, above);
  const wrong = { left, right, sum, path: [{ hash: above.hash, sum: above.sum, left: false }] };
  return { claim: { ...claim, root: root.hash, units: root.sum }, leaves: [], wrong };
}
