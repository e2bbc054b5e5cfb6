/** The optimizers, a row each, with the semantics of torch.optim: which tensors they keep and how a weight moves. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { zeros } from '#engine/state/state.ts';
import type { OptimizerName, OptimizerOf, OptimizerSpec } from './options.ts';
import { type Scalar, Scalars } from './scalars.ts';
import { stepsDone } from './schedule.ts';

export interface Moved {
  readonly name: string;
  readonly gradient: string;
  /** Learning rate of this step. */
  readonly lr: Scalar;
  readonly weightDecay: number;
}

/** Adds every weight's next value and the optimizer's own tensors, which it notes in `state`. */
type Rule<Spec> = (b: GraphBuilder, spec: Spec, moved: readonly Moved[], state: Map<string, Tensor>) => void;

/** A tensor of zeros that is carried from step to step. */
function keep(b: GraphBuilder, name: string, shape: readonly number[], state: Map<string, Tensor>): string {
  const tensor = zeros('float32', shape);
  state.set(name, tensor);
  return b.input(name, tensor);
}

/** Weights of a group share the numbers that are computed in the graph. */
function once<T>(compute: (lr: Scalar, weightDecay: number) => T): (of: Moved) => T {
  const known = new Map<string, T>();
  return ({ lr, weightDecay }) => {
    const key = `${lr} ${weightDecay}`;
    const made = known.get(key) ?? compute(lr, weightDecay);
    known.set(key, made);
    return made;
  };
}

function output(b: GraphBuilder, op: 'Add' | 'Sub', inputs: readonly [string, string], name: string): string {
  const made = b.op(op, inputs, {}, `${name}.next`);
  b.output(made);
  return made;
}

/** gradient + weightDecay · weight */
function coupled(b: GraphBuilder, { name, gradient, weightDecay }: Moved): string {
  if (weightDecay === 0) return gradient;
  return b.op('Add', [gradient, b.op('Mul', [name, b.scalar('float32', weightDecay)])]);
}

/** mean' = beta · mean + gradient: torch's mean over (1 - beta), a factor that goes into the step size. */
function addMean(b: GraphBuilder, name: string, beta: number, term: string, state: Map<string, Tensor>): string {
  const kept = keep(b, name, b.info(term).shape, state);
  return output(b, 'Add', [b.op('Mul', [kept, b.scalar('float32', beta)]), term], name);
}

/** https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html, without dampening; no momentum keeps nothing. */
const sgd: Rule<OptimizerOf<'sgd'>> = (b, { momentum = 0, nesterov = false }, moved, state) => {
  const s = new Scalars(b);
  const rate = once((lr) => s.float32(lr));
  for (const weight of moved) {
    const { name } = weight;
    let move = coupled(b, weight);
    if (momentum !== 0) {
      const velocity = addMean(b, `${name}.momentum`, momentum, move, state);
      move = nesterov ? b.op('Add', [move, b.op('Mul', [velocity, b.scalar('float32', momentum)])]) : velocity;
    }
    output(b, 'Sub', [name, b.op('Mul', [move, rate(weight)])], name);
  }
};

/** 1 - beta^t. The power is a product carried in the state: no function whose bits depend on the processor. */
function correction(b: GraphBuilder, beta: number, name: string, state: Map<string, Tensor>): Scalar {
  const one = tensorOf('float64', [], [1]);
  state.set(name, one);
  const power = b.op('Mul', [b.input(name, one), b.scalar('float64', beta)], {}, `${name}.next`);
  b.output(power);
  return new Scalars(b).sub(1, power);
}

/**
 * https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html, and Adam.html where the decay is `coupled`.
 * `m` and `v` are torch's exp_avg / (1 - beta1) and exp_avg_sq / (1 - beta2). With c = 1 - beta^t and
 * r = sqrt(c2 / (1 - beta2)), lr · (m̂ / (sqrt(v̂) + ε)) is lr · r · (1 - beta1) / c1 · m / (sqrt(v) + ε · r).
 */
const adam =
  (isCoupled: boolean): Rule<OptimizerOf<'adam' | 'adamw'>> =>
  (b, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }, moved, state) => {
    const s = new Scalars(b);
    stepsDone(b, state);
    const first = correction(b, beta1, 'beta1.power', state);
    const root = s.sqrt(s.div(correction(b, beta2, 'beta2.power', state), 1 - beta2));
    const unit = s.div(s.mul(root, 1 - beta1), first);
    const away = s.float32(s.mul(root, epsilon));
    const rate = once((lr) => s.float32(s.mul(unit, lr)));
    const rest = once((lr, decay) => (isCoupled || decay === 0 ? null : s.float32(s.sub(1, s.mul(lr, decay)))));
    for (const weight of moved) {
      const { name } = weight;
      const slope = isCoupled ? coupled(b, weight) : weight.gradient;
      const m = addMean(b, `${name}.m`, beta1, slope, state);
      const v = addMean(b, `${name}.v`, beta2, b.op('Mul', [slope, slope]), state);
      const direction = b.op('Div', [m, b.op('Add', [b.op('Sqrt', [v]), away])]);
      takeOff(b, weight, rest(weight), b.op('Mul', [direction, rate(weight)]));
    }
  };

/** weight · rest - move */
function takeOff(b: GraphBuilder, { name }: Moved, rest: string | null, move: string): void {
  output(b, 'Sub', [rest === null ? name : b.op('Mul', [name, rest]), move], name);
}

/**
 * arXiv 2302.06675, algorithm 2: the sign of beta1 · m + (1 - beta1) · g. `m` is theirs over (1 - beta2), which is why
 * it stands here with beta1 · (1 - beta2) / (1 - beta1).
 */
const lion: Rule<OptimizerOf<'lion'>> = (b, { beta1 = 0.9, beta2 = 0.99 }, moved, state) => {
  const s = new Scalars(b);
  const rate = once((lr) => s.float32(lr));
  const rest = once((lr, decay) => (decay === 0 ? null : s.float32(s.sub(1, s.mul(lr, decay)))));
  const share = b.scalar('float32', (beta1 * (1 - beta2)) / (1 - beta1));
  for (const weight of moved) {
    const { name, gradient } = weight;
    addMean(b, `${name}.m`, beta2, gradient, state);
    const sign = b.op('Sign', [b.op('Add', [b.op('Mul', [`${name}.m`, share]), gradient])]);
    takeOff(b, weight, rest(weight), b.op('Mul', [sign, rate(weight)]));
  }
};

export const OPTIMIZERS = { sgd, adam: adam(true), adamw: adam(false), lion } as const satisfies {
  readonly [K in OptimizerName]: Rule<OptimizerOf<K>>;
};

/** torch.optim's; Lion's is that of its paper. */
export const DEFAULT_DECAY: Readonly<Record<OptimizerName, number>> = { sgd: 0, adam: 0, adamw: 0.01, lion: 0 };

export function addOptimizer(
  b: GraphBuilder,
  spec: OptimizerSpec,
  moved: readonly Moved[],
  state: Map<string, Tensor>,
): void {
  switch (spec.kind) {
    case 'sgd':
      OPTIMIZERS.sgd(b, spec, moved, state);
      break;
    case 'adam':
      OPTIMIZERS.adam(b, spec, moved, state);
      break;
    case 'adamw':
      OPTIMIZERS.adamw(b, spec, moved, state);
      break;
    case 'lion':
      OPTIMIZERS.lion(b, spec, moved, state);
      break;
  }
}
