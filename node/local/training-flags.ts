/** Flags of the tools that train: the keys of a job file's loss, optimizer and schedule, under torch's names. */
import type { z } from 'zod';
import type { TrainOptions } from '#engine/train/options.ts';
import { wholeFlag } from '../cli/arguments.ts';
import type { Flag } from '../cli/command.ts';
import { conflicts, loss, optimizer, schedule } from '../jobfile/training-schema.ts';
import { toolError } from './errors.ts';

type Flags = ReadonlyMap<string, string>;

/** The key of the schema that a flag sets. */
const LOSS_KEYS = { 'label-smoothing': 'labelSmoothing', 'ignore-index': 'ignoreIndex', delta: 'delta' } as const;
const OPTIMIZER_KEYS = {
  lr: 'lr',
  momentum: 'momentum',
  nesterov: 'nesterov',
  beta1: 'beta1',
  beta2: 'beta2',
  eps: 'epsilon',
  'weight-decay': 'weightDecay',
} as const;
const SCHEDULE_KEYS = { 'warmup-steps': 'warmupSteps', 'total-steps': 'totalSteps', floor: 'floor' } as const;

export const lossFlags: readonly Flag[] = [
  {
    name: 'loss',
    value: 'NAME',
    about:
      'softmax-cross-entropy (when absent), mean-squared-error, binary-cross-entropy-with-logits, l1, huber, or output: the model computes it',
  },
  {
    name: 'label-smoothing',
    value: 'SHARE',
    about: 'softmax-cross-entropy: share of a target spread over all classes',
  },
  { name: 'ignore-index', value: 'CLASS', about: 'softmax-cross-entropy: class number of rows that do not count' },
  { name: 'delta', value: 'X', about: 'huber: error from which on the loss grows linearly; 1 when absent' },
  { name: 'accumulate', value: 'N', about: 'equal parts of the batch, one after the other, gradients averaged' },
  {
    name: 'class',
    value: 'NAME',
    about: "exact: the same bits on every processor; fast: the runtime's own kernels, with which `gradients` begins",
  },
];

export const optimizerFlags: readonly Flag[] = [
  { name: 'optimizer', value: 'NAME', about: 'sgd, adam, adamw or lion' },
  { name: 'lr', value: 'X', about: 'learning rate' },
  { name: 'momentum', value: 'X', about: 'sgd: share of the last step that is kept; 0 when absent' },
  { name: 'nesterov', value: null, about: 'sgd: look one step of momentum ahead' },
  { name: 'beta1', value: 'X', about: 'adam, adamw, lion: 0.9 when absent' },
  { name: 'beta2', value: 'X', about: 'adam, adamw: 0.999 when absent; lion: 0.99' },
  { name: 'eps', value: 'X', about: 'adam, adamw: 1e-8 when absent' },
  { name: 'weight-decay', value: 'X', about: '0 when absent; adamw: 0.01' },
  { name: 'clip-norm', value: 'X', about: 'the most that the norm of all gradients together may be in a step' },
  { name: 'schedule', value: 'NAME', about: 'constant, linear or cosine: how the learning rate goes on' },
  { name: 'warmup-steps', value: 'N', about: 'steps over which the learning rate rises from 0' },
  { name: 'total-steps', value: 'N', about: 'linear, cosine: step from which on the rate stays; --steps when absent' },
  { name: 'floor', value: 'SHARE', about: 'linear, cosine: share of the learning rate that remains' },
];

/** A number where the text is one; anything else is for the schema to refuse. */
function numberOrText(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

/** The object that a job file would hold. */
function gather(flags: Flags, kind: string, keys: Readonly<Record<string, string>>): Record<string, unknown> {
  const given = Object.entries(keys).flatMap(([flag, key]) => {
    const text = flags.get(flag);
    return text === undefined ? [] : [[key, numberOrText(text)] as const];
  });
  return { kind, ...Object.fromEntries(given) };
}

/** The innermost complaint: of alternatives, that of the last one which goes deeper. */
function innermost(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.map(innermost).findLast((one) => one !== undefined && !isAboutKind(one));
  return inner ?? issue;
}

const isAboutKind = ({ path, code }: z.core.$ZodIssue): boolean =>
  path.includes('kind') || (path.length === 0 && code !== 'unrecognized_keys');

function read<T>(schema: z.ZodType<T>, group: string, keys: Readonly<Record<string, string>>, flags: Flags): T {
  const kind = flags.get(group) ?? '';
  const parsed = schema.safeParse(gather(flags, kind, keys));
  if (parsed.success) return parsed.data;
  const issue = innermost(parsed.error.issues);
  const [unknown] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const key = unknown ?? issue?.path.at(-1);
  const flag = Object.keys(keys).find((name) => keys[name] === key);
  if (flag === undefined) throw toolError('OPTION', { flag: `--${group}`, why: issue?.message ?? 'it is not known' });
  const given = flags.get(flag);
  if (unknown !== undefined) throw toolError('OPTION', { flag: `--${flag}`, why: `${kind} does not take it` });
  const why = given === undefined ? `it is needed with --${group} ${kind}` : `${issue?.message}, not "${given}"`;
  throw toolError('OPTION', { flag: `--${flag}`, why });
}

function comparisonOf(flags: Flags, usual: 'exact' | 'fast'): 'exact' | 'fast' {
  const given = flags.get('class') ?? usual;
  if (given === 'exact' || given === 'fast') return given;
  throw toolError('OPTION', { flag: '--class', why: `exact or fast is expected, not "${given}"` });
}

/** Flags of the second group without the one that gives them a meaning are a mistake. */
function refuseStray(flags: Flags, group: string, keys: Readonly<Record<string, string>>): void {
  const stray = Object.keys(keys).find((name) => flags.has(name));
  if (stray !== undefined && !flags.has(group))
    throw toolError('OPTION', { flag: `--${stray}`, why: `it says nothing without --${group}` });
}

export type Differentiation = Omit<TrainOptions, 'optimizer'>;

/** @param of `rows` of the batch, sizes of a `row`, the class where none is named. @throws CLI_OPTION, CLI_BAD_VALUE */
export function readDifferentiation(
  flags: Flags,
  of: { readonly rows: number; readonly row?: readonly number[] | undefined; readonly usual?: 'exact' | 'fast' },
): Differentiation {
  const { rows, row, usual = 'exact' } = of;
  const withLoss = flags.has('loss') ? flags : new Map([...flags, ['loss', 'softmax-cross-entropy'] as const]);
  const accumulate = wholeFlag(flags, 'accumulate', { min: 1, max: 64, fallback: 1 });
  const chosen = { loss: read(loss, 'loss', LOSS_KEYS, withLoss), accumulate, comparison: comparisonOf(flags, usual) };
  return row === undefined ? { batch: rows, ...chosen } : { batch: rows, row, ...chosen };
}

/** @param steps of the whole run, for schedules. @throws CLI_OPTION */
export function readTraining(flags: Flags, base: Differentiation, steps: number): TrainOptions {
  refuseStray(flags, 'schedule', SCHEDULE_KEYS);
  const moved = read(optimizer, 'optimizer', OPTIMIZER_KEYS, flags);
  const rate = flags.has('schedule') ? read(schedule, 'schedule', SCHEDULE_KEYS, flags) : undefined;
  const { batch, accumulate } = base;
  const [conflict] = conflicts({
    batch,
    accumulate: accumulate ?? 1,
    rounds: 1,
    steps,
    optimizer: moved,
    schedule: rate,
  });
  if (conflict !== undefined)
    throw toolError('OPTION', { flag: `--${flagOfKey(conflict.path.at(-1) ?? '')}`, why: conflict.message });
  const whole =
    rate === undefined || rate.kind === 'constant' ? rate : { ...rate, totalSteps: rate.totalSteps ?? steps };
  return { ...base, optimizer: moved, schedule: whole, clipNorm: clipNormOf(flags) };
}

function flagOfKey(key: string): string {
  const all: Readonly<Record<string, string>> = { ...OPTIMIZER_KEYS, ...SCHEDULE_KEYS };
  return Object.keys(all).find((flag) => all[flag] === key) ?? key;
}

function clipNormOf(flags: Flags): number | undefined {
  const text = flags.get('clip-norm');
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw toolError('OPTION', { flag: '--clip-norm', why: `a number above 0 is expected, not "${text}"` });
}

/** @throws CLI_OPTION for an optimizer's flag where nothing is to be optimized */
export function refuseOptimizer(flags: Flags): void {
  const stray = optimizerFlags.find(({ name }) => flags.has(name));
  if (stray !== undefined)
    throw toolError('OPTION', { flag: `--${stray.name}`, why: 'it says nothing without --steps' });
}
