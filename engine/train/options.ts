/** What a training job chooses: loss, optimizer, schedule, clipping and parameter groups; the defaults are torch's. */

/** An absent choice may also be written as undefined. */
type Maybe<T> = T | undefined;

export type LossSpec =
  | {
      readonly kind: 'softmax-cross-entropy';
      /** A class whose rows count for nothing. */
      readonly ignoreIndex?: Maybe<number>;
      /** Share of the target that is spread over all classes, arXiv 1512.00567 section 7. */
      readonly labelSmoothing?: Maybe<number>;
    }
  | { readonly kind: 'mean-squared-error' }
  | { readonly kind: 'binary-cross-entropy-with-logits' }
  | { readonly kind: 'l1' }
  | { readonly kind: 'huber'; readonly delta?: Maybe<number> }
  /** The model's output is the loss itself. */
  | { readonly kind: 'output' };

export type LossName = LossSpec['kind'];
export type LossOf<K extends LossName> = Extract<LossSpec, { kind: K }>;

export interface SgdSpec {
  readonly kind: 'sgd';
  readonly lr: number;
  readonly momentum?: Maybe<number>;
  readonly nesterov?: Maybe<boolean>;
  /** Added to the gradient. */
  readonly weightDecay?: Maybe<number>;
}

interface Moments {
  readonly lr: number;
  readonly beta1?: Maybe<number>;
  readonly beta2?: Maybe<number>;
  readonly weightDecay?: Maybe<number>;
}

/** Weight decay is added to the gradient. */
export interface AdamSpec extends Moments {
  readonly kind: 'adam';
  readonly epsilon?: Maybe<number>;
}

/** Weight decay is taken off the weight. */
export interface AdamWSpec extends Moments {
  readonly kind: 'adamw';
  readonly epsilon?: Maybe<number>;
}

/** Weight decay is taken off the weight. */
export interface LionSpec extends Moments {
  readonly kind: 'lion';
}

export type OptimizerSpec = SgdSpec | AdamSpec | AdamWSpec | LionSpec;
export type OptimizerName = OptimizerSpec['kind'];
export type OptimizerOf<K extends OptimizerName> = Extract<OptimizerSpec, { kind: K }>;

/** A factor on the learning rate: from 0 up to 1 over the first steps, then as the kind says. */
export type ScheduleSpec =
  | { readonly kind: 'constant'; readonly warmupSteps?: Maybe<number> }
  | {
      readonly kind: 'linear' | 'cosine';
      readonly warmupSteps?: Maybe<number>;
      /** Steps after which the factor stays at the floor; the warm-up is among them. */
      readonly totalSteps: number;
      /** Share of the learning rate that remains. */
      readonly floor?: Maybe<number>;
    };

/** The first group that matches a weight's name is the weight's own. */
export interface GroupSpec {
  /** `*` is any text, also none. */
  readonly match: string;
  /** A factor on the learning rate. */
  readonly lr?: Maybe<number>;
  /** In the place of the optimizer's. */
  readonly weightDecay?: Maybe<number>;
  /** Stays as it is and is a constant of the graph; false: is a weight, whatever its name looks like. */
  readonly frozen?: Maybe<boolean>;
}

/** What moves the weights once their gradients are known. */
export interface UpdateOptions {
  readonly optimizer: OptimizerSpec;
  readonly schedule?: Maybe<ScheduleSpec>;
  /** The most that the norm of all gradients together may be. */
  readonly clipNorm?: Maybe<number>;
  readonly groups?: Maybe<readonly GroupSpec[]>;
}

export interface TrainOptions extends UpdateOptions {
  /** Rows of a step. */
  readonly batch: number;
  readonly loss: LossSpec;
  /** Sizes of the dimensions of x after the batch that the model leaves open. */
  readonly row?: Maybe<readonly number[]>;
  /** Bits that do not depend on the processor (the default), or the provider's own kernels. */
  readonly comparison?: Maybe<'exact' | 'fast'>;
  /** Equal parts of the batch, one after the other, whose gradients are averaged; 1 where absent. */
  readonly accumulate?: Maybe<number>;
  readonly batchNorm?: Maybe<'as-exported' | 'train' | 'frozen'>;
}
