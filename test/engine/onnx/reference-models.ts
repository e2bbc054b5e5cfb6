/** The three models exported by PyTorch with their expected results, where the checkout has them beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '#engine/graph/tensor.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { root } from '#tools/sources.ts';

export const REFERENCES = ['mlp', 'cnn', 'gpt'] as const;
export type Reference = (typeof REFERENCES)[number];

const folder = join(root, '..', 'shared', 'reference');

/** Null, with a reason to print, when the checkout has no reference models. */
export function referenceModel(name: Reference): Uint8Array | null {
  const file = join(folder, name, 'forward.onnx');
  return existsSync(file) ? readFileSync(file) : null;
}

export function expectedOf(name: Reference): Map<string, Tensor> {
  return importSafetensors(readFileSync(join(folder, name, 'expected.safetensors')));
}

export const ABSENT = 'no reference models beside the checkout';
