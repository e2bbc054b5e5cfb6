/** What the node and an engine process say to each other; one request at a time. */
import { CorexError } from '#protocol/errors.ts';
import type { EngineProfile } from './profile.ts';
import type { Sealed } from './seal.ts';
import type { GraphInfo, ShardResult, ShardRun } from './shard-run.ts';

export type Request =
  | { readonly type: 'run'; readonly run: ShardRun }
  | { readonly type: 'probe'; readonly graph: Uint8Array }
  | { readonly type: 'profile' };

/** The last message of a request's answer. */
export type Answer =
  | { readonly type: 'ran'; readonly result: Omit<ShardResult, 'checkpoints'> }
  | { readonly type: 'probed'; readonly info: GraphInfo }
  | { readonly type: 'profiled'; readonly profile: EngineProfile }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly todo: string;
      readonly details: object;
    };

/** Everything a child sends. A beat only says that it lives; a checkpoint's bytes come on a pipe of their own. */
export type Reply = Answer | { readonly type: 'beat' } | Sealed;

export function failure(error: CorexError): Answer {
  const { code, message, todo, details } = error;
  return { type: 'failed', code, message, todo, details: { ...details } };
}

export function errorOf(answer: Extract<Answer, { type: 'failed' }>): CorexError {
  return new CorexError(answer.code, answer.message, answer.todo, { ...answer.details });
}
