/** What a JOB.yaml may say about training: loss, optimizer, schedule and parameter groups, with torch's names and defaults. */
import { z } from 'zod';
import type { LossName, LossSpec } from '#engine/train/options.ts';

const count = z
  .int()
  .min(0)
  .max(2 ** 30);
const share = z.number().min(0).max(1);

const crossEntropy = z.strictObject({
  kind: z.literal('softmax-cross-entropy').describe('which loss; its name alone stands for the loss with its defaults'),
  ignoreIndex: z.int().optional().describe('class number of rows that do not count'),
  labelSmoothing: share.optional().describe('share of each target that is spread over all classes'),
});
/** What each loss compares; a row for docs/jobs.md too. */
export const LOSSES = {
  'softmax-cross-entropy':
    'y: int64 [batch, …], a class number for each row of the output [batch, …, classes]; the mean over the rows that count',
  'mean-squared-error': 'y: float32, shaped as the output; the mean over all elements, as of the three below',
  'binary-cross-entropy-with-logits': 'y: float32 from 0 to 1, shaped as the output, which is before the sigmoid',
  l1: 'y: float32, shaped as the output; absolute differences',
  huber: 'y: float32, shaped as the output; squares up to delta, linear beyond',
  output: 'the output of the model is the loss, one float32; the model may have a second input, y, of any type',
} as const satisfies Record<LossName, string>;

const NAMES = Object.keys(LOSSES) as LossName[];
const lossNames = `${NAMES.slice(0, -1).join(', ')} or ${NAMES.at(-1)} is expected`;

/** A name alone, or an object with the loss's own keys; always read as the object. */
export const loss = z.union(
  [
    z.enum(NAMES).transform((kind): LossSpec => ({ kind })),
    z.discriminatedUnion(
      'kind',
      [
        crossEntropy,
        z.strictObject({ kind: z.literal('mean-squared-error') }),
        z.strictObject({ kind: z.literal('binary-cross-entropy-with-logits') }),
        z.strictObject({ kind: z.literal('l1') }),
        z.strictObject({
          kind: z.literal('huber'),
          delta: z
            .number()
            .positive()
            .optional()
            .describe('error from which on the loss grows linearly; 1 when absent'),
        }),
        z.strictObject({ kind: z.literal('output').describe("output: the model's output is the loss itself") }),
      ],
      lossNames,
    ),
  ],
  lossNames,
);

const lr = z.number().positive().max(1e6).describe('learning rate');
const beta = z.number().min(0).lt(1);
const decay = z.number().min(0).max(1e6);
const epsilon = z.number().positive().default(1e-8).describe('keeps the division away from zero');
const mean = 'decay of the mean of the gradients';
const added = 'share of each weight that is added to its gradient, or (adamw, lion) taken off the weight, times lr';

const sgd = z.strictObject({
  kind: z.literal('sgd').describe('which optimizer'),
  lr,
  momentum: beta.default(0).describe('share of the last step that is kept'),
  nesterov: z.boolean().default(false).describe('looks one step of momentum ahead'),
  weightDecay: decay.default(0).describe(added),
});
const moments = {
  lr,
  beta1: beta.default(0.9).describe(mean),
  beta2: beta.default(0.999).describe('decay of the mean of their squares (lion: of the mean that is kept)'),
  epsilon,
};

export const optimizer = z.discriminatedUnion(
  'kind',
  [
    sgd,
    z.strictObject({ kind: z.literal('adam'), ...moments, weightDecay: decay.default(0).describe(added) }),
    z.strictObject({ kind: z.literal('adamw'), ...moments, weightDecay: decay.default(0.01).describe(added) }),
    z.strictObject({
      kind: z.literal('lion'),
      lr,
      beta1: beta.default(0.9).describe(mean),
      beta2: beta.default(0.99).describe(moments.beta2.description ?? ''),
      weightDecay: decay.default(0).describe(added),
    }),
  ],
  'sgd, adam, adamw or lion is expected',
);

const warmupSteps = count.default(0).describe('steps over which the rate rises from 0');
const falling = {
  warmupSteps,
  totalSteps: count
    .min(1)
    .optional()
    .describe('step from which on the rate stays at the floor; rounds times steps when absent'),
  floor: share.default(0).describe('share of the learning rate that remains'),
};

export const schedule = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('constant').describe('how the rate goes on after the warm-up'), warmupSteps }),
    z.strictObject({ kind: z.literal('linear'), ...falling }),
    z.strictObject({ kind: z.literal('cosine'), ...falling }),
  ],
  'constant, linear or cosine is expected',
);

export const group = z.strictObject({
  match: z.string().min(1).max(200).describe('names of weights; * is any text; the first group that matches counts'),
  lr: z.number().positive().max(1e6).optional().describe('a factor on the learning rate'),
  weightDecay: decay.optional().describe("in the place of the optimizer's"),
  frozen: z.boolean().optional().describe('these weights stay as they are'),
});

interface Choices {
  readonly batch: number;
  readonly accumulate: number;
  readonly rounds: number;
  readonly steps: number;
  readonly optimizer: z.infer<typeof optimizer>;
  readonly schedule?: z.infer<typeof schedule> | undefined;
}

/** Steps of the whole job, from the first round to the last. */
export function totalSteps(job: Pick<Choices, 'rounds' | 'steps' | 'schedule'>): number {
  const { schedule: chosen, rounds, steps } = job;
  return (chosen !== undefined && 'totalSteps' in chosen ? chosen.totalSteps : undefined) ?? rounds * steps;
}

/** Choices that do not go together: the key, and why. */
export function conflicts(job: Choices): ReadonlyArray<{ readonly path: string[]; readonly message: string }> {
  const found: Array<{ path: string[]; message: string }> = [];
  const { optimizer: moved, schedule: chosen, batch, accumulate } = job;
  if (moved.kind === 'sgd' && moved.nesterov && moved.momentum === 0)
    found.push({ path: ['optimizer', 'nesterov'], message: 'needs a momentum above 0' });
  if (chosen !== undefined && chosen.kind !== 'constant' && chosen.warmupSteps > totalSteps(job)) {
    const message = `${chosen.warmupSteps} is more than the ${totalSteps(job)} steps in all`;
    found.push({ path: ['schedule', 'warmupSteps'], message });
  }
  if (batch % accumulate !== 0)
    found.push({ path: ['accumulate'], message: `a batch of ${batch} does not divide into ${accumulate} parts` });
  return found;
}
