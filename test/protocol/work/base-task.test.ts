/** Base tasks: ids that contracts can compute, and seeds that differ in everything they are made of. */
import { AbiCoder, id, keccak256 } from 'ethers';
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import { BASE_SHARD, baseSeed, baseTask, beaconOfBase } from '#protocol/work/base-task.ts';
import { jobOfTask, segmentsOf } from '#protocol/work/shard.ts';
import { ann, bob, hashFor } from '#test/ports/memory.ts';

t.test('the id is keccak(abi.encode(keccak("corex.base.v1"), epoch)), and no market job has it', async (t) => {
  for (const e of [0, 1, 77].map(epoch)) {
    const encoded = AbiCoder.defaultAbiCoder().encode(['bytes32', 'uint256'], [id('corex.base.v1'), e]);
    t.equal(baseTask(e), keccak256(encoded));
    t.equal(jobOfTask(baseTask(e)), null);
  }
});

t.test('the beacon is drawn before the epoch begins: two epochs back', async (t) => {
  t.same(
    [0, 1, 2, 9].map((e) => beaconOfBase(epoch(e))),
    [null, null, 0, 7],
  );
});

t.test('seeds differ by beacon, worker, epoch and index', async (t) => {
  const beacon = hashFor('beacon');
  const seeds = [
    baseSeed(beacon, ann.address, epoch(3), 0),
    baseSeed(hashFor('other'), ann.address, epoch(3), 0),
    baseSeed(null, ann.address, epoch(3), 0),
    baseSeed(beacon, bob.address, epoch(3), 0),
    baseSeed(beacon, ann.address, epoch(4), 0),
    baseSeed(beacon, ann.address, epoch(3), 1),
  ];
  t.equal(new Set(seeds).size, seeds.length);
  t.equal(baseSeed(beacon, ann.address, epoch(3), 0), seeds[0], 'and repeat');
});

t.test('a base shard has whole segments', async (t) => {
  t.equal(segmentsOf(BASE_SHARD) * BASE_SHARD.segment, BASE_SHARD.steps);
});
