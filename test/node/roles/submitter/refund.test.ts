/** Refunds: of one's own jobs, after the deadline and a claim's time, asked again while the market waits for disputes. */
import t from 'tap';
import type { Address } from '#protocol/ids.ts';
import type { JobView } from '#protocol/ports.ts';
import { chainError } from '#node/chain/errors.ts';
import { Refunding } from '#node/roles/submitter/refund.ts';
import { ann, bob, hashFor, LAW, TRAINING, viewOf } from '#test/ports/memory.ts';

const DEADLINE = 2_000;
const DUE = DEADLINE + LAW.claimTimeoutSeconds;

/** Turns of Bob's node at these times. @returns what it asked for, and what it said */
async function turns(times: readonly number[], jobs: readonly JobView[], refusal: string | null = null) {
  const asked: bigint[] = [];
  const said: string[] = [];
  const self: Address = bob.address;
  const refunding = new Refunding(
    {
      view: { jobs: () => jobs },
      market: {
        async refund(job) {
          asked.push(job);
          if (refusal !== null) throw chainError('REVERTED', { call: 'refund', error: refusal, args: [] });
          return { transaction: hashFor('sent'), block: 1 };
        },
      },
      log: { debug() {}, info: (_, message) => said.push(message), warn() {}, error() {} },
    },
    { self, law: LAW },
  );
  for (const timestamp of times) await refunding.act({ number: 1, timestamp });
  return { asked, said };
}

const job = (id: bigint, changes: Partial<JobView> = {}) => viewOf(id, TRAINING, { deadline: DEADLINE, ...changes });

t.test('when the last claim has had its time', async (t) => {
  t.same((await turns([DUE - 1], [job(1n)])).asked, []);
  t.same(await turns([DUE], [job(1n), job(2n)]), { asked: [1n, 2n], said: ['job refunded', 'job refunded'] });
});

t.test('only one’s own, and only what is open', async (t) => {
  const jobs = [
    job(1n, { submitter: ann.address }),
    job(2n, { state: 'complete' }),
    job(3n, { state: 'refunded' }),
    job(4n),
  ];
  t.same((await turns([DUE], jobs)).asked, [4n]);
});

t.test('while the market refuses it is asked once a claim’s time', async (t) => {
  const times = [DUE, DUE + 1, DUE + LAW.claimTimeoutSeconds - 1, DUE + LAW.claimTimeoutSeconds];
  t.same(await turns(times, [job(1n)], 'NotRefundable'), { asked: [1n, 1n], said: [] });
  await t.rejects(turns([DUE], [job(1n)], 'SomethingElse'), { code: 'CHAIN_REVERTED' });
});
