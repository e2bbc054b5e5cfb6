/** A deadline for one piece of work: it gets a signal, and whoever waits is freed when the time or the caller ends it. */
import type { Clock } from '#protocol/ports.ts';

export interface Deadline {
  readonly ms: number;
  /** What the waiting side gets when the time is over. */
  readonly late: () => Error;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with the signal's reason as soon as it aborts, even when the work hangs. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export async function within<T>(
  clock: Clock,
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const finished = new AbortController();
  const signal = deadline.signal === undefined ? over.signal : AbortSignal.any([over.signal, deadline.signal]);
  const timer = clock.sleep(deadline.ms, finished.signal).then(() => {
    if (!finished.signal.aborted) over.abort(deadline.late());
  });
  try {
    return await unlessAborted(work(signal), signal);
  } finally {
    finished.abort();
    await timer;
  }
}
