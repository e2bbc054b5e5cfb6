/** One participant of a devnet: a home of its own and an operating-system process that runs the program in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { errorTable } from '#protocol/errors.ts';
import type { Address } from '#protocol/ids.ts';
import type { Clock, Random } from '#protocol/ports.ts';
import { openClient } from '../api/client.ts';
import type { NodeApi } from '../api/ports.ts';
import { createKeys } from '../keys/keystore.ts';
import type { AdversaryKind } from './zoo/zoo.ts';

export const participantError = errorTable('DEVNET', {
  NOT_STARTED: {
    what: (d: { name: string; log: string; tail: string }) => `${d.name} did not start: ${d.tail}`,
    todo: 'read its log; `corex devnet --keep DIR` keeps it',
  },
  STALLED: {
    what: (d: { waitingFor: string; seconds: number }) => `the devnet waited ${d.seconds} s for ${d.waitingFor}`,
    todo: 'run it on an idle machine, or with --keep DIR and read the logs of the nodes',
  },
});

export type ParticipantRole = 'compute' | 'validator' | 'submitter';

export interface Participant {
  readonly name: string;
  readonly role: ParticipantRole;
  readonly cheat: AdversaryKind | null;
  readonly home: string;
  readonly address: Address;
}

export interface RunningParticipant extends Participant {
  readonly api: NodeApi;
  /** Asks the process to end, and waits for it. */
  stop(): Promise<void>;
}

/** Keys of a devnet guard nothing; the password only has to be the same for the process that opens them. */
const PASSWORD = 'devnet';
const SCRYPT_N = 2;
const START_MS = 60_000;
const STOP_MS = 15_000;

const COMPILE_CACHE = join(tmpdir(), 'corex-compile-cache');
const MAIN = join(import.meta.dirname, '..', 'main.ts');
const CHEAT = join(import.meta.dirname, 'cheat.ts');

/** Makes the home: keys and folder. */
export async function createParticipant(
  root: string,
  named: Pick<Participant, 'name' | 'role' | 'cheat'>,
  random: Random,
): Promise<Participant> {
  const home = join(root, named.name);
  await mkdir(home, { recursive: true });
  const { address } = await createKeys(home, { password: PASSWORD, scryptN: SCRYPT_N }, random);
  return { ...named, home, address };
}

async function writeSettings(participant: Participant, profile: string, bootstrap: readonly string[]): Promise<void> {
  const settings = {
    profile,
    roles: [participant.role],
    log: { json: true },
    api: { port: 0 },
    // One machine: the peers are known, and nobody outside is to be met.
    p2p: { listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [...bootstrap], mdns: false },
  };
  await writeFile(join(participant.home, 'corex.yaml'), stringify(settings));
}

function launch(participant: Participant): ChildProcess {
  const { home, cheat } = participant;
  const command = cheat === null ? [MAIN, 'start', '--home', home] : [CHEAT, cheat, '--home', home];
  const child = spawn(process.execPath, command, {
    // Compiled once, by the first process that starts, instead of once in each.
    env: { ...process.env, COREX_PASSWORD: PASSWORD, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(home, 'node.log'));
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function lastWords(home: string): Promise<string> {
  const text = await readFile(join(home, 'node.log'), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' | ');
}

/** @throws DEVNET_NOT_STARTED */
async function untilAnswers(participant: Participant, child: ChildProcess, clock: Clock): Promise<NodeApi> {
  const until = clock.now() + START_MS;
  while (clock.now() < until && child.exitCode === null) {
    const api = await openClient(participant.home);
    if (api !== null) return api;
    await clock.sleep(100);
  }
  child.kill('SIGKILL');
  const log = join(participant.home, 'node.log');
  throw participantError('NOT_STARTED', { name: participant.name, log, tail: await lastWords(participant.home) });
}

/** Starts the process and resolves when its API answers. */
export async function startParticipant(
  participant: Participant,
  network: { readonly profile: string; readonly bootstrap: readonly string[] },
  clock: Clock,
): Promise<RunningParticipant> {
  await writeSettings(participant, network.profile, network.bootstrap);
  const child = launch(participant);
  const api = await untilAnswers(participant, child, clock);
  const stop = async (): Promise<void> => {
    const gone = exitOf(child);
    child.kill('SIGTERM');
    const late = new AbortController();
    const kill = clock.sleep(STOP_MS, late.signal).then(() => {
      if (!late.signal.aborted) child.kill('SIGKILL');
    });
    await gone;
    late.abort();
    await kill;
  };
  return { ...participant, api, stop };
}
