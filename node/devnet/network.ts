/** A whole network on this machine: chain, contracts, and every participant as a process of its own, until the work is done. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type Address, type Epoch, epoch } from '#protocol/ids.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { type Chain, openChain } from '../chain/chain.ts';
import { systemClock as clock, systemRandom as random } from '../clock.ts';
import { cliError } from '../cli/errors.ts';
import { aborted } from '../lifecycle.ts';
import { createLog } from '../log.ts';
import type { DeployedProfile } from '../profile.ts';
import { commitmentsUpTo, readFacts } from './ledger.ts';
import { createParticipant, type Participant, type RunningParticipant, startParticipant } from './participant.ts';
import { type Emit, emitJson, emitLines, type Summary, summaryFields, summaryTable } from './report.ts';
import { type EmbeddedChain, startEmbeddedChain } from './embedded.ts';
import { PATIENCE_S, PATIENCE_WITH_CHEAT_S, tellStory, until } from './story.ts';
import { type AdversaryKind, isAdversary, zoo } from './zoo/zoo.ts';
import { accomplicesOf, endingOf } from './zoo/ending.ts';

export interface DevnetOptions {
  readonly compute: number;
  readonly validators: number;
  readonly cheat?: string;
  /** A job file of the user's instead of the digits. */
  readonly job?: string;
  readonly json: boolean;
  /** Keeps every home in this folder. */
  readonly keep?: string;
  /** Keeps the network running after its story, until the signal. */
  readonly stay?: boolean;
  readonly signal: AbortSignal;
}

const PROFILE = 'profile.yaml';
const EXAMPLE = resolve(import.meta.dirname, '..', '..', 'examples', 'digits');

type Named = Pick<Participant, 'name' | 'role' | 'cheat'>;

const dishonest = (kind: AdversaryKind): Named => ({ name: `cheat-${kind}`, role: zoo[kind].role, cheat: kind });

function cast(options: DevnetOptions, cheat: AdversaryKind | null): Named[] {
  const numbered = (role: 'compute' | 'validator', count: number): Named[] =>
    Array.from({ length: count }, (_, i) => ({ name: `${role}-${i + 1}`, role, cheat: null }));
  const crowd = [...numbered('validator', options.validators), ...numbered('compute', options.compute)];
  const kinds = cheat === null ? [] : [cheat, ...accomplicesOf(cheat)];
  return [...crowd, ...kinds.map(dishonest), { name: 'submitter', role: 'submitter', cheat: null }];
}

/** Runs the whole story. @returns whether it ended as it should */
export async function runDevnet(options: DevnetOptions, print: (line: string) => void): Promise<{ ok: boolean }> {
  const began = clock.now();
  const seconds = () => (clock.now() - began) / 1000;
  const emit = options.json ? emitJson(print) : emitLines(print, seconds);
  const cheat = cheatOf(options.cheat);
  const root = options.keep === undefined ? await mkdtemp(join(tmpdir(), 'corex-devnet-')) : resolve(options.keep);
  await mkdir(root, { recursive: true });
  const stops: Array<() => Promise<void>> = [];
  try {
    const summary = await run({ options, cheat, root, emit, stops });
    const final: Summary = { ...summary, seconds: seconds() };
    if (options.json) emit('summary', summaryFields(final), '');
    else print(summaryTable(final));
    if (options.stay === true) {
      const profile = join(root, PROFILE);
      emit('staying', { profile }, `the network stays up until Ctrl-C; more nodes join it with --profile ${profile}`);
      await aborted(options.signal);
    }
    return { ok: final.ok };
  } finally {
    // The nodes together, then the chain: a node that stops may still have something to send.
    for (const stop of stops.reverse()) await stop();
    if (options.keep === undefined) await rm(root, { recursive: true, force: true });
  }
}

function cheatOf(kind: string | undefined): AdversaryKind | null {
  if (kind === undefined) return null;
  if (!isAdversary(kind))
    throw cliError('BAD_VALUE', { flag: '--cheat', value: kind, expected: `one of ${Object.keys(zoo).join(', ')}` });
  return kind;
}

interface Run {
  readonly options: DevnetOptions;
  readonly cheat: AdversaryKind | null;
  readonly root: string;
  readonly emit: Emit;
  readonly stops: Array<() => Promise<void>>;
}

async function run({ options, cheat, root, emit, stops }: Run): Promise<Omit<Summary, 'seconds'>> {
  const participants = await Promise.all(cast(options, cheat).map((named) => createParticipant(root, named, random)));
  const log = createLog({ level: 'warn', json: true });
  const embedded = await startEmbeddedChain(
    root,
    participants.map(({ address }) => address),
    { clock, random, log },
  );
  stops.push(() => embedded.stop());
  emit(
    'chain',
    { url: embedded.url, contracts: embedded.profile.contracts },
    `an anvil chain runs at ${embedded.url}, the contracts are deployed, nobody has any CXT`,
  );
  const chain = await observe(embedded, { clock, random, log });
  stops.push(() => chain.stop());

  const running = await startAll(participants, { root, profile: embedded.profile }, emit, stops);
  const miners = running.filter(({ role, cheat: kind }) => role === 'compute' && kind === null);
  const submitter = running.find(({ role }) => role === 'submitter');
  if (submitter === undefined) throw new RangeError('a devnet has a submitter');
  const adversary = running.find((participant) => participant.cheat !== null && participant.cheat === cheat);
  const mustBeSlashed = cheat !== null && zoo[cheat].expected === 'slashed';
  const caught = () => adversary === undefined || !mustBeSlashed || chain.view.slashed(adversary.address);
  const patience = cheat === null ? PATIENCE_S : PATIENCE_WITH_CHEAT_S;
  const parts = { chain, miners, submitter, clock, emit, signal: options.signal, patience, caught };
  const jobs =
    options.job === undefined ? { example: EXAMPLE, into: join(root, 'jobs') } : { file: resolve(options.job) };
  const accuracy = await tellStory(parts, jobs);
  await untilPaid(parts, embedded.profile, running);
  const facts = await readFacts(chain, running);
  const report = cheat === null || adversary === undefined ? null : endingOf(chain, cheat, adversary, running);
  const isAsItShould = report?.held ?? facts.slashed.length === 0;
  return { ok: isAsItShould && (accuracy !== null || options.job !== undefined), accuracy, cheat: report, ...facts };
}

/** @param bootstrap peers that whoever joins by this profile meets first */
async function writeProfile(root: string, profile: DeployedProfile, bootstrap: readonly string[]): Promise<string> {
  const file = join(root, PROFILE);
  const { genesis: _, ...law } = profile.law;
  const settings = { ...profile.settings, p2p: { bootstrap: [...bootstrap] } };
  await writeFile(file, stringify({ ...profile, law, settings }));
  return file;
}

/** The devnet's own view of the chain, with a key that owns nothing. */
async function observe(embedded: EmbeddedChain, ports: Parameters<EmbeddedChain['observe']>[0]): Promise<Chain> {
  const { settings, ports: chainPorts } = embedded.observe(ports);
  const chain = await openChain(settings, chainPorts);
  await chain.start();
  return chain;
}

/** The first node alone, so that the others have somebody to meet; then all others at once. */
async function startAll(
  participants: readonly Participant[],
  network: { readonly root: string; readonly profile: DeployedProfile },
  emit: Emit,
  stops: Run['stops'],
): Promise<RunningParticipant[]> {
  const running: RunningParticipant[] = [];
  stops.push(async () => void (await Promise.all(running.map((participant) => participant.stop()))));
  const start = async (participant: Participant, bootstrap: readonly string[]) => {
    const profile = await writeProfile(network.root, network.profile, bootstrap);
    const started = await startParticipant(participant, { profile, bootstrap }, clock);
    running.push(started);
    emit(
      'node',
      { name: started.name, role: started.role, address: started.address },
      `${started.name} runs as ${started.address}`,
    );
    return started;
  };
  const [first, ...others] = participants;
  if (first === undefined) return [];
  const met = await start(first, []);
  const { listen } = await met.api.status();
  return [met, ...(await Promise.all(others.map((other) => start(other, listen))))];
}

/** Waits until every commitment up to the last one of a job is concluded, settled and claimed. */
async function untilPaid(
  parts: Parameters<typeof until>[0] & { readonly chain: Chain; readonly emit: Emit },
  { law }: DeployedProfile,
  running: readonly RunningParticipant[],
): Promise<void> {
  const { chain, emit } = parts;
  const now: Epoch = epochAt(law, chain.view.head().timestamp) ?? epoch(0);
  const withJobs = commitmentsUpTo(chain, now).filter(({ marketUnits }) => marketUnits > 0n);
  const paying = epoch(Math.max(0, ...withJobs.map((on) => on.epoch)));
  emit('settling', { epoch: paying }, 'waiting for the last epoch of the jobs to be audited, settled and claimed');
  await until(parts, 'the last rewards to be claimed', async () => {
    const open = commitmentsUpTo(chain, paying).some((on) => on.outcome === null || !chain.view.settled(on.epoch));
    if (open) return null;
    for (const { address } of running) if (await owes(chain, address, paying)) return null;
    return true;
  });
}

async function owes(chain: Chain, account: Address, upTo: Epoch): Promise<boolean> {
  const owed = await Promise.all(Array.from({ length: upTo + 1 }, (_, i) => chain.pool.claimable(account, epoch(i))));
  return !chain.view.slashed(account) && owed.some(({ work, audit }) => work + audit > 0n);
}
