/** A process in which a provider is tried: native code that finds a broken driver may crash, and then only this is lost. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CorexError } from '#protocol/errors.ts';
import type { Clock } from '#protocol/ports.ts';
import type { MeasureReply, MeasureRequest } from './measure-child.ts';
import { providerError } from './provider-errors.ts';
import { type ProviderName, providerOf } from './providers.ts';

const CHILD = fileURLToPath(new URL('./measure-child.ts', import.meta.url));
const STDERR_KEPT = 500;

type Answer<T extends MeasureReply['type']> = Extract<MeasureReply, { type: T }>;

/** What the provider's libraries need of our environment, and nothing else. */
function environmentOf(provider: ProviderName): Record<string, string> {
  const passed = ['PATH', 'HOME', 'SystemRoot', ...providerOf(provider).environment];
  return Object.fromEntries(
    passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

export class ProviderProcess {
  readonly #provider: ProviderName;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = '';

  constructor(provider: ProviderName, clock: Clock) {
    this.#provider = provider;
    this.#clock = clock;
    this.#child = fork(CHILD, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: environmentOf(provider),
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
  }

  /** @throws CorexError of the child, PROVIDER_UNUSABLE when it dies or takes longer than `limitMs` */
  async ask<T extends 'opened' | 'ran'>(request: MeasureRequest, expected: T, limitMs: number): Promise<Answer<T>> {
    const late = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<MeasureReply>();
    this.#child.once('message', resolve);
    void this.#gone.then(() => reject(this.#unusable(this.#epitaph())));
    void this.#clock
      .sleep(limitMs, late.signal)
      .then(() => reject(this.#unusable(`no answer within ${limitMs / 1000} s`)));
    try {
      if (this.#child.connected) this.#child.send(request, () => undefined);
      const reply = await promise;
      if (reply.type === 'failed') throw new CorexError(reply.code, reply.message, reply.todo, {});
      if (reply.type !== expected) throw this.#unusable(`its process answered ${reply.type}`);
      return reply as Answer<T>;
    } finally {
      late.abort();
      this.#child.off('message', resolve);
    }
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #unusable(why: string): CorexError {
    return providerError('UNUSABLE', { provider: this.#provider, why });
  }

  #epitaph(): string {
    const { signalCode, exitCode } = this.#child;
    const exit = signalCode ?? (exitCode === null ? 'it did not start' : `exit code ${exitCode}`);
    return `its process died (${exit}) ${this.#stderr.trim()}`.trim();
  }
}
