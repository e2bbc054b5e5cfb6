/** Forms of operators that look up elements, add to them, or fold a few of them into one. */
import { intAttribute } from '#engine/graph/graph.ts';
import { isPlainSum, runsOf } from '#engine/ops/determinism.ts';
import { reducedAxes } from '#engine/ops/shapes.ts';
import { OPCODES, type Opcode } from '#protocol/dispute/opcodes.ts';
import { type Axis, type Form, type FormRule, flat, type Reading, reading, type Site, stridesOf } from './form.ts';

const isIndex = (dtype: string): boolean => dtype === 'int64' || dtype === 'int32';

/** The result's axes: those of the data before the axis, those of the index, those of the data behind. */
const gathered: FormRule = ({ call, result }) => {
  const [data, index] = [call.input(0), call.input(1)];
  if (!isIndex(index.dtype)) return null;
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), data.shape.length);
  const rank = result.shape.length;
  const more = index.shape.length - 1;
  const places = index.shape.map((_, i): Axis => ({ of: [[axis + i, 1]] }));
  const rest = data.shape.map((_, i): Axis | null => (i === axis ? null : { of: [[i < axis ? i : i + more, 1]] }));
  return taken(axis, data.shape, reading(1, index.shape, places, rank), reading(0, data.shape, rest, rank));
};

const gatheredElements: FormRule = ({ call, result }) => {
  const [data, index] = [call.input(0), call.input(1)];
  if (!isIndex(index.dtype)) return null;
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), data.shape.length);
  const rest = data.shape.map((_, i): Axis | null => (i === axis ? null : { of: [[i, 1]] }));
  return taken(axis, data.shape, flat(1, result.shape), reading(0, data.shape, rest, result.shape.length));
};

const taken = (axis: number, shape: readonly number[], index: Reading, data: Reading): Form => ({
  op: OPCODES.TAKE,
  attributes: [shape[axis] as number, stridesOf(shape)[axis] as number],
  operands: [index, data],
});

/** The terms are the places of the indices along the axis; along the others they are the result's. */
const scattered: FormRule = ({ call, result }) => {
  const [indices, updates] = [call.input(1), call.input(2)];
  const reduction = call.attributes.get('reduction');
  if (reduction?.kind !== 'string' || reduction.value !== 'add') return null;
  if (result.dtype !== 'float32' || !isIndex(indices.dtype)) return null;
  const rank = result.shape.length;
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), rank);
  const axes = indices.shape.map((_, i): Axis => ({ of: [[i === axis ? rank : i, 1]] }));
  const over = (input: number, shape: readonly number[]): Reading => reading(input, shape, axes, rank + 1);
  const data = result.shape.map((_, i): Axis => ({ of: [[i, 1]] }));
  return {
    op: OPCODES.SCATTER,
    terms: [indices.shape[axis] as number],
    attributes: [result.shape[axis] as number, stridesOf(result.shape)[axis] as number],
    operands: [reading(0, result.shape, data, rank + 1), over(1, indices.shape), over(2, updates.shape)],
  };
};

/** Every axis that goes is one of the terms'. */
function folded({ call, result }: Site, op: Opcode): Form {
  const { shape } = call.input(0);
  const gone = reducedAxes(call);
  const keeps = intAttribute(call.attributes, 'keepdims', 1) === 1;
  const rank = result.shape.length;
  let kept = 0;
  const axes = shape.map((_, i): Axis => {
    const term = gone.indexOf(i);
    if (term >= 0) {
      if (keeps) kept++;
      return { of: [[rank + term, 1]] };
    }
    return { of: [[kept++, 1]] };
  });
  const terms = gone.map((axis) => shape[axis] as number);
  return { op, terms, operands: [reading(0, shape, axes, rank + terms.length)] };
}

/** Row after row is added where the axes that go are in front; otherwise the runtime sums in an order that has no form. */
const summed: FormRule = (site) => {
  const { dtype, shape } = site.call.input(0);
  if (dtype !== 'float32' && dtype !== 'float64') return null;
  const gone = reducedAxes(site.call);
  if (shape.includes(0) || !isPlainSum(shape, gone)) return null;
  return folded(site, OPCODES.SUM);
};

const largest: FormRule = (site) => {
  const { dtype, shape } = site.call.input(0);
  if (dtype !== 'float32' || shape.includes(0)) return null;
  return runsOf(shape, reducedAxes(site.call)).length === 0 ? null : folded(site, OPCODES.MAX);
};

export const FOLDS: Readonly<Record<string, FormRule>> = {
  Gather: gathered,
  GatherElements: gatheredElements,
  ScatterElements: scattered,
  ReduceSum: summed,
  ReduceMax: largest,
};
