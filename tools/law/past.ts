/** What has happened so far in a history, as the walk needs to know it beside the books. */
import type { Reveal } from '#protocol/audit/verdict.ts';
import type { Book } from '#protocol/economy/book.ts';
import { type Address, type Epoch, hash } from '#protocol/ids.ts';
import type { VerdictName } from '#protocol/ports.ts';
import type { Delivery } from './deliveries.ts';
import type { Dice } from './dice.ts';
import * as steps from './steps.ts';
import type { Step } from './steps.ts';

export interface Ballot extends Reveal {
  revealed: boolean;
}

export interface Past {
  readonly dice: Dice;
  readonly book: Book;
  readonly accounts: readonly Address[];
  /** Epochs with work. */
  readonly epochs: Epoch[];
  /** So many epochs with work, and no more. */
  readonly most: number;
  readonly deliveries: Delivery[];
  readonly ballots: Ballot[];
}

/** What a worker's audits tend to say, so that majorities form. */
function opinion(dice: Dice, { wrong, claim }: Delivery): VerdictName {
  if (dice.chance(0.15)) return dice.pick(['ok', 'fault', 'unavailable']);
  if (wrong !== null) return dice.chance(0.5) ? 'fault' : 'ok';
  const mood = BigInt(claim.root) % 10n;
  if (mood < 8n) return 'ok';
  return mood < 9n ? 'fault' : 'unavailable';
}

/** The walk remembers what was delivered when the books accept it. */
export function commitOf(past: Past, delivery: Delivery): Step {
  const step = steps.commitWork(delivery.worker, delivery.epoch, delivery.claim);
  return {
    ...step,
    play: (book) => {
      step.play(book);
      past.deliveries.push(delivery);
      if (!past.epochs.includes(delivery.epoch)) past.epochs.push(delivery.epoch);
    },
  };
}

export function ballotOf(past: Past, delivery: Delivery, validator: Address): Step {
  const { dice } = past;
  const { worker, epoch } = delivery;
  const verdict = opinion(dice, delivery);
  const secrets = { auditDigest: hash(dice.hex(32)), salt: hash(dice.hex(32)) };
  const ballot: Ballot = { validator, worker, epoch, verdict, ...secrets, revealed: false };
  const step = steps.commitVerdict(ballot);
  return {
    ...step,
    play: (book) => {
      step.play(book);
      past.ballots.push(ballot);
    },
  };
}
