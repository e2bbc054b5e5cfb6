/** The learning rate of a step, in the graph, from the number of steps done: no function whose bits depend on the processor. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import type { ScheduleSpec } from './options.ts';
import { type Scalar, Scalars } from './scalars.ts';

/** int64 in the state, so that a merge takes it from the first part. */
const COUNTER = 'step';

/** Adds the counter unless it is there. @returns the steps done before this one */
export function stepsDone(b: GraphBuilder, state: Map<string, Tensor>): string {
  if (!state.has(COUNTER)) {
    const zero = tensorOf('int64', [], [0]);
    state.set(COUNTER, zero);
    b.op('Add', [b.input(COUNTER, zero), b.scalar('int64', 1)], {}, `${COUNTER}.next`);
    b.output(`${COUNTER}.next`);
  }
  return COUNTER;
}

/** x - x³/3! + x⁵/5! - … to x¹⁵ over x, in powers of x²; for |x| ≤ π/2 the rest is below 7e-12. */
const SINE_OVER_X: readonly number[] = [6, 120, 5040, 362_880, 39_916_800, 6_227_020_800, 1_307_674_368_000].reduce(
  (terms, factorial, i) => terms.concat((i % 2 === 0 ? -1 : 1) / factorial),
  [1],
);

/** sin²(πp/2), which is (1 - cos πp)/2, for p from 0 to 1. */
export function raisedCosine(s: Scalars, p: Scalar): Scalar {
  const x = s.mul(p, Math.PI / 2);
  const sine = s.mul(x, s.polynomial(s.mul(x, x), SINE_OVER_X));
  return s.mul(sine, sine);
}

/**
 * lr times the schedule's factor. The first step of a warm-up has the rate 0, as in transformers'
 * get_{constant,linear,cosine}_schedule_with_warmup; unlike theirs the cosine stays where it ends.
 * https://huggingface.co/docs/transformers/main_classes/optimizer_schedules
 */
export function addRate(
  b: GraphBuilder,
  lr: number,
  schedule: ScheduleSpec | undefined,
  state: Map<string, Tensor>,
): Scalar {
  const warmup = schedule?.warmupSteps ?? 0;
  if (schedule === undefined || (schedule.kind === 'constant' && warmup === 0)) return lr;
  const s = new Scalars(b);
  const done = b.op('Cast', [stepsDone(b, state)], { to: ELEMENT_TYPE.float64 });
  const rise = warmup === 0 ? 1 : s.min(s.div(done, warmup), 1);
  if (schedule.kind === 'constant') return s.mul(rise, lr);
  const { kind, totalSteps, floor = 0 } = schedule;
  const length = Math.max(totalSteps - warmup, 1);
  const past = s.div(s.min(s.max(s.sub(done, warmup), 0), length), length);
  const fallen = kind === 'linear' ? past : raisedCosine(s, past);
  return s.mul(rise, s.sub(lr, s.mul(fallen, lr * (1 - floor))));
}
