/** How far a job is: shards free, claimed, proven, paid; rounds done. */
import type { ChainView, JobView } from '#protocol/ports.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { planJob, type ShardPlan } from '#protocol/work/shard.ts';
import type { ProofIndex } from '../proof-index.ts';

export interface JobProgress {
  readonly total: number;
  readonly free: number;
  /** Held, and not proven yet. */
  readonly claimed: number;
  /** Proven on inputs that stand; provisional until paid. */
  readonly proven: number;
  readonly paid: number;
  readonly roundsDone: number;
}

function stateOf(
  plan: ShardPlan,
  facts: { paid: ReadonlySet<number>; held: ReadonlyMap<number, unknown>; proven: (shard: number) => boolean },
) {
  if (facts.paid.has(plan.index)) return 'paid';
  if (facts.proven(plan.index)) return 'proven';
  return facts.held.has(plan.index) ? 'claimed' : 'free';
}

/** Asks the holders of shards whose proof has not been heard of, so that progress shows after missed gossip too. */
export async function jobProgress(
  view: Pick<ChainView, 'claims' | 'paid'>,
  index: ProofIndex,
  job: JobView,
  spec: JobSpec,
): Promise<JobProgress> {
  const held = view.claims(job.id);
  const proven = (shard: number) => index.standing(job.id, spec, shard) !== null;
  const plans = planJob(spec);
  const silent = plans.filter(({ index: shard }) => held.has(shard) && !proven(shard));
  await Promise.all(silent.slice(0, 8).map(({ index: shard }) => index.enquire(job.id, shard)));
  const facts = { paid: view.paid(job.id), held, proven };
  const states = plans.map((plan) => ({ plan, state: stateOf(plan, facts) }));
  const count = (state: string) => states.filter((s) => s.state === state).length;
  const open = states.find(({ state }) => state === 'free' || state === 'claimed');
  const roundsDone = open === undefined ? spec.rounds : open.plan.round;
  return {
    total: plans.length,
    free: count('free'),
    claimed: count('claimed'),
    proven: count('proven'),
    paid: count('paid'),
    roundsDone,
  };
}
