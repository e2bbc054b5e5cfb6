/** Every operator that a model for training may hold, and how it is written in core operators. */
import { type OperatorName, CATALOGUE, isCore } from '../catalogue.ts';
import { ATTENTION } from './attention.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { copied, type Importer } from './importer.ts';
import { INDEXING } from './indexing.ts';
import { MOVEMENT } from './movement.ts';
import { NORMALIZATIONS } from './normalizations.ts';
import { REDUCTIONS } from './reductions.ts';
import { RESIZING } from './resizing.ts';
import { WINDOWS } from './windows.ts';

const COMPOUND: Readonly<Record<string, Importer>> = {
  ...ATTENTION,
  ...ELEMENTWISE,
  ...INDEXING,
  ...MOVEMENT,
  ...NORMALIZATIONS,
  ...REDUCTIONS,
  ...RESIZING,
  ...WINDOWS,
};

/** Attributes that core operators keep, beside those in COMPOUND. */
const KEPT: Readonly<Partial<Record<OperatorName, readonly string[]>>> = {
  CumSum: ['exclusive', 'reverse'],
  Elu: ['alpha'],
  GatherElements: ['axis'],
  Gemm: ['alpha', 'beta', 'transA', 'transB'],
  HardSigmoid: ['alpha', 'beta'],
  LeakyRelu: ['alpha'],
  LogSoftmax: ['axis'],
  Mod: ['fmod'],
  ScatterElements: ['axis', 'reduction'],
  Softmax: ['axis'],
};

export function importerOf(op: string): Importer | null {
  if (Object.hasOwn(COMPOUND, op)) return COMPOUND[op] ?? null;
  return isCore(op) ? copied(op, ...(KEPT[op] ?? [])) : null;
}

/** Operators that a model for training may hold. */
export const TRAINABLE: readonly string[] = [...new Set([...Object.keys(CATALOGUE), ...Object.keys(COMPOUND)])].sort();

export const isTrainable = (op: string): boolean => importerOf(op) !== null;
