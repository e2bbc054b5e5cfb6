/** Dishonest workers for `corex devnet --cheat`: each is an honest node whose proofs are made in one wrong way. */
import { units } from '#protocol/ids.ts';
import { proofToWire, signProof } from '#protocol/work/proof.ts';
import { jobOfTask, segmentsOf } from '#protocol/work/shard.ts';
import type { Executor } from '#verifier/replay.ts';
import { type MakeProof, type ProveContext, type ProvePorts, proveShard } from '../roles/compute/prove.ts';

/** Builds the function that makes this node's proofs. */
export type Prover = (ports: ProvePorts, context: ProveContext) => MakeProof;

export const honest: Prover = (ports, context) => (order, signal) => proveShard(ports, context, order, signal);

/** Trains one segment and claims its state for every later checkpoint. */
function skippingExecutor(engine: Executor): Executor {
  return {
    async run(run, signal) {
      const first = await engine.run({ ...run, steps: Math.min(run.segment, run.steps) }, signal);
      const [checkpoint] = first.checkpoints;
      if (checkpoint === undefined) return first;
      return { ...first, checkpoints: Array.from({ length: segmentsOf(run) }, () => checkpoint) };
    },
  };
}

/** Returns a state without training for it. Base tasks are done honestly, to earn the stake that market work needs. */
const skipSteps: Prover = (ports, context) => (order, signal) => {
  const skips = jobOfTask(order.ref.task) !== null && order.source.plan.kind === 'train';
  return proveShard(skips ? { ...ports, engine: skippingExecutor(ports.engine) } : ports, context, order, signal);
};

/** How many times the work that its market shards really are. */
const INFLATION = 4n;

/** Claims more units than its shards have. */
const inflateUnits: Prover = (ports, context) => async (order, signal) => {
  const signed = await proveShard(ports, context, order, signal);
  if (jobOfTask(order.ref.task) === null) return signed;
  const inflated = await signProof(
    context.domain,
    { ...signed.proof, units: units(signed.proof.units * INFLATION) },
    ports.signer,
  );
  await ports.blobs.keep(await ports.blobs.putObject(proofToWire(inflated)), `epoch/${order.ref.epoch}`);
  return inflated;
};

export const cheats = { 'skip-steps': skipSteps, 'inflate-units': inflateUnits } as const satisfies Record<
  string,
  Prover
>;

export type CheatKind = keyof typeof cheats;

export const isCheatKind = (name: string): name is CheatKind => Object.hasOwn(cheats, name);
