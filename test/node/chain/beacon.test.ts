/** The beacon's contract on a real chain against noble: the same hash to the curve, the same signatures, the same seeds. */
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { interfaces } from '#node/chain/bindings.ts';
import { epoch } from '#protocol/ids.ts';
import { roundOf, seedOf, signRound, timeOf, uncompressed } from '#protocol/time/beacon.ts';
import { BEACON_KEY, deployedChain, LAW } from './deployed.ts';

const world = await deployedChain();
t.teardown(() => world.stop());
const { addresses, parameters, beacon } = world.deployment;
const law = { ...parameters, samples: 1, crossCheckOneIn: 8, crossCheckFrom: 250 };

/** What the contract would say to a draw in the far future; null when it draws. */
async function refusal(e: number, signature: Uint8Array): Promise<string | null> {
  const data = interfaces.beacon.encodeFunctionData('draw', [e, uncompressed(signature)]);
  const call = { to: addresses.beacon, data, gas: '0x80000' };
  const future = { time: `0x${(2 ** 50).toString(16)}` };
  try {
    await world.chain.endpoints.send('eth_call', [call, 'latest', {}, future]);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

t.test('every round that noble signs is a round to the contract, and to no other epoch', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 31 - 2), async (e) => {
      const signature = signRound(BEACON_KEY, roundOf(law, beacon, epoch(e)));
      t.equal(await refusal(e, signature), null, `epoch ${e}`);
      t.not(await refusal(e + 1, signature), null, `epoch ${e + 1}`);
    }),
    { numRuns: 60 },
  );
});

t.test('a seed is drawn once, by anyone, and is what everybody computes', async (t) => {
  const ann = await world.actor();
  const bob = await world.actor();
  const first = epoch(0);
  const signature = world.signatureFor(first);
  await t.rejects(world.mined(ann.chain.beacon.draw(first, signature)), { message: /TooEarly/ });
  await world.at(Math.max(world.startOf(1) + LAW.commitSeconds, timeOf(beacon, roundOf(law, beacon, first))));
  const another = world.signatureFor(epoch(1));
  await t.rejects(world.mined(ann.chain.beacon.draw(first, another)), { message: /NotSigned/ });
  const { transaction } = await world.mined(bob.chain.beacon.draw(first, signature));
  for (let i = 0; i < 200 && ann.chain.view.seed(first) === null; i += 1) await world.chain.mine();
  t.equal(ann.chain.view.seed(first)?.seed, seedOf(first, signature));
  await t.rejects(world.mined(ann.chain.beacon.draw(first, signature)), { message: /AlreadyDrawn/ });
  const receipt = z.object({ gasUsed: z.string() });
  const { gasUsed } = receipt.parse(await world.chain.endpoints.send('eth_getTransactionReceipt', [transaction]));
  t.comment(`a draw takes ${Number(gasUsed)} gas`);
  t.ok(Number(gasUsed) < 200_000);
});
