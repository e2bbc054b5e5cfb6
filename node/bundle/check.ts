/** Checks a bundle from its first byte to its last: rules, units, then segments executed again; every comparison is a row. */
import { countUnits } from '#engine/train/units.ts';
import { epoch } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import { signedProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { segmentsOf } from '#protocol/work/shard.ts';
import { type RecheckPorts, recheckSegment, type SegmentCheck } from '#verifier/recheck.ts';
import { type Fault, judgeProof, type LawfulProof } from '#verifier/rules.ts';
import { bytesText } from '../local/tables.ts';
import { readBundle } from './bundle-blobs.ts';
import type { CarFile } from './car-file.ts';
import { bundleError, verifyError } from './errors.ts';
import { type BundleFacts, bundleFacts, viewOf } from './facts.ts';
import { entryOf } from './gather.ts';

/** One comparison. */
export interface Row {
  readonly what: string;
  /** What it was held against. */
  readonly against: string;
  readonly class: 'exact' | 'fast' | '-';
  /** Null where the comparison decides nothing. */
  readonly holds: boolean | null;
  readonly margin: string;
}

export interface CheckPorts {
  readonly engine: RecheckPorts['engine'];
  readonly bounds?: NonNullable<RecheckPorts['bounds']>;
  /** Told of each row as it comes, so that a failure shows what had been compared before it. */
  readonly row: (row: Row) => void;
}

const FAULT_CODES = {
  'forged-proof': 'FORGED_PROOF',
  'no-such-shard': 'NO_SUCH_SHARD',
  'not-claimed': 'NOT_CLAIMED',
  'inflated-units': 'INFLATED_UNITS',
  'bad-trace': 'BAD_TRACE',
  'wrong-start': 'WRONG_START',
  'wrong-output': 'WRONG_OUTPUT',
  'wrong-checkpoint': 'WRONG_CHECKPOINT',
  'wrong-result': 'WRONG_RESULT',
} as const satisfies Record<Fault, string>;

interface Rule {
  readonly what: string;
  readonly against: string;
  readonly faults: readonly Fault[];
  readonly margin: (lawful: LawfulProof) => string;
}

/** In the order in which the judge looks. */
const RULES: readonly Rule[] = [
  {
    what: 'signature',
    against: 'the worker in the proof',
    faults: ['forged-proof'],
    margin: ({ proof }) => proof.worker,
  },
  {
    what: 'shard',
    against: 'specification, claims',
    faults: ['no-such-shard', 'not-claimed'],
    margin: ({ source }) => `${source.plan.kind}, ${source.plan.steps} steps`,
  },
  {
    what: 'units',
    against: 'specification',
    faults: ['inflated-units'],
    margin: ({ proof }) => `${proof.units}, the same`,
  },
  {
    what: 'trace',
    against: 'root in the proof',
    faults: ['bad-trace'],
    margin: ({ trace }) => `${trace.checkpoints.length} checkpoints, the same root`,
  },
  {
    what: 'start',
    against: 'specification, inputs',
    faults: ['wrong-start'],
    margin: ({ inputs }) => (inputs.length === 0 ? 'the same root' : `${inputs.length} signed inputs, the same root`),
  },
  { what: 'output', against: 'last checkpoint', faults: ['wrong-output'], margin: () => 'the same root' },
];

export interface Verified {
  readonly proof: WorkloadProof;
  readonly segments: number;
  readonly executed: readonly number[];
}

/** @throws BUNDLE_UNREADABLE when the root is not a bundle's */
export async function readFacts(file: string, car: CarFile): Promise<BundleFacts> {
  const parsed = bundleFacts.safeParse(await readBundle(car).getObject(car.root));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw bundleError('UNREADABLE', { file, why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}` });
}

/**
 * @param choose which segments to execute again, of so many
 * @throws VERIFY_… for what does not hold, BUNDLE_MISSING, ENGINE_… for what cannot be checked
 */
export async function checkBundle(
  ports: CheckPorts,
  bundle: { readonly car: CarFile; readonly facts: BundleFacts },
  choose: (segments: number) => readonly number[],
  signal?: AbortSignal,
): Promise<Verified> {
  const { car, facts } = bundle;
  const blobs = readBundle(car);
  const signed = signedProof.safeParse(await blobs.getObject(facts.proof));
  if (!signed.success) throw bundleError('NO_PROOF', { cid: facts.proof });
  const { proof } = signed.data;
  const by = { worker: proof.worker, epoch: facts.epoch ?? epoch(0) };
  const entry = entryOf(facts.domain, facts.proof, proof);
  const judged = await judgeProof({ blobs, view: viewOf(facts) }, facts.domain, entry, by, signal);
  if (judged.fault !== null) {
    tellFault(ports, judged.fault);
    throw verifyError(FAULT_CODES[judged.fault], { shard: proof.shard });
  }
  const { lawful } = judged;
  for (const { what, against, margin } of RULES)
    ports.row({ what, against, class: '-', holds: true, margin: margin(lawful) });
  await recount(ports, blobs, lawful);
  const segments = segmentsOf(lawful.source.plan);
  const executed = choose(segments);
  let undecided = 0;
  for (const segment of executed) {
    const check = await recheckSegment({ ...ports, blobs }, lawful, segment, signal);
    ports.row(rowOf(check, lawful));
    if (check.fault !== null) throw verifyError(FAULT_CODES[check.fault], { shard: proof.shard });
    if (!check.decided) undecided += 1;
  }
  if (undecided > 0) throw verifyError('UNDECIDED', { shard: proof.shard, segments: undecided });
  return { proof, segments, executed };
}

/** What held before the fault, and the fault. */
function tellFault(ports: CheckPorts, fault: Fault): void {
  for (const { what, against, faults } of RULES) {
    const holds = !faults.includes(fault);
    ports.row({ what, against, class: '-', holds, margin: holds ? 'the same' : fault });
    if (!holds) return;
  }
}

/** The specification's count is its author's word; the graph is what is executed. */
async function recount(
  ports: CheckPorts,
  blobs: ReturnType<typeof readBundle>,
  { source, proof }: LawfulProof,
): Promise<void> {
  const graph = typeof source.graph === 'string' ? await blobs.get(source.graph, { maxBytes: MAX_BLOB }) : source.graph;
  const counted = countUnits(graph) * BigInt(source.plan.steps);
  const holds = counted === source.plan.units;
  const row = { what: 'units', against: 'counted from the graph', class: '-' } as const;
  ports.row({ ...row, holds, margin: holds ? `${counted}, the same` : `${counted} counted` });
  if (!holds)
    throw verifyError('WRONG_UNITS', { shard: proof.shard, stated: `${source.plan.units}`, counted: `${counted}` });
}

function rowOf(check: SegmentCheck, { source }: LawfulProof): Row {
  const { segment, firstStep, steps, fault, decided, tensors, bytes, differences, bounded } = check;
  const from = source.plan.firstStep + firstStep;
  const what = `segment ${segment}, ${steps === 1 ? `step ${from}` : `steps ${from} to ${from + steps - 1}`}`;
  const row = { what, against: 'executed again', class: source.comparison, holds: decided ? fault === null : null };
  const size = `${tensors} tensors, ${bytesText(bytes)}`;
  const [largest] = differences;
  if (largest === undefined) return { ...row, margin: fault ?? `identical bytes, ${size}` };
  const apart = `${differences.length} of ${size} differ, most ${largest.tensor} by ${largest.relative.toExponential(1)} of its largest number`;
  if (bounded !== null) return { ...row, margin: `${bounded}; ${apart}` };
  return { ...row, margin: decided ? `${fault}: ${apart}` : `${apart}; nothing follows from that` };
}
