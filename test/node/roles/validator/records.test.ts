/** Verdict records: one for each worker and epoch, whatever happens in between. */
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { ann, bob, cidFor, hashFor, memoryKeep } from '#test/ports/memory.ts';

const ok = {
  verdict: 'ok',
  auditDigest: hashFor('audit'),
  salt: hashFor('salt'),
  reason: null,
  report: cidFor('report'),
  charge: null,
  stage: 'decided',
} as const;
const fault = { ...ok, verdict: 'fault', reason: 'wrong-result' } as const;

t.test('never two verdicts, also not after a restart', async (t) => {
  const keep = memoryKeep();
  const records = new VerdictRecords(keep);
  t.equal(await records.get(epoch(3), ann.address), null);
  await records.decide(epoch(3), ann.address, ok);
  await t.rejects(records.decide(epoch(3), ann.address, fault), RangeError);
  const reopened = new VerdictRecords(keep);
  await t.rejects(reopened.decide(epoch(3), ann.address, fault), RangeError);
  t.same(await reopened.get(epoch(3), ann.address), ok, 'the first one stands');
});

t.test('another worker and another epoch are other verdicts; what is revealed is counted', async (t) => {
  const records = new VerdictRecords(memoryKeep());
  await records.decide(epoch(3), ann.address, ok);
  await records.decide(epoch(3), bob.address, fault);
  await records.decide(epoch(30), ann.address, ok);
  t.same(await records.get(epoch(3), bob.address), fault);
  t.same(await records.counts(), { ok: 0, fault: 0, unavailable: 0 });
  await records.mark(epoch(3), ann.address, 'revealed');
  await records.mark(epoch(3), bob.address, 'revealed');
  await records.mark(epoch(30), ann.address, 'committed');
  t.same(await records.counts(), { ok: 1, fault: 1, unavailable: 0 });
});

t.test('a stage changes only the stage, and decides nothing', async (t) => {
  const records = new VerdictRecords(memoryKeep());
  await records.decide(epoch(3), ann.address, fault);
  for (const stage of ['committed', 'revealed'] as const) {
    await records.mark(epoch(3), ann.address, stage);
    t.same(await records.get(epoch(3), ann.address), { ...fault, stage });
    await t.rejects(records.decide(epoch(3), ann.address, ok), RangeError);
  }
  await records.mark(epoch(3), ann.address, 'committed');
  t.match(await records.get(epoch(3), ann.address), { stage: 'revealed' }, 'and is never taken back');
  await records.mark(epoch(4), ann.address, 'revealed');
  t.equal(await records.get(epoch(4), ann.address), null, 'nothing was decided there');
});
