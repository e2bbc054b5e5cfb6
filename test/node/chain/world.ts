/** What the chain tests stand on: a real anvil, the real clock, a Keep in memory, and a log that says nothing. */
import type { Keep, Log } from '#protocol/ports.ts';
import { type Anvil, startAnvil } from '#node/chain/anvil.ts';
import { type Endpoints, openEndpoints } from '#node/chain/endpoints.ts';
import { Rpc } from '#node/chain/rpc.ts';
import { systemClock as clock } from '#node/clock.ts';

export const CHAIN_ID = 31_337;

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A Keep that copies what it is given, as a disk would. */
export function memoryKeep(): Keep {
  const rows = new Map<string, unknown>();
  return {
    get: async (key) => structuredClone(rows.get(key)),
    put: async (key, value) => void rows.set(key, structuredClone(value)),
    del: async (key) => void rows.delete(key),
    list: async (prefix) => [...rows].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

export interface TestChain {
  readonly anvil: Anvil;
  readonly endpoints: Endpoints;
  readonly rpc: Rpc;
  /** Mines `blocks` at once. */
  mine(blocks?: number): Promise<void>;
  stop(): Promise<void>;
}

export async function testChain(stateFile: string | null = null): Promise<TestChain> {
  const settings = { chainId: CHAIN_ID, port: 0, stateFile, blockSeconds: 1 };
  const anvil = await startAnvil(settings, { clock, log: quiet });
  const endpoints = await openEndpoints({ urls: [anvil.url], chainId: CHAIN_ID }, { log: quiet });
  return {
    anvil,
    endpoints,
    rpc: new Rpc(endpoints),
    mine: async (blocks = 1) => void (await endpoints.send('anvil_mine', [`0x${blocks.toString(16)}`])),
    stop: async () => {
      endpoints.close();
      await anvil.stop();
    },
  };
}
