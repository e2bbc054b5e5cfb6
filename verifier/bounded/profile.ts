/** The empirical profile: how far honest executions were apart when it was measured, and the thresholds above that. */
import type { Distance } from './distance.ts';
import { CHECKPOINTS, OPERATORS } from './profile-data.ts';
import { U32 } from './rounding.ts';
import type { Slot } from './scale.ts';

/** The largest honest distances seen at the end of segments of so many steps. */
export interface CheckpointRow extends Distance {
  readonly slot: Slot;
  readonly steps: number;
}

/** The largest honest distances seen in results of this operator, in a step that began at honest states. */
export interface OperatorRow extends Distance {
  readonly op: string;
}

export interface Profile {
  readonly checkpoints: readonly CheckpointRow[];
  readonly operators: readonly OperatorRow[];
}

export const SHIPPED: Profile = { checkpoints: CHECKPOINTS, operators: OPERATORS };

/** Thresholds are this many times the largest honest distance: larger models, whose sums are longer, and other cards were not measured. */
export const SAFETY = 32;
/** An agreement by chance to the last bit is no standard for others. */
const LEAST: Distance = { l2: 4 * U32, max: 32 * U32 };

const scaled = ({ l2, max }: Distance, factor: number): Distance => ({
  l2: factor * Math.max(LEAST.l2, SAFETY * l2),
  max: factor * Math.max(LEAST.max, SAFETY * max),
});

/** Segments between two measured lengths are judged as the longer one; beyond the longest, errors may add up. */
export function checkpointThreshold(profile: Profile, slot: Slot, steps: number): Distance | null {
  const rows = profile.checkpoints.filter((row) => row.slot === slot).sort((a, b) => a.steps - b.steps);
  const row = rows.find((one) => one.steps >= steps) ?? rows.at(-1);
  return row === undefined ? null : scaled(row, Math.max(1, steps / row.steps));
}

/** An operator that was not measured is given the widest threshold of those that were. */
export function operatorThreshold({ operators }: Profile, op: string): Distance {
  const row = operators.find((one) => one.op === op);
  const widest = operators.reduce<Distance>(
    (most, { l2, max }) => ({ l2: Math.max(most.l2, l2), max: Math.max(most.max, max) }),
    { l2: 0, max: 0 },
  );
  return scaled(row ?? widest, 1);
}
