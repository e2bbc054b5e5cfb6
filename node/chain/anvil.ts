/** The embedded chain: anvil as a child process that keeps its state on disk and never outlives the node. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Log } from '#protocol/ports.ts';
import { chainError } from './errors.ts';
import { openEndpoints } from './endpoints.ts';

export interface AnvilSettings {
  readonly chainId: number;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the chain's state is kept between starts; null keeps nothing. */
  readonly stateFile: string | null;
  readonly blockSeconds: number;
}

export interface Anvil {
  readonly url: string;
  readonly port: number;
  /** Ends the chain; resolves when its state is on disk and the process is gone. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_MS = 20_000;
/** The state is also written while running, so that even a power cut loses little. */
const STATE_INTERVAL_SECONDS = 30;

/** Path of the anvil binary that npm installed for this platform. */
export function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = `${process.platform}-${arch}`;
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}/package.json`);
    const path = join(dirname(manifest), 'bin', file);
    if (existsSync(path)) return path;
  } catch (cause) {
    throw chainError('EMBEDDED_MISSING', { platform }, cause);
  }
  throw chainError('EMBEDDED_MISSING', { platform });
}

/** Binds the port for a moment: the chosen port, or why it cannot be had. */
function probePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(chainError('PORT_TAKEN', { port }, cause)));
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : port));
    });
  });
}

function commandLine(settings: AnvilSettings, port: number): string[] {
  const args = ['--quiet', '--host', HOST, '--port', `${port}`, '--chain-id', `${settings.chainId}`];
  args.push('--block-time', `${settings.blockSeconds}`);
  // States of old blocks are read nowhere beyond a few confirmations; keeping them fills memory and disk.
  args.push('--prune-history', '128');
  if (settings.stateFile !== null) {
    mkdirSync(dirname(settings.stateFile), { recursive: true });
    args.push('--state', settings.stateFile, '--state-interval', `${STATE_INTERVAL_SECONDS}`);
  }
  return args;
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves, never rejects, when the process is gone: with what it said last. */
  readonly gone: Promise<string>;
}

function launch(args: readonly string[]): Running {
  const binary = anvilBinary();
  // npm drops the executable bit where it unpacks without running install scripts.
  chmodSync(binary, 0o755);
  const guard = fileURLToPath(new URL('./guard.ts', import.meta.url));
  // Its own process group: a Ctrl-C reaches the node, which then ends the chain in its turn.
  const child = spawn(process.execPath, [guard, binary, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdin?.on('error', () => {});
  const gone = new Promise<string>((resolve) => {
    child.once('error', (cause) => resolve(cause.message));
    child.once('close', (code) => resolve(said.trim() || `exit code ${code}`));
  });
  return { child, gone };
}

async function untilAnswers(url: string, settings: AnvilSettings, running: Running, ports: AnvilPorts): Promise<void> {
  const ended = new AbortController();
  let reason: string | null = null;
  void running.gone.then((said) => {
    reason = said;
    ended.abort();
  });
  const until = ports.clock.now() + START_MS;
  for (;;) {
    if (reason !== null) throw chainError('EMBEDDED_FAILED', { reason });
    try {
      const endpoints = await openEndpoints({ urls: [url], chainId: settings.chainId }, ports);
      endpoints.close();
      return;
    } catch (cause) {
      if (ports.clock.now() > until) throw chainError('EMBEDDED_FAILED', { reason: 'it does not answer' }, cause);
    }
    await ports.clock.sleep(50, ended.signal);
  }
}

export interface AnvilPorts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts the embedded chain and resolves when it answers. @throws CHAIN_PORT_TAKEN, CHAIN_EMBEDDED_… */
export async function startAnvil(settings: AnvilSettings, ports: AnvilPorts): Promise<Anvil> {
  const port = await probePort(settings.port);
  const running = launch(commandLine(settings, port));
  const url = `http://${HOST}:${port}`;
  const stop = async () => {
    running.child.stdin?.end();
    await running.gone;
  };
  try {
    await untilAnswers(url, settings, running, ports);
  } catch (cause) {
    await stop();
    const taken = cause instanceof Error && /address already in use/i.test(cause.message);
    throw taken ? chainError('PORT_TAKEN', { port }, cause) : cause;
  }
  ports.log.debug({ url, chainId: settings.chainId }, 'embedded chain is up');
  return { url, port, stop };
}
