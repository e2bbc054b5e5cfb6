/** The optimizers, a row each, with the semantics of torch.optim: which tensors they keep and how a weight moves. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { zeros } from '#engine/state/state.ts';

export interface SgdSpec {
  readonly kind: 'sgd';
  readonly lr: number;
  readonly momentum: number;
}

export interface AdamWSpec {
  readonly kind: 'adamw';
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export type OptimizerSpec = SgdSpec | AdamWSpec;

interface Moved {
  readonly name: string;
  readonly weight: Tensor;
  readonly gradient: string;
}

/** Adds the optimizer's own inputs and every weight's next value. @returns its first state */
type Rule<Spec> = (b: GraphBuilder, spec: Spec, moved: readonly Moved[]) => Map<string, Tensor>;

const float = (b: GraphBuilder, number: number): string => b.scalar('float32', number);

function addState(b: GraphBuilder, name: string, shape: readonly number[], into: Map<string, Tensor>): string {
  into.set(name, zeros('float32', shape));
  return b.input(name, { dtype: 'float32', shape });
}

/** https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html, without dampening; no momentum keeps nothing. */
const sgd: Rule<SgdSpec> = (b, { lr, momentum }, moved) => {
  const state = new Map<string, Tensor>();
  for (const { name, weight, gradient } of moved) {
    let velocity = gradient;
    if (momentum !== 0) {
      const kept = addState(b, `${name}.momentum`, weight.shape, state);
      velocity = b.op('Add', [b.op('Mul', [kept, float(b, momentum)]), gradient]);
      b.output(velocity, `${name}.momentum.next`);
    }
    b.output(b.op('Sub', [name, b.op('Mul', [velocity, float(b, lr)])]), `${name}.next`);
  }
  return state;
};

/** 1 - beta^t in float64. The power is a product carried in the state: no function whose bits depend on the processor. */
function correction(b: GraphBuilder, beta: number, name: string, into: Map<string, Tensor>): string {
  const one = tensorOf('float64', [], [1]);
  into.set(name, one);
  const power = b.op('Mul', [b.input(name, one), b.scalar('float64', beta)]);
  b.output(power, `${name}.next`);
  return b.op('Sub', [b.scalar('float64', 1), power]);
}

/** https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html; `step` counts in float32. */
const adamw: Rule<AdamWSpec> = (b, spec, moved) => {
  const { lr, beta1, beta2, epsilon, weightDecay } = spec;
  const state = new Map<string, Tensor>();
  const step = b.op('Add', [addState(b, 'step', [], state), float(b, 1)]);
  b.output(step, 'step.next');
  const narrow = (name: string): string => b.op('Cast', [name], { to: ELEMENT_TYPE.float32 });
  const stepSize = narrow(b.op('Div', [b.scalar('float64', lr), correction(b, beta1, 'beta1.power', state)]));
  const root = narrow(b.op('Sqrt', [correction(b, beta2, 'beta2.power', state)]));
  for (const { name, weight, gradient } of moved) {
    const m = addState(b, `${name}.m`, weight.shape, state);
    const v = addState(b, `${name}.v`, weight.shape, state);
    const decayed = b.op('Mul', [name, float(b, 1 - lr * weightDecay)]);
    // torch: m.lerp_(g, 1 - beta1); v.mul_(beta2).addcmul_(g, g, 1 - beta2)
    const nextM = b.op('Add', [m, b.op('Mul', [b.op('Sub', [gradient, m]), float(b, 1 - beta1)])]);
    const square = b.op('Mul', [b.op('Mul', [gradient, gradient]), float(b, 1 - beta2)]);
    const nextV = b.op('Add', [b.op('Mul', [v, float(b, beta2)]), square]);
    const denominator = b.op('Add', [b.op('Div', [b.op('Sqrt', [nextV]), root]), float(b, epsilon)]);
    const move = b.op('Mul', [b.op('Div', [nextM, denominator]), stepSize]);
    b.output(nextM, `${name}.m.next`);
    b.output(nextV, `${name}.v.next`);
    b.output(b.op('Sub', [decayed, move]), `${name}.next`);
  }
  return state;
};

export const OPTIMIZERS = { sgd, adamw } as const satisfies {
  readonly [K in OptimizerSpec['kind']]: Rule<Extract<OptimizerSpec, { kind: K }>>;
};

export function addOptimizer(b: GraphBuilder, spec: OptimizerSpec, moved: readonly Moved[]): Map<string, Tensor> {
  switch (spec.kind) {
    case 'sgd':
      return OPTIMIZERS.sgd(b, spec, moved);
    case 'adamw':
      return OPTIMIZERS.adamw(b, spec, moved);
  }
}
