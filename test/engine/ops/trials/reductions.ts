/** Trials of what reduces axes or normalizes along them. */
import {
  type Dice,
  float,
  type Generator,
  type Generators,
  POSITIVE,
  type Range,
  SIGNED,
  type Trial,
} from './trial.ts';

/** Axes as an input, as an attribute of older opsets, or all of them; counted from either end, or none at all. */
const reduce =
  (op: string, range: Range = SIGNED, hasAttribute = true): Generator =>
  (d) => {
    const shape = d.shape();
    const axes = d.axes(shape.length);
    const x = d.weight(shape, range);
    const keepdims = d.bit();
    if (axes.length > 0 && hasAttribute && d.is())
      return d.trial(op, [x], { opset: 13, attributes: { keepdims, axes }, isImportOnly: true });
    if (axes.length > 0) return d.trial(op, [x, d.list(axes)], { attributes: { keepdims } });
    if (d.is()) return d.trial(op, [x], { attributes: { keepdims } });
    const noop = d.bit();
    const attributes = { keepdims, noop_with_empty_axes: noop };
    return d.trial(op, [x, d.list([])], { attributes, isImportOnly: noop === 1 });
  };

const arg =
  (op: string): Generator =>
  (d) => {
    const shape = d.shape();
    const attributes: Trial['attributes'] = { axis: d.axis(shape.length), ...(d.is() ? { keepdims: d.bit() } : {}) };
    return d.trial(op, [d.is() ? d.weight(shape) : d.whole(shape, 0, 3, 'int32')], { attributes, results: ['int64'] });
  };

const along =
  (op: string): Generator =>
  (d) => {
    const shape = d.shape();
    return d.trial(op, [d.weight(shape)], { attributes: d.is() ? {} : { axis: d.axis(shape.length) } });
  };

const cumulative: Generator = (d) => {
  const shape = d.shape();
  const axis = d.given(d.pick(['int32', 'int64']), [], [d.axis(shape.length)]);
  const attributes = { ...(d.is() ? { exclusive: d.bit() } : {}), ...(d.is() ? { reverse: d.bit() } : {}) };
  return d.trial('CumSum', [d.weight(shape), axis], { attributes });
};

const unitLength: Generator = (d) => {
  const shape = d.shape();
  const attributes = { ...(d.is() ? { axis: d.axis(shape.length) } : {}), p: d.int(1, 2) };
  return d.trial('LpNormalization', [d.weight(shape)], { attributes });
};

export const epsilon = (d: Dice) => ({ epsilon: float(d.number(0.0625, 0.5)) });

export const REDUCTIONS: Generators = {
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  CumSum: cumulative,
  LogSoftmax: along('LogSoftmax'),
  LpNormalization: unitLength,
  ReduceL1: reduce('ReduceL1'),
  ReduceL2: reduce('ReduceL2'),
  ReduceLogSum: reduce('ReduceLogSum', POSITIVE),
  ReduceLogSumExp: reduce('ReduceLogSumExp'),
  ReduceMax: reduce('ReduceMax'),
  ReduceMean: reduce('ReduceMean'),
  ReduceMin: reduce('ReduceMin'),
  ReduceProd: reduce('ReduceProd'),
  ReduceSum: reduce('ReduceSum', SIGNED, false),
  ReduceSumSquare: reduce('ReduceSumSquare'),
  Softmax: along('Softmax'),
};
