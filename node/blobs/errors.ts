/** Errors of the blob room. */
import { errorTable } from '#protocol/errors.ts';

export const blobError = errorTable('BLOB', {
  UNAVAILABLE: {
    what: (d: { cid: string; asked: number }) => `nobody serves ${d.cid} (${d.asked} peers asked)`,
    todo: 'wait for its owner to come back; what was fetched so far is kept and not fetched again',
  },
  WRONG_BYTES: {
    what: (d: { cid: string; peer: string }) => `the bytes from ${d.peer} do not match ${d.cid}`,
    todo: 'nothing: the peer is not asked again for a while and the next one is tried',
  },
  TOO_BIG: {
    what: (d: { bytes: number; limit: number }) => `a blob of ${d.bytes} bytes where at most ${d.limit} are allowed`,
    todo: 'split it, or allow more where it is asked for',
  },
  EMPTY: {
    what: (_: Record<string, never>) => 'a blob needs at least one byte',
    todo: 'do not store what is not there',
  },
  BAD_MANIFEST: {
    what: (d: { cid: string; reason: string }) => `${d.cid} is not a manifest that can be followed: ${d.reason}`,
    todo: 'whoever made it used another program; ask its author',
  },
  FULL: {
    what: (d: { bytes: number; cap: number }) =>
      `the blob store holds ${d.bytes} bytes that are needed, its cap is ${d.cap}`,
    todo: 'give it more room, or let epochs become final so that their checkpoints are released',
  },
  ABORTED: {
    what: (d: { cid: string }) => `fetching ${d.cid} was given up by the one who wanted it`,
    todo: 'nothing: ask again when it is wanted',
  },
});
