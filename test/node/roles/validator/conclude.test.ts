/** What a validator does around its verdicts: pay is claimed once, fees are asked for once an epoch, others' work is closed only when left. */
import t from 'tap';
import { Concluding } from '#node/roles/validator/conclude.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { type Address, epoch, units, wei } from '#protocol/ids.ts';
import type { CommitmentView, Sent, VerdictName } from '#protocol/ports.ts';
import { auditTimes, epochTimes } from '#protocol/time/epoch.ts';
import { ann, bob, cidFor, hashFor, LAW, memoryKeep } from '#test/ports/memory.ts';

const OF = epoch(2);
const DRAWN = epochTimes(LAW, OF).commitEnds;
const { revealsEnd, claimable } = auditTimes(LAW, DRAWN);
const at = (timestamp: number) => ({ number: 1, timestamp });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

interface Facts {
  outcome?: CommitmentView['outcome'];
  marketUnits?: bigint;
  slashed?: boolean;
  settled?: boolean;
  verdict?: VerdictName;
}

/** Bob, who judged Ann's epoch. */
async function concluding({ outcome = 'accepted', marketUnits = 1n, verdict = 'ok', ...facts }: Facts) {
  const calls: string[] = [];
  const owed = { audit: 5n, fee: 0n };
  const sent = (name: string): Sent => {
    calls.push(name);
    return Promise.resolve({ transaction: hashFor(name), block: 1 });
  };
  const on: CommitmentView = {
    worker: ann.address,
    epoch: OF,
    root: hashFor('root'),
    units: units(10n),
    marketUnits: units(marketUnits),
    manifest: hashFor('list'),
    tier: 0,
    outcome,
    score: 0n,
  };
  const records = new VerdictRecords(memoryKeep());
  const said = { verdict, auditDigest: hashFor('audit'), salt: hashFor('salt'), reason: null, charge: null } as const;
  await records.decide(OF, ann.address, { ...said, report: cidFor('report'), stage: 'revealed' });
  const ports = {
    view: {
      commitments: (of: number) => (of === OF ? [on] : []),
      seed: (of: number) => (of === OF ? { seed: hashFor('seed'), drawnAt: DRAWN } : null),
      settled: () => facts.settled !== false,
      slashed: (who: Address) => who === ann.address && facts.slashed === true,
    },
    work: { finalize: () => sent('finalize') },
    court: { claimBounty: () => sent('claimBounty') },
    market: {
      auditFee: async () => {
        calls.push('auditFee');
        return wei(owed.fee);
      },
      claimAuditFee: () => sent('claimAuditFee'),
    },
    pool: {
      settle: () => sent('settle'),
      claimWork: () => sent('claimWork'),
      claimAudit: () => sent('claimAudit'),
      claimable: async () => {
        calls.push('claimable');
        return { work: wei(0n), audit: wei(owed.audit) };
      },
    },
    log: quiet,
  };
  const duty = new Concluding(ports, { self: bob.address, law: LAW, lookback: 20 }, records);
  const turns = async (...times: number[]): Promise<string[]> => {
    calls.length = 0;
    for (const time of times) await duty.act(at(time));
    return [...calls];
  };
  return { turns, owed };
}

t.test('emission is claimed once, and not asked for again', async (t) => {
  const { turns } = await concluding({ marketUnits: 0n });
  t.same(await turns(claimable - 1), []);
  t.same(await turns(claimable, claimable + 1, claimable + 2), ['claimable', 'claimAudit']);
});

t.test('fees grow with what the worker redeems: they are asked for once an epoch', async (t) => {
  const { turns, owed } = await concluding({});
  t.same(await turns(claimable, claimable + 1), ['claimable', 'claimAudit', 'auditFee']);
  owed.fee = 3n;
  t.same(await turns(claimable + LAW.epochSeconds - 1), []);
  t.same(await turns(claimable + LAW.epochSeconds), ['auditFee', 'claimAuditFee']);
});

t.test('of work that was not accepted there are none', async (t) => {
  const { turns } = await concluding({ outcome: 'unavailable' });
  t.same(await turns(claimable), ['claimable', 'claimAudit']);
});

t.test('the bounty of a fault is claimed once its worker is slashed, once', async (t) => {
  const { turns } = await concluding({ outcome: 'disputed', slashed: true, verdict: 'fault' });
  const calls = await turns(claimable, claimable + LAW.epochSeconds, claimable + 2 * LAW.epochSeconds);
  t.equal(calls.filter((call) => call === 'claimBounty').length, 1);
});

t.test('a fault is concluded at once, other work only when its worker leaves it', async (t) => {
  const found = await concluding({ outcome: null, verdict: 'fault' });
  t.same(await found.turns(revealsEnd), ['finalize']);
  const left = await concluding({ outcome: null });
  t.same(await left.turns(revealsEnd), []);
  const late = await left.turns(revealsEnd + LAW.finalizeSeconds + 3);
  t.ok(late.includes('finalize'));
});
