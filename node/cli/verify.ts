/** `corex verify`: checks a bundle of a proof on this machine, without chain or network, and says what was compared and how closely. */
import type { Random } from '#protocol/ports.ts';
import { CarFile } from '../bundle/car-file.ts';
import { checkBundle, type Row, readFacts, type Verified } from '../bundle/check.ts';
import { factRows } from '../bundle/facts.ts';
import { providerFlag, providerOfFlag, withEngine } from '../local/engine.ts';
import { toolError } from '../local/errors.ts';
import { bytesText, grid } from '../local/tables.ts';
import { wholeFlag } from './arguments.ts';
import type { Command, Context } from './command.ts';
import { columns } from './print.ts';

const MOST = 1_000_000;

export const verify: Command = {
  summary: 'check the bundle of a proof, offline',
  words: ['BUNDLE.car'],
  about:
    'Checks a file of `corex proof`: each block against its name, the signature, the units counted from the graph, the trace, the start and the output, then executes the segments again and compares. Needs no chain and no network; what the chain would say is taken from the bundle and printed as such. Ends with 0 only if everything holds.',
  flags: [
    { name: 'segment', value: 'N', about: 'execute only this segment again, counted from 0' },
    { name: 'sample', value: 'N', about: 'execute so many segments, drawn at random; all of them when absent' },
    providerFlag,
  ],
  settings: ['compute.memoryMb', 'compute.stepTimeoutS'],
  examples: ['corex verify proof.car', 'corex verify proof.car --sample 2 --json'],
  async run(context) {
    const [file = ''] = context.words;
    const choose = chooser(context);
    const provider = providerOfFlag(context.flags) ?? 'cpu';
    const car = await CarFile.open(file);
    const { signal } = context.world;
    const rows: Row[] = [{ ...BLOCKS, margin: `${car.size.blocks} blocks, ${bytesText(car.size.bytes)}` }];
    const row = (one: Row) => {
      rows.push(one);
      context.print.progress({ type: 'check', ...one }, `${one.what}: ${one.margin}`);
    };
    try {
      const facts = await readFacts(file, car);
      const shown = { rows, stated: factRows(facts) };
      try {
        const verified = await withEngine(context, { provider, size: 1, doing: 'verifying' }, (engine) =>
          checkBundle({ engine, row }, { car, facts }, choose, signal),
        );
        show(context, { ...shown, verified });
      } catch (error) {
        show(context, { ...shown, verified: null });
        throw error;
      }
    } finally {
      await car.close();
    }
    return 0;
  },
};

const BLOCKS = { what: 'blocks', against: 'their names', class: '-', holds: true } as const;

/** @throws CLI_BAD_VALUE, CLI_OPTION */
function chooser({ flags, world }: Context): (segments: number) => number[] {
  if (flags.has('segment') && flags.has('sample'))
    throw toolError('OPTION', { flag: '--sample', why: 'it says nothing beside --segment' });
  const one = wholeFlag(flags, 'segment', { min: 0, max: MOST, fallback: -1 });
  const count = wholeFlag(flags, 'sample', { min: 1, max: MOST, fallback: MOST });
  return (segments) => {
    if (one >= segments)
      throw toolError('OPTION', { flag: '--segment', why: `the shard has segments 0 to ${segments - 1}` });
    return one >= 0 ? [one] : drawn(segments, count, world.random);
  };
}

/** So many of the numbers below `segments`, ascending. */
function drawn(segments: number, count: number, random: Random): number[] {
  const left = Array.from({ length: segments }, (_, i) => i);
  while (left.length > count) left.splice(Buffer.from(random.bytes(4)).readUInt32BE() % left.length, 1);
  return left;
}

interface Shown {
  readonly rows: readonly Row[];
  readonly stated: ReadonlyArray<readonly [string, string]>;
  /** Null where something does not hold; the error says what. */
  readonly verified: Verified | null;
}

function show({ print }: Context, { rows, stated, verified }: Shown): void {
  const cells = rows.map((row) => [row.what, row.against, row.class, word(row.holds), row.margin]);
  const text = [
    grid(['what', 'compared with', 'class', 'holds', 'margin'], cells),
    '',
    'as stated by the bundle, for whoever wants to look it up on the chain:',
    columns(stated),
    ...(verified === null ? [] : ['', summaryOf(verified)]),
  ];
  const { proof, segments, executed } = verified ?? {};
  const facts =
    proof === undefined
      ? {}
      : {
          task: proof.task,
          shard: proof.shard,
          worker: proof.worker,
          units: proof.units.toString(),
          engine: proof.engine,
        };
  const counts = segments === undefined ? {} : { segments, executed };
  print.result(
    { type: 'verified', holds: verified !== null, ...facts, ...counts, rows, stated: Object.fromEntries(stated) },
    text.join('\n'),
  );
}

const word = (holds: boolean | null): string => (holds === null ? '?' : holds ? 'yes' : 'NO');

function summaryOf({ proof, segments, executed }: Verified): string {
  const again = `${executed.length} of ${segments} segments executed again`;
  return `shard ${proof.shard} of ${proof.worker} holds: ${proof.units} units, ${again}`;
}
