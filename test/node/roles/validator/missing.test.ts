/** Silence towards one member of a committee: it is told, asked for by all, and either passed on or everybody's verdict. */
import t, { type Test } from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import { openSigner } from '#node/chain/signer.ts';
import { address } from '#protocol/ids.ts';
import { ann, bob, cidFor } from '#test/ports/memory.ts';
import { EPOCH } from '../dispute-world.ts';
import { type Committee, committee, law } from './committee-world.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const all = ({ members }: Committee) => members.map(({ self }) => self);
const blocks = async (of: Committee, ...seconds: number[]): Promise<void> => {
  for (const second of seconds) await of.block(second);
};

async function same(t: Test, of: Committee, verdict: string | null, why: string): Promise<void> {
  t.same(
    await of.verdicts(),
    of.members.map(() => verdict),
    why,
  );
}

t.test('nobody is refused: ok, but not before hints could be heard', async (t) => {
  const of = await committee(pool);
  await blocks(of, 0, 1, 5);
  t.same(of.committed, []);
  await blocks(of, 6);
  await same(t, of, 'ok', 'a quarter of the window later');
  t.same(of.committed.toSorted(), all(of).toSorted());
});

t.test('never served: unavailable by all, also by those who drew something else', async (t) => {
  const of = await committee(pool);
  for (const who of all(of)) of.refuses.add(who);
  await blocks(of, 0, 1, 6, 10, 15);
  await same(t, of, null, 'the worker may still answer');
  await blocks(of, 16);
  await same(t, of, 'unavailable', 'in the last third');
  for (const { records } of of.members)
    t.match(await records.get(EPOCH, ann.address), { reason: 'unavailable', stage: 'committed' });
});

t.test('served late: ok', async (t) => {
  const of = await committee(pool);
  for (const who of all(of)) of.refuses.add(who);
  await blocks(of, 0, 1, 6, 10);
  of.refuses.clear();
  await blocks(of, 11, 12);
  await same(t, of, 'ok', 'it answered in time');
});

t.test('served to others: they pass it on', async (t) => {
  const of = await committee(pool);
  const [first, second] = of.members;
  if (first === undefined || second === undefined) throw new RangeError('two members');
  of.refuses.add(first.self);
  await blocks(of, 0);
  await blocks(of, 1, 2, 6);
  t.ok(await second.store.has(of.drawn), 'who heard it asked for it');
  t.ok(second.kept.has(of.drawn), 'and keeps it');
  await same(t, of, 'ok', 'and the first looked at what it was not served');
});

t.test('slowness is no way around it', async (t) => {
  const of = await committee(pool);
  for (const who of all(of)) of.stalls.add(who);
  await blocks(of, 0, 2);
  t.same(of.members[1]?.hints.named({ epoch: EPOCH, worker: ann.address }), []);
  await blocks(of, 3, 4, 6, 10);
  t.not(of.members[1]?.hints.named({ epoch: EPOCH, worker: ann.address }).length, 0, 'told while it is under way');
  t.same(of.committed, []);
  await blocks(of, 16, 17, 20);
  await Promise.all(of.members.map(({ looking }) => looking.settled()));
  await blocks(of, 21);
  await same(t, of, 'unavailable', 'and ended');
});

t.test('what is stalled is taken from whoever has it', async (t) => {
  const of = await committee(pool);
  const [first] = all(of);
  if (first === undefined) throw new RangeError('a member');
  of.stalls.add(first);
  await blocks(of, 0, 3, 4, 5, 6, 7, 8);
  await Promise.all(of.members.map(({ looking }) => looking.settled()));
  await blocks(of, 9);
  await same(t, of, 'ok', 'the fetch began again at a holder');
});

t.test('what is not drawn, or not said by a member, is no silence', async (t) => {
  const of = await committee(pool);
  const [first, second] = all(of);
  if (first === undefined || second === undefined) throw new RangeError('two members');
  await blocks(of, 0);
  await of.say(second, cidFor('anything'));
  t.same(await of.say(bob.address, of.drawn), ['ignore', 'ignore', 'ignore'], 'not on the committee');
  t.same(await of.say(second, of.drawn, { validator: first }), ['ignore', 'ignore'], 'under another name');
  t.same(await of.say(second, of.drawn, { epoch: 7 }), ['ignore', 'ignore'], 'no such commitment');
  t.same(await of.say(second, of.drawn, { worker: address(`0x${'77'.repeat(20)}`) }), ['ignore', 'ignore']);
  t.same(await of.say(second, of.drawn, { more: 1 }), ['reject', 'reject']);
  await blocks(of, 1, 6, 7);
  await same(t, of, 'ok', 'nobody asks the worker for what is not its own');
});

t.test('a hint after the commitment changes nothing', async (t) => {
  const of = await committee(pool);
  await blocks(of, 0, 6);
  const before = await Promise.all(of.members.map(({ records }) => records.get(EPOCH, ann.address)));
  for (const who of all(of)) of.refuses.add(who);
  await of.say(all(of)[0] ?? ann.address, of.drawn);
  await blocks(of, 7, 16, 20);
  t.same(await Promise.all(of.members.map(({ records }) => records.get(EPOCH, ann.address))), before);
  t.equal(of.committed.length, of.members.length, 'one commitment each');
});

t.test('floods are bounded', async (t) => {
  const of = await committee(pool);
  const [first, second] = of.members;
  if (first === undefined || second === undefined) throw new RangeError('two members');
  await blocks(of, 0);
  const answers: string[] = [];
  for (let i = 0; i < 50; i++) answers.push(...(await of.say(second.self, cidFor(`blob ${i}`))).slice(0, 1));
  t.equal(answers.filter((answer) => answer === 'accept').length, law.samples + 3, 'of one member');
  const named = () => first.hints.named({ epoch: EPOCH, worker: ann.address });
  t.equal(named().length, law.samples + 3);
  t.same(await of.say(second.self, cidFor('blob 0')), ['accept', 'accept'], 'what is known may come again');
  await of.say(all(of)[2] ?? ann.address, of.drawn);
  t.equal(named().length, law.samples + 4, 'and takes no other member’s place');
  for (let i = 0; i < 40; i++) await of.say(second.self, cidFor(`held ${i}`), { served: true });
  t.equal(named().length, law.samples + 4, 'nobody has what nobody misses');
  await blocks(of, 1, 6, 7);
  await same(t, of, 'ok', 'none of it was the worker’s');
  t.same(await of.say(second.self, of.other, { epoch: EPOCH }), ['ignore', 'ignore'], 'still too many');
  await of.block(16);
  t.same(await of.say(openSigner(`0x${'44'.repeat(32)}`).address, of.other), ['ignore', 'ignore', 'ignore']);
  t.same(await of.say(first.self, of.other), ['ignore', 'ignore'], 'too late');
});
