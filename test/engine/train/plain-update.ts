/** Optimizers, schedules and clipping again in plain float64, from the formulas of torch's documentation, one number at a time. */
import type { GroupSpec, OptimizerOf, OptimizerSpec, ScheduleSpec, UpdateOptions } from '#engine/train/options.ts';

type Numbers = number[];
export type Named = ReadonlyMap<string, readonly number[]>;

/** transformers' lr_lambda of get_{constant,linear,cosine}_schedule_with_warmup, with min_lr_rate and an end. */
export function plainFactor(schedule: ScheduleSpec | undefined, step: number): number {
  if (schedule === undefined) return 1;
  const warmup = schedule.warmupSteps ?? 0;
  if (step < warmup) return step / Math.max(1, warmup);
  if (schedule.kind === 'constant') return 1;
  const progress = Math.min((step - warmup) / Math.max(1, schedule.totalSteps - warmup), 1);
  const falling = schedule.kind === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
  const floor = schedule.floor ?? 0;
  return falling * (1 - floor) + floor;
}

/** What torch keeps for one number. */
interface Kept {
  buffer: number | null;
  m: number;
  v: number;
}

interface Moving {
  readonly weight: number;
  readonly gradient: number;
  readonly lr: number;
  readonly decay: number;
  readonly kept: Kept;
  /** From 1. */
  readonly t: number;
}

function plainSgd({ momentum = 0, nesterov = false }: OptimizerOf<'sgd'>, of: Moving): number {
  const { weight, lr, decay, kept } = of;
  let g = of.gradient + decay * weight;
  if (momentum !== 0) {
    kept.buffer = kept.buffer === null ? g : momentum * kept.buffer + g;
    g = nesterov ? g + momentum * kept.buffer : kept.buffer;
  }
  return weight - lr * g;
}

function plainAdam(spec: OptimizerOf<'adam' | 'adamw'>, of: Moving): number {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = spec;
  const { lr, decay, kept, t } = of;
  const g = spec.kind === 'adam' ? of.gradient + decay * of.weight : of.gradient;
  const weight = spec.kind === 'adamw' ? of.weight - lr * decay * of.weight : of.weight;
  kept.m = beta1 * kept.m + (1 - beta1) * g;
  kept.v = beta2 * kept.v + (1 - beta2) * g * g;
  const mean = kept.m / (1 - beta1 ** t);
  const square = kept.v / (1 - beta2 ** t);
  return weight - (lr * mean) / (Math.sqrt(square) + epsilon);
}

function plainLion({ beta1 = 0.9, beta2 = 0.99 }: OptimizerOf<'lion'>, of: Moving): number {
  const { lr, decay, kept, gradient: g } = of;
  const weight = of.weight * (1 - lr * decay);
  const update = Math.sign(beta1 * kept.m + (1 - beta1) * g);
  kept.m = beta2 * kept.m + (1 - beta2) * g;
  return weight - lr * update;
}

function move(spec: OptimizerSpec, of: Moving): number {
  if (spec.kind === 'sgd') return plainSgd(spec, of);
  return spec.kind === 'lion' ? plainLion(spec, of) : plainAdam(spec, of);
}

function clip(gradients: Named, maxNorm: number | undefined): Named {
  if (maxNorm === undefined) return gradients;
  const all = [...gradients.values()].flat();
  const scale = Math.min(1, maxNorm / (Math.hypot(...all) + 1e-6));
  return new Map([...gradients].map(([name, numbers]) => [name, numbers.map((number) => number * scale)]));
}

const groupOf = (name: string, groups: readonly GroupSpec[] = []): GroupSpec | undefined =>
  groups.find(({ match }) => new RegExp(`^${match.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name));

/** Every weight after each of the steps. */
export function plainUpdates(weights: Named, gradients: readonly Named[], options: UpdateOptions): Named {
  const { optimizer, schedule, groups, clipNorm } = options;
  const usual = optimizer.weightDecay ?? (optimizer.kind === 'adamw' ? 0.01 : 0);
  const now = new Map<string, Numbers>([...weights].map(([name, numbers]) => [name, [...numbers]]));
  const kept = new Map([...now].map(([name, { length }]) => [name, Array.from({ length }, fresh)]));
  gradients.forEach((slopes, step) => {
    const learning = new Map([...slopes].filter(([name]) => groupOf(name, groups)?.frozen !== true));
    for (const [name, clipped] of clip(learning, clipNorm)) {
      const { lr = 1, weightDecay: decay = usual } = groupOf(name, groups) ?? {};
      const rate = optimizer.lr * lr * plainFactor(schedule, step);
      const numbers = now.get(name) as Numbers;
      clipped.forEach((gradient, i) => {
        const mine = (kept.get(name) as Kept[])[i] as Kept;
        const weight = numbers[i] as number;
        numbers[i] = move(optimizer, { weight, gradient, lr: rate, decay, kept: mine, t: step + 1 });
      });
    }
  });
  return now;
}

const fresh = (): Kept => ({ buffer: null, m: 0, v: 0 });
