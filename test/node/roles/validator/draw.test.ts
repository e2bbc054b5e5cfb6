/** The duty that draws seeds: the right round, in time, once, and never for an epoch that has its seed. */
import t from 'tap';
import { Drawing } from '#node/roles/validator/draw.ts';
import { epoch, type Epoch, type hash } from '#protocol/ids.ts';
import { publicKeyOf, roundOf, signRound, timeOf } from '#protocol/time/beacon.ts';
import { ann, hashFor, LAW } from '#test/ports/memory.ts';

const SECRET = new Uint8Array(32).fill(5);
const beacon = { publicKey: publicKeyOf(SECRET), genesis: LAW.genesis, period: 1, margin: 2 };

/** A chain and a drand that live in memory, and write down what was asked of them. */
function world(options: { readonly drawnMeanwhile?: boolean; readonly down?: boolean } = {}) {
  const seeds = new Map<Epoch, { readonly seed: ReturnType<typeof hash>; readonly drawnAt: number }>();
  const asked: number[] = [];
  const drawn: Array<readonly [Epoch, Uint8Array]> = [];
  const drawing = new Drawing(
    {
      view: { head: () => ({ number: 1, timestamp: 0 }), seed: (of) => seeds.get(of) ?? null },
      beacon: {
        draw: async (of, signature) => {
          drawn.push([of, signature]);
          seeds.set(of, { seed: hashFor(`seed ${of}`), drawnAt: 1 });
          return { transaction: hashFor('sent'), block: 1 };
        },
      },
      rounds: {
        signature: async (round) => {
          asked.push(round);
          if (options.down === true) throw new RangeError('down');
          if (options.drawnMeanwhile === true) seeds.set(epoch(0), { seed: hashFor('other'), drawnAt: 1 });
          return signRound(SECRET, round);
        },
      },
    },
    { self: ann.address, law: LAW, beacon, lookback: 24 },
  );
  const at = (timestamp: number) => drawing.act({ number: 1, timestamp }, new AbortController().signal);
  return { seeds, asked, drawn, at };
}

/** When the round of epoch 0 appears; each validator waits its own few seconds from then on. */
const due = timeOf(beacon, roundOf(LAW, beacon, epoch(0)));
const late = due + LAW.committee;

t.test('nothing is asked before the round has appeared', async (t) => {
  const { asked, drawn, at } = world();
  await at(LAW.genesis - 1);
  await at(due - 1);
  t.same([asked, drawn], [[], []]);
});

t.test('then the round of the epoch is submitted, once', async (t) => {
  const { asked, drawn, at } = world();
  await at(late);
  await at(late);
  const round = roundOf(LAW, beacon, epoch(0));
  t.same(asked, [round]);
  t.same(drawn, [[epoch(0), signRound(SECRET, round)]]);
});

t.test('epochs that were missed are caught up, each with its own round', async (t) => {
  const { drawn, at } = world();
  await at(late + 3 * LAW.epochSeconds);
  t.same(drawn.map(([of]) => of).sort(), [0, 1, 2, 3]);
  for (const [of, signature] of drawn) t.same(signature, signRound(SECRET, roundOf(LAW, beacon, of)));
});

t.test('whoever finds that another has drawn meanwhile pays nothing', async (t) => {
  const { drawn, at } = world({ drawnMeanwhile: true });
  await at(late);
  t.same(drawn, []);
});

t.test('while drand is down nothing takes its place', async (t) => {
  const { asked, drawn, at } = world({ down: true });
  await t.rejects(at(late), RangeError);
  await t.rejects(at(late + 1), RangeError);
  t.equal(asked.length, 2, 'every block is another try');
  t.same(drawn, []);
});
