/** The execution providers, a row each: what ONNX Runtime calls them and what their results are worth. */

export interface Provider {
  /** As in an engine profile. */
  readonly name: string;
  /** `executionProviders` of the session. */
  readonly runtimeNames: readonly string[];
  /** May its checkpoints be compared byte by byte, if the golden suite agrees? */
  readonly comparison: 'exact' | 'bounded';
}

export const PROVIDERS = {
  cpu: { name: 'cpu', runtimeNames: ['cpu'], comparison: 'exact' },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof PROVIDERS;
