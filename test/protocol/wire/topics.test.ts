/** Topics: the largest honest message fits its row, and the rows keep their relations. */
import t from 'tap';
import { encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import { MAX_SHARD, MAX_SLICES } from '#protocol/limits.ts';
import { MAX_RECORD } from '#protocol/wire/node-record.ts';
import { TOPIC_NAMES, TOPICS, topicString } from '#protocol/wire/topics.ts';

const cid = cidOf(Uint8Array.of(1), 'dag-cbor');
const hash = `0x${'ab'.repeat(32)}`;
const address = `0x${'cd'.repeat(20)}`;

const largest = {
  tasks: { job: '9'.repeat(39), spec: cid },
  audits: { epoch: 2 ** 40, worker: address, validator: address, verdict: 'unavailable', report: cid },
  missing: { epoch: 2 ** 40, worker: address, validator: address, missing: cid, served: false },
  proofs: {
    proof: {
      proof: {
        task: hash,
        shard: MAX_SHARD,
        worker: address,
        inputs: Array.from({ length: MAX_SLICES }, () => cid),
        trace: hash,
        traceCid: cid,
        output: cid,
        outputRoot: hash,
        units: '9'.repeat(38),
        engine: 'e'.repeat(120),
      },
      signature: `0x${'ef'.repeat(65)}`,
    },
  },
} as const;

for (const [name, message] of Object.entries(largest)) {
  t.test(`the largest message on ${name} fits`, (t) => {
    const row = TOPICS[name as keyof typeof largest];
    t.equal(row.schema.safeParse(message).success, true);
    t.ok(encodeCbor(message).length <= row.maxBytes, `${encodeCbor(message).length} of ${row.maxBytes}`);
    t.equal(row.schema.safeParse({ ...message, more: 1 }).success, false, 'nothing rides along');
    t.end();
  });
}

t.test('records, and names', (t) => {
  t.equal(TOPICS.records.maxBytes, MAX_RECORD);
  const names = TOPIC_NAMES.flatMap((topic) => ['one', 'two'].map((network) => topicString(network, topic)));
  t.equal(new Set(names).size, 2 * TOPIC_NAMES.length);
  t.equal(TOPICS.tasks.schema.safeParse({ job: '01', spec: cid }).success, false);
  t.equal(TOPICS.tasks.schema.safeParse({ job: '1', spec: cid.slice(0, -1) }).success, false);
  t.end();
});
