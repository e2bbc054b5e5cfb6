/** Wrong ways of being a validator, or of answering one: what a dishonest node does with its view of the world. */
import { hashWords } from '#protocol/codec/abi.ts';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import { type Address, address, type Hash } from '#protocol/ids.ts';
import type { Sent } from '#protocol/ports.ts';
import { auditWorker } from '#verifier/audit.ts';
import type { Disguise } from '../../disguise.ts';

type Bend = NonNullable<Disguise['ports']>;

/** As if it had been sent. */
const unsent = (name: string): Sent => Promise.resolve({ transaction: hashWords([BigInt(name.length)]), block: 0 });

const wordOf = (account: Address): Hash => hashWords([account]);

/** Says ok of everybody and looks at nothing. */
export const lazyValidator: Bend = (ports) => ({
  ...ports,
  audit: async (_ports, _domain, { worker }) => ({
    verdict: 'ok',
    auditDigest: wordOf(worker),
    samples: [],
    reason: null,
  }),
});

/** Says of the last thing it looked at that it is wrong. */
export const falseFault: Bend = (ports) => ({
  ...ports,
  audit: async (...of) => {
    const report = await auditWorker(...of);
    const last = report.samples.at(-1);
    if (report.verdict !== 'ok' || last === undefined) return report;
    const samples = [...report.samples.slice(0, -1), { ...last, fault: 'wrong-result' as const }];
    return { ...report, verdict: 'fault', reason: 'wrong-result', samples };
  },
});

export const silentValidator: Bend = (ports) => ({
  ...ports,
  court: { ...ports.court, revealVerdict: () => unsent('revealVerdict') },
});

const NEIGHBOUR = address(`0x${'11'.repeat(20)}`);

/** Commits to a verdict that is another's: it is bound to that one's address. */
export const copyVerdict: Bend = (ports) => ({
  ...ports,
  court: {
    ...ports.court,
    commitVerdict: ({ epoch, worker }) => {
      const salt = wordOf(worker);
      const other = { validator: NEIGHBOUR, worker, epoch, verdict: 'ok', auditDigest: salt, salt } as const;
      return ports.court.commitVerdict({ epoch, worker, digest: verdictDigest(other) });
    },
  },
});

/** Answers nobody who accuses it. */
export const neverMoves: Bend = (ports) => ({
  ...ports,
  disputes: { ...ports.disputes, move: () => unsent('move') },
});
