/** Graphs and their inputs in two files, for a child that should read little: emulated, every line of it is slow. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';

export interface LabCase {
  /** `MatMul/k=300`. */
  readonly name: string;
  readonly model: Uint8Array;
  readonly feeds: ReadonlyMap<string, Tensor>;
}

interface Span {
  readonly at: number;
  readonly size: number;
}

interface Entry {
  readonly name: string;
  readonly model: Span;
  readonly feeds: ReadonlyArray<
    Span & { readonly name: string; readonly dtype: DataType; readonly shape: readonly number[] }
  >;
}

/** How a child opens its sessions. */
export interface LabOptions {
  readonly runtime: 'cpu' | 'portable';
  readonly threads: number;
  /** Bytes by which every input lies behind a boundary of 64. */
  readonly misplaced: number;
  readonly optimized: boolean;
}

export function writeJob(folder: string, cases: readonly LabCase[]): void {
  const parts: Uint8Array[] = [];
  let end = 0;
  const add = (bytes: Uint8Array): Span => {
    const at = end;
    parts.push(bytes);
    end += bytes.length;
    return { at, size: bytes.length };
  };
  const entries: Entry[] = cases.map(({ name, model, feeds }) => ({
    name,
    model: add(model),
    feeds: [...feeds].map(([input, { dtype, shape, data }]) => ({ name: input, dtype, shape, ...add(data) })),
  }));
  writeFileSync(join(folder, 'job.json'), JSON.stringify(entries));
  writeFileSync(join(folder, 'job.bin'), Buffer.concat(parts));
}

export function readJob(folder: string): LabCase[] {
  const bytes = readFileSync(join(folder, 'job.bin'));
  const entries: readonly Entry[] = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const cut = ({ at, size }: Span): Uint8Array => bytes.subarray(at, at + size);
  return entries.map(({ name, model, feeds }) => ({
    name,
    model: cut(model),
    feeds: new Map(feeds.map((feed) => [feed.name, { dtype: feed.dtype, shape: feed.shape, data: cut(feed) }])),
  }));
}
