/** One engine process as its parent sees it: forked with limits, asked one thing at a time, killed when it breaks them. */
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import type { CorexError } from '#protocol/errors.ts';
import type { Clock } from '#protocol/ports.ts';
import { engineError } from './errors.ts';
import { ByteReader } from './byte-reader.ts';
import { type Answer, errorOf, type Reply, type Request } from './messages.ts';
import { pack, piecesOf } from './parcels.ts';
import { type ProviderName, providerOf } from './providers.ts';
import { BULK, type Sealed } from './seal.ts';

export interface ProcessLimits {
  /** `cpu` if not given. */
  readonly provider?: ProviderName;
  /** Resident bytes of one process. */
  readonly memoryBytes: number;
  /** Milliseconds without a sign of life: one step, the load of a graph, the digest of a state. */
  readonly stepTimeoutMs: number;
}

/** What a process answers, with the checkpoints it sent before. */
export interface Reported {
  readonly answer: Exclude<Answer, { type: 'failed' }>;
  readonly checkpoints: readonly SegmentEnd[];
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/** Milliseconds between two looks at a busy process. */
const WATCH_MS = 100;
/** Compiled code of our modules, beside them: without it each process holds a compiler of TypeScript, 30 MB. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/corex-engine', import.meta.url));
const STDERR_KEPT = 2_000;
const MIB = 2 ** 20;
/**
 * Node and the runtime map this much writable memory beyond what they come to use (heap reservations, stacks of threads);
 * below it Node does not start. RLIMIT_DATA counts mappings, hence limit + this: a bomb's first allocation fails at once,
 * inside the runtime, as an error; what slips through is found by the watch on resident bytes.
 */
const MAPPED_UNUSED = 1024 * MIB;

/**
 * `ulimit -d` bounds writable mappings (Linux; elsewhere the watch alone); `setpriv --pdeathsig` kills a child that is stuck
 * in native code when its parent dies, since such a child never sees the channel close.
 */
const LAUNCH =
  'ulimit -d "$0" 2>/dev/null; if command -v setpriv >/dev/null; then exec setpriv --pdeathsig KILL "$@"; fi; exec "$@"';

/** Nothing else of the node's environment reaches the computation. */
function environmentOf(provider: ProviderName): Record<string, string> {
  const passed = providerOf(provider).environment.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    NODE_COMPILE_CACHE: COMPILED,
    ...Object.fromEntries(passed),
  };
}

function launch({ memoryBytes, provider = 'cpu' }: ProcessLimits): ChildProcess {
  const heap = Math.max(64, Math.floor(memoryBytes / 2 / MIB));
  const node = [process.execPath, `--max-old-space-size=${heap}`];
  const isPosix = process.platform !== 'win32';
  // A GPU's driver maps far more than it uses.
  const hasLimit = providerOf(provider).comparison !== 'bounded';
  const kibibytes = hasLimit ? String(Math.ceil((memoryBytes + MAPPED_UNUSED) / 1024)) : 'unlimited';
  return fork(CHILD, [String(memoryBytes), provider], {
    execPath: isPosix ? '/bin/sh' : process.execPath,
    execArgv: isPosix ? ['-c', LAUNCH, kibibytes, ...node] : node.slice(1),
    serialization: 'advanced',
    // Descriptor 4 is BULK.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    ...(isPosix ? { env: environmentOf(provider) } : {}),
  });
}

/** Resident bytes from procfs (proc_pid_status(5), VmRSS in kB of 1024 bytes); null where there is no procfs. */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

export class EngineProcess {
  readonly #limits: ProcessLimits;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #bulk: ByteReader;
  #stderr = '';
  /** Why it was killed, where we did it. */
  #sentence: CorexError | null = null;
  #dead = false;
  #lastSign = 0;

  constructor(limits: ProcessLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#child = launch(limits);
    this.#bulk = new ByteReader(this.#child.stdio[BULK] as Readable);
    this.#exited = new Promise((resolve) => {
      const done = () => {
        this.#dead = true;
        resolve();
      };
      this.#child.once('exit', done);
      // 'error' without 'exit': the process could not be started.
      this.#child.on('error', () => this.#child.pid === undefined && done());
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
  }

  get isAlive(): boolean {
    return !this.#dead && this.#sentence === null;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** One request at a time. @throws CorexError of the child, ENGINE_CRASHED, ENGINE_TIMEOUT, ENGINE_OUT_OF_MEMORY or the reason of `kill` */
  async request(request: Request): Promise<Reported> {
    const watch = new AbortController();
    this.#lastSign = this.#clock.now();
    const watching = this.#watch(watch.signal);
    try {
      return await this.#converse(request);
    } finally {
      watch.abort();
      await watching;
    }
  }

  /** Ends it for this reason, which a request under way rejects with; resolves when it is gone. */
  async kill(reason: CorexError): Promise<void> {
    this.#sentence ??= reason;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #converse(request: Request): Promise<Reported> {
    const checkpoints: SegmentEnd[] = [];
    // In order: each is read when the one before has been.
    let received: Promise<unknown> = Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<Reported>();
    const listen = (reply: Reply) => {
      this.#lastSign = this.#clock.now();
      if (reply.type === 'checkpoint') {
        received = received.then(async () => checkpoints.push(await this.#receive(reply)));
        // The pipe ends with the process, and then `#exited` tells why.
        received.catch(() => undefined);
      } else if (reply.type === 'failed') received.then(() => reject(errorOf(reply)));
      else if (reply.type !== 'beat') received.then(() => resolve({ answer: reply, checkpoints }));
    };
    this.#child.on('message', listen);
    this.#exited.then(() => reject(this.#epitaph()));
    // A send fails only when the process is gone, and then `#exited` tells why.
    if (!this.#dead) this.#send(request).catch(() => undefined);
    try {
      return await promise;
    } finally {
      this.#child.off('message', listen);
    }
  }

  /** The next piece goes when the one before is out of this process. */
  async #send(request: Request): Promise<void> {
    const { light, parcels } = pack(request);
    const post = (message: unknown): Promise<void> =>
      new Promise((resolve, reject) => {
        this.#child.send(message as Serializable, (error) => (error === null ? resolve() : reject(error)));
      });
    for (const piece of piecesOf(parcels)) {
      this.#lastSign = this.#clock.now();
      await post(piece);
    }
    await post(light);
  }

  /** The bytes of a checkpoint, from the pipe. */
  async #receive({ stateRoot, outputsRoot, stateBytes, outputsBytes }: Sealed): Promise<SegmentEnd> {
    const state = stateBytes === null ? null : await this.#bulk.take(stateBytes);
    const outputs = outputsBytes === null ? null : await this.#bulk.take(outputsBytes);
    this.#lastSign = this.#clock.now();
    return { state, stateRoot, outputs, outputsRoot };
  }

  #epitaph(): CorexError {
    if (this.#sentence !== null) return this.#sentence;
    const { signalCode, exitCode } = this.#child;
    const exit = signalCode ?? (exitCode === null ? 'it did not start' : `exit code ${exitCode}`);
    const stderr = this.#stderr.trim();
    if (/out of memory|bad_alloc/i.test(stderr)) {
      return engineError('OUT_OF_MEMORY', { limitBytes: this.#limits.memoryBytes, why: exit });
    }
    return engineError('CRASHED', { exit, stderr });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { memoryBytes, stepTimeoutMs } = this.#limits;
    while (this.isAlive && !signal.aborted) {
      const resident = await residentBytes(this.#child.pid ?? 0);
      if (signal.aborted) return;
      if (resident !== null && resident > memoryBytes) {
        return this.kill(
          engineError('OUT_OF_MEMORY', { limitBytes: memoryBytes, why: `${resident} bytes are in use` }),
        );
      }
      if (this.#clock.now() - this.#lastSign > stepTimeoutMs)
        return this.kill(engineError('TIMEOUT', { limitMs: stepTimeoutMs }));
      await this.#clock.sleep(WATCH_MS, signal);
    }
  }
}
