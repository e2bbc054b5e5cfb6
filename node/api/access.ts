/** <home>/api.json: how the operator's own commands find and open the API of the node that runs in this home. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const access = z.object({
  version: z.literal(1),
  url: z.url(),
  token: z.string().min(32),
  pid: z.int().min(1),
  port: z.int().min(1),
});

export type Access = z.infer<typeof access>;

export const accessFile = (home: string): string => join(home, 'api.json');

/** Written beside and renamed, so that a reader sees all of it or nothing; for the owner's eyes only. */
export async function writeAccess(home: string, value: Access): Promise<void> {
  const file = accessFile(home);
  await writeFile(`${file}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Null when no node runs in this home: no file, an unreadable one, or one whose process is gone. */
export async function readAccess(home: string): Promise<Access | null> {
  const text = await readFile(accessFile(home), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = access.safeParse(parseJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null;
}

/** Takes the file away, unless another node has written its own since. */
export async function removeAccess(home: string, token: string): Promise<void> {
  const found = await readAccess(home);
  if (found === null || found.token === token) await rm(accessFile(home), { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
