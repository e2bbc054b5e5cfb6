/** What a bundle says of the chain, so that its proof can be judged without one: claims, to be held against the chain by whoever doubts. */
import { z } from 'zod';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { addressField, cidField, countField, epochField, hashField, unitsField } from '#protocol/codec/fields.ts';
import { type Address, type Cid, type Epoch, type Hash, units, wei } from '#protocol/ids.ts';
import { MAX_SHARD, MAX_SLICES } from '#protocol/limits.ts';
import type { ChainView, JobView } from '#protocol/ports.ts';
import type { RulePorts } from '#verifier/rules.ts';

/** The root block of a bundle. */
export const bundleFacts = z.strictObject({
  v: z.literal(1),
  kind: z.literal('corex.proof'),
  domain: z.strictObject({ chainId: countField(Number.MAX_SAFE_INTEGER), contract: addressField }),
  proof: cidField,
  /** Of a base task; the epoch in which a market job's shard was proven is no part of its proof. */
  epoch: epochField.nullable(),
  /** The seed from which the base tasks of the epoch follow. */
  seed: hashField.nullable(),
  job: z
    .strictObject({
      id: z.string().regex(/^[1-9]\d{0,18}$/),
      submitter: addressField,
      spec: hashField,
      terms: hashField,
      shards: countField(MAX_SHARD + 1),
      width: countField(MAX_SLICES + 1),
      units: unitsField,
    })
    .nullable(),
  /** Who was granted the shard and its inputs. */
  holders: z.array(z.strictObject({ shard: countField(MAX_SHARD), worker: addressField })).max(MAX_SLICES + 1),
});

export type BundleFacts = z.output<typeof bundleFacts>;
export type BundleFactsWire = z.input<typeof bundleFacts>;

export interface Holder {
  readonly shard: number;
  readonly worker: Address;
}

export interface StatedFacts {
  readonly domain: Domain;
  readonly proof: Cid;
  readonly epoch: Epoch | null;
  readonly seed: Hash | null;
  readonly job: JobView | null;
  readonly holders: readonly Holder[];
}

export function factsToWire({ domain, proof, epoch, seed, job, holders }: StatedFacts): BundleFactsWire {
  return {
    v: 1,
    kind: 'corex.proof',
    domain: { ...domain },
    proof,
    epoch,
    seed,
    job:
      job === null
        ? null
        : {
            id: job.id.toString(),
            submitter: job.submitter,
            spec: job.spec,
            terms: job.terms,
            shards: job.shards,
            width: job.width,
            units: job.units.toString(),
          },
    holders: holders.map((holder) => ({ ...holder })),
  };
}

/** The posting as stated; what concerns only money is not in a bundle, and nothing that is judged reads it. */
function jobOf(job: NonNullable<BundleFacts['job']>): JobView {
  return {
    ...job,
    id: BigInt(job.id),
    fee: wei(0n),
    deadline: 0,
    paidUnits: units(0n),
    state: 'open',
  };
}

/** The facts as the judge asks for them. */
export function viewOf(facts: BundleFacts): RulePorts['view'] & Pick<ChainView, 'job'> {
  const job = facts.job === null ? null : jobOf(facts.job);
  return {
    job: (id) => (job?.id === id ? job : null),
    seed: () => (facts.seed === null ? null : { seed: facts.seed, drawnAt: 0 }),
    everHeld: (id, shard, worker) =>
      job?.id === id && facts.holders.some((holder) => holder.shard === shard && holder.worker === worker),
  };
}

/** For people: what they may look up on the chain. */
export function factRows(facts: BundleFacts): Array<readonly [string, string]> {
  const { chainId, contract } = facts.domain;
  const rows: Array<readonly [string, string]> = [['chain', `${chainId}, work ledger ${contract}`]];
  if (facts.job !== null) {
    const { id, submitter, spec, units: all } = facts.job;
    rows.push(['job', `${id} of ${submitter}, specification ${spec}, ${all} units`]);
  }
  if (facts.epoch !== null) rows.push(['epoch', `${facts.epoch}, seed ${facts.seed ?? 'of the genesis'}`]);
  for (const { shard, worker } of facts.holders) rows.push([`shard ${shard}`, `granted to ${worker}`]);
  return rows;
}
