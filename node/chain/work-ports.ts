/** Commitments, seeds and verdicts: the ports over WorkLedger, Beacon and AuditCourt. */
import type { Address, Epoch } from '#protocol/ids.ts';
import type { BeaconPort, CourtPort, Sent, VerdictName, WorkPort } from '#protocol/ports.ts';
import { uncompressed } from '#protocol/time/beacon.ts';
import { type Calls, flag } from './calls.ts';

/** As the court numbers them; 0 is no verdict. */
const VERDICTS = { ok: 1, fault: 2, unavailable: 3 } as const satisfies Record<VerdictName, number>;

export function workPort(calls: Calls): WorkPort {
  return {
    commitWork: ({ epoch, root, units, marketUnits, manifest, tier }) =>
      calls.write({
        contract: 'ledger',
        method: 'commitWork',
        args: [epoch, root, units, marketUnits, manifest, tier],
        meaning: [epoch],
        once: true,
      }),
    finalize: (worker, epoch) =>
      calls.write({
        contract: 'ledger',
        method: 'finalize',
        args: [worker, epoch],
        meaning: [epoch, worker],
        once: true,
      }),
  };
}

export function beaconPort(calls: Calls): BeaconPort {
  return {
    draw: (epoch, signature) => {
      const args = [epoch, uncompressed(signature)];
      return calls.write({ contract: 'beacon', method: 'draw', args, meaning: [epoch], once: true });
    },
  };
}

export function courtPort(calls: Calls): CourtPort {
  const write = (method: string, epoch: Epoch, worker: Address, ...rest: readonly unknown[]): Sent =>
    calls.write({ contract: 'court', method, args: [epoch, worker, ...rest], meaning: [epoch, worker], once: true });
  return {
    onCommittee: ({ epoch, worker, validator }) => calls.read(flag, 'court', 'onCommittee', [epoch, worker, validator]),
    commitVerdict: ({ epoch, worker, digest }) => write('commitVerdict', epoch, worker, digest),
    revealVerdict: ({ epoch, worker, verdict, auditDigest, salt }) =>
      write('revealVerdict', epoch, worker, VERDICTS[verdict], auditDigest, salt),
    claimBounty: (epoch, worker) => write('claimBounty', epoch, worker),
  };
}
