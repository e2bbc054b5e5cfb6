/** Reductions of models: axes from attribute or input become one input, and the compound ones core operators. */
import { intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import type { OperatorName } from '../catalogue.ts';
import { reducedAxes } from '../shapes.ts';
import { type Imported, type Importer, like } from './importer.ts';

function reduce(of: Imported, op: OperatorName, name: string, axes: readonly number[], keepdims: number): string {
  return of.b.op(op, [name, of.b.integers(axes)], { keepdims });
}

const keeps = (of: Imported): number => intAttribute(of.call.attributes, 'keepdims', 1);

/** Without axes and with this attribute nothing is reduced. */
function isNothing(of: Imported): boolean {
  const given = intsAttribute(of.call.attributes, 'axes') ?? of.call.numbers(1) ?? [];
  return given.length === 0 && intAttribute(of.call.attributes, 'noop_with_empty_axes', 0) === 1;
}

const plain =
  (op: OperatorName): Importer =>
  (of) => {
    if (isNothing(of)) return [of.in(0)];
    const axes = of.b.integers(reducedAxes(of.call));
    return [of.b.op(op, [of.in(0), axes], { keepdims: keeps(of) }, of.name)];
  };

/** A reduction of something elementwise. */
const after =
  (op: OperatorName, before: (of: Imported) => string, then: (of: Imported, name: string) => string): Importer =>
  (of) => {
    const made = before(of);
    return [then(of, isNothing(of) ? made : reduce(of, op, made, reducedAxes(of.call), keeps(of)))];
  };

const square = (of: Imported): string => of.b.op('Mul', [of.in(0), of.in(0)]);
const same = (_of: Imported, name: string): string => name;

/** With the maximum taken off first. */
const logSumExp: Importer = (of) => {
  const { b } = of;
  // The logarithm of what the exponential made of it.
  if (isNothing(of)) return [of.in(0)];
  const axes = reducedAxes(of.call);
  const most = reduce(of, 'ReduceMax', of.in(0), axes, 1);
  const sum = reduce(of, 'ReduceSum', b.op('Exp', [b.op('Sub', [of.in(0), most])]), axes, 1);
  const result = b.op('Add', [b.op('Log', [sum]), most]);
  if (keeps(of) === 1) return [result];
  const shape = of.call.input(0).shape.filter((_, i) => !axes.includes(i));
  return [b.op('Reshape', [result, b.integers(shape)])];
};

function refuseLast(of: Imported): void {
  if (intAttribute(of.call.attributes, 'select_last_index', 0) === 1) throw of.call.error('the last of equal ones');
}

const argMin: Importer = (of) => {
  refuseLast(of);
  const axis = intAttribute(of.call.attributes, 'axis', 0);
  return [of.b.op('ArgMax', [of.b.op('Neg', [of.in(0)])], { axis, keepdims: keeps(of) })];
};

const argMax: Importer = (of) => {
  refuseLast(of);
  const axis = intAttribute(of.call.attributes, 'axis', 0);
  return [of.b.op('ArgMax', [of.in(0)], { axis, keepdims: keeps(of) }, of.name)];
};

/** x / max(‖x‖, tiny) */
const unitLength: Importer = (of) => {
  const { b, call } = of;
  const axis = call.axis(intAttribute(call.attributes, 'axis', -1), call.input(0).shape.length);
  const isOne = intAttribute(call.attributes, 'p', 2) === 1;
  const sum = reduce(of, 'ReduceSum', isOne ? b.op('Abs', [of.in(0)]) : square(of), [axis], 1);
  const length = isOne ? sum : b.op('Sqrt', [sum]);
  return [b.op('Div', [of.in(0), b.op('Max', [length, like(of, 1e-12)])])];
};

export const REDUCTIONS: Readonly<Record<string, Importer>> = {
  ArgMax: argMax,
  ArgMin: argMin,
  LpNormalization: unitLength,
  ReduceL1: after('ReduceSum', (of) => of.b.op('Abs', [of.in(0)]), same),
  ReduceL2: after('ReduceSum', square, (of, name) => of.b.op('Sqrt', [name])),
  ReduceLogSum: after(
    'ReduceSum',
    (of) => of.in(0),
    (of, name) => of.b.op('Log', [name]),
  ),
  ReduceLogSumExp: logSumExp,
  ReduceMax: plain('ReduceMax'),
  ReduceMean: plain('ReduceMean'),
  ReduceMin: plain('ReduceMin'),
  ReduceProd: plain('ReduceProd'),
  ReduceSum: plain('ReduceSum'),
  ReduceSumSquare: after('ReduceSum', square, same),
};
