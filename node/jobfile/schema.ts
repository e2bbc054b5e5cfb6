/** What a JOB.yaml may say: every key, its type, its bounds and its default. */
import { z } from 'zod';
import { MAX_SLICES, MAX_WORDS } from '#protocol/limits.ts';
import { cxt } from '../amount.ts';
import { conflicts, group, loss, optimizer, schedule } from './training-schema.ts';

const relativeFile = z.string().min(1).max(4096);
/** `0-63`, or one number. */
const range = z
  .union([z.string(), z.int()], 'a range such as 0-63 is expected')
  .transform(String)
  .refine((text) => parseRange(text) !== null, 'a range such as 0-63 is expected, the first not above the last');
const whole = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);

const csvData = z.strictObject({
  csv: relativeFile.describe('comma-separated numbers, one example a line'),
  header: z.boolean().default(false).describe('the first line names the columns'),
  rows: range.optional().describe('rows to take, from 0, both ends included; all when absent'),
  features: range.describe('columns of the input x, both ends included'),
  label: whole(0, 65_535).optional().describe('column of the target y'),
  scale: z.number().positive().default(1).describe('every feature is multiplied by it'),
  shape: z
    .array(whole(1, 1 << 24))
    .min(1)
    .max(7)
    .optional()
    .describe('shape of one example; [number of features] when absent'),
});

const safetensorsData = z.strictObject({
  safetensors: relativeFile.describe('a safetensors file with a tensor x, and y where there are targets'),
});

const fee = z.union([z.string(), z.number()]).transform(String).pipe(cxt);
/** Reads its own result too, since a job that was read travels to the node and is checked there again. */
const deadline = z
  .union([z.int(), z.string()], 'a duration such as 90s, 30m, 12h or 7d is expected')
  .transform((written, context) => {
    const seconds = typeof written === 'number' ? written : parseDuration(written);
    if (seconds !== null && seconds >= 1 && seconds <= MAX_DEADLINE_S) return seconds;
    context.addIssue({
      code: 'custom',
      message: 'a duration such as 90s, 30m, 12h or 7d is expected, of one year at most',
    });
    return z.NEVER;
  })
  .describe(
    'after which nobody claims shards; what is not earned by then comes back by itself; seconds when no unit is given',
  );

const MAX_DEADLINE_S = 31_536_000;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const common = {
  name: z
    .string()
    .regex(/^[\w .-]{1,80}$/, 'letters, digits, spaces, dots and dashes are expected')
    .describe('for people'),
  model: relativeFile.describe('ONNX file, relative to this one'),
  data: z.union([csvData, safetensorsData]).describe('where x and y come from'),
  batch: whole(1, 65_536).describe('examples in one step'),
  slices: whole(1, MAX_SLICES).default(1).describe('parts into which the rows are split; each is a shard (of a round)'),
  segment: whole(1, 2 ** 20)
    .default(10)
    .describe('steps between two checkpoints, the unit of audit'),
  class: z
    .enum(['exact', 'fast'])
    .default('exact')
    .describe("exact: same bits everywhere; fast: the provider's own kernels"),
  fee: fee.describe('what the job pays, in CXT'),
  deadline: deadline.default(1800),
  seed: z.string().max(200).optional().describe('text from which all randomness of the job follows; drawn when absent'),
};

export const trainJob = z
  .strictObject({
    ...common,
    program: z.literal('train').describe('what the job does'),
    loss: loss.describe('what training makes small: its name, or an object with its options'),
    optimizer: optimizer.describe('how a step moves the weights'),
    schedule: schedule.optional().describe('how the learning rate changes; constant when absent'),
    clipNorm: z.number().positive().optional().describe('the most that the norm of all gradients together may be'),
    groups: z.array(group).min(1).max(64).optional().describe('weights that are treated differently'),
    accumulate: whole(1, 64)
      .default(1)
      .describe('equal parts of a batch, one after the other, whose gradients are averaged; needs less memory'),
    batchNorm: z
      .enum(['as-exported', 'train', 'frozen'])
      .default('as-exported')
      .describe(
        "train: statistics of the batch; frozen: those of the file; as-exported: whichever the file's nodes say",
      ),
    rounds: whole(1, MAX_WORDS / 2)
      .default(1)
      .describe('times that the slices train and are merged'),
    steps: whole(1, 2 ** 20).describe('local steps of a slice in a round'),
  })
  .superRefine((job, context) => {
    for (const { path, message } of conflicts(job)) context.addIssue({ code: 'custom', path, message });
  });

export const inferJob = z.strictObject({
  ...common,
  program: z.literal('infer').describe('what the job does'),
  labels: z.boolean().default(false).describe('the data has targets; the result says how many were right'),
});

export const jobFile = z.discriminatedUnion('program', [trainJob, inferJob]);

export type JobFile = z.infer<typeof jobFile>;
export type TrainJob = z.infer<typeof trainJob>;
export type CsvData = z.infer<typeof csvData>;

function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(s|m|h|d)$/.exec(text);
  return match === null ? null : Number(match[1]) * (SECONDS[match[2] ?? ''] ?? 0);
}

/** Both ends included; null when the text is no range. */
export function parseRange(text: string): { readonly first: number; readonly last: number } | null {
  const match = /^(\d{1,12})(?:\s*-\s*(\d{1,12}))?$/.exec(text.trim());
  if (match === null) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return last < first ? null : { first, last };
}
