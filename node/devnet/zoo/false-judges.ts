/** Validators that do not look, do not answer, or lie; each is an honest validator whose calls to the court are replaced. */
import { verdictDigest } from '#protocol/audit/verdict.ts';
import { hashWords } from '#protocol/codec/abi.ts';
import type { Hash } from '#protocol/ids.ts';
import type { CourtPort, Sent, VerdictName } from '#protocol/ports.ts';
import { z } from 'zod';
import type { NodePorts } from '../../node.ts';

type Commit = Parameters<CourtPort['commitVerdict']>[0];
type Reveal = Parameters<CourtPort['revealVerdict']>[0];

/** A court of which some calls are others. */
function withCourt(ports: NodePorts, changes: Partial<CourtPort>): NodePorts {
  const { court } = ports;
  const same: CourtPort = {
    onCommittee: (c) => court.onCommittee(c),
    commitVerdict: (c) => court.commitVerdict(c),
    revealVerdict: (c) => court.revealVerdict(c),
    claimBounty: (epoch, worker) => court.claimBounty(epoch, worker),
  };
  return { ...ports, court: { ...same, ...changes } };
}

/** What a validator can make up without looking: the same for commitment and reveal, another for each audit. */
function madeUp(ports: NodePorts, { epoch, worker }: Pick<Commit, 'epoch' | 'worker'>, verdict: VerdictName) {
  const salt = hashWords([ports.self, worker, epoch]);
  return { validator: ports.self, worker, epoch, verdict, auditDigest: hashWords([salt]), salt };
}

/** Says the same of everybody, with a digest of nothing. */
const always =
  (verdict: VerdictName) =>
  (ports: NodePorts): NodePorts =>
    withCourt(ports, {
      commitVerdict: (c: Commit) =>
        ports.court.commitVerdict({ ...c, digest: verdictDigest(madeUp(ports, c, verdict)) }),
      revealVerdict: (c: Reveal) => ports.court.revealVerdict(madeUp(ports, c, verdict)),
    });

/** Never looks, and says ok. */
export const lazyValidator = always('ok');

/** Says fault of everybody. */
export const falseFault = always('fault');

/** Commits to verdicts and reveals none. */
export function silentValidator(ports: NodePorts): NodePorts {
  const nothing: Sent = Promise.resolve({ transaction: `0x${'00'.repeat(32)}` as Hash, block: 0 });
  return withCourt(ports, { revealVerdict: () => nothing });
}

const hint = z.looseObject({ epoch: z.number(), worker: z.string(), verdict: z.enum(['ok', 'fault', 'unavailable']) });

/** Commits to nothing in particular, waits for others to tell their verdicts, and reveals what it heard as its own. */
export function copyVerdict(ports: NodePorts): NodePorts {
  const heard = new Map<string, VerdictName>();
  ports.gossip.subscribe('audits', async (message) => {
    const parsed = hint.safeParse(message);
    if (parsed.success) heard.set(`${parsed.data.epoch}/${parsed.data.worker}`, parsed.data.verdict);
    return 'accept';
  });
  return withCourt(ports, {
    commitVerdict: (c: Commit) => ports.court.commitVerdict({ ...c, digest: hashWords([c.digest]) }),
    revealVerdict: (c: Reveal) =>
      ports.court.revealVerdict({ ...c, verdict: heard.get(`${c.epoch}/${c.worker}`) ?? c.verdict }),
  });
}
