/** A history: a law, people, and steps that the books play first; and its tape, on which the contracts play it again. */
import { Book } from '#protocol/economy/book.ts';
import type { EconomyLaw } from '#protocol/economy/moment.ts';
import { Refusal } from '#protocol/economy/refusal.ts';
import { type Address, address, type Epoch } from '#protocol/ids.ts';
import { CONTRACTS, selectorOf } from './contracts.ts';
import { Dice } from './dice.ts';
import { grabs } from './chores.ts';
import { posts } from './everyday.ts';
import { ACCOUNTS, type Cast, EPOCHS, figuresOf, type Reads } from './figures.ts';
import { BEGINS, lawOf } from './laws.ts';
import type { Past } from './past.ts';
import { chainOf } from './rounds.ts';
import { everything, listsOf, readsAfter } from './reads.ts';
import * as steps from './steps.ts';
import { type Caller, calldata, type Step } from './steps.ts';
import { Tape } from './tape.ts';
import { later } from './time.ts';
import { nextStep } from './walk.ts';

/** What happened, and what is expected after it. */
export interface Event {
  readonly time: number;
  /** Null: time passed, nothing else. */
  readonly step: Step | null;
  /** Name of the error, or null for a step that the law takes. */
  readonly refusal: string | null;
  readonly reads: Reads;
  /** Figures that differ from what they were when they were last read. */
  readonly changes: ReadonlyArray<readonly [figure: number, value: bigint]>;
  /** How many figures are read. */
  readonly figures: number;
}

export interface History {
  readonly seed: number;
  /** Of the deployment. */
  readonly law: EconomyLaw;
  readonly cast: Cast;
  readonly events: readonly Event[];
}

const LEAST_STEPS = 15;
const MORE_STEPS = 110;
/** Where time passes so often and nothing is due, little more will come. */
const IDLE = 4;

/** @param bookLaw what the books go by instead of the law, to see that the comparison notices */
export function historyOf(seed: number, bookLaw: (law: EconomyLaw) => EconomyLaw = (law) => law): History {
  const dice = new Dice(seed);
  const law = lawOf(dice);
  const book = new Book(bookLaw(law), chainOf(law));
  book.moment.time = BEGINS;
  const accounts: Address[] = Array.from({ length: ACCOUNTS }, () => address(dice.hex(20)));
  const epochs: Epoch[] = [];
  const past: Past = {
    dice,
    book,
    accounts,
    epochs,
    most: dice.pick([1, 2, 2, 3, 3, EPOCHS]),
    deliveries: [],
    ballots: [],
  };
  const known = new Map<number, bigint>();
  const events = [happens(past, known, null, everything(past))];
  for (const step of beginning(past)) events.push(happens(past, known, step));
  let idle = 0;
  for (let left = LEAST_STEPS + dice.below(MORE_STEPS); left > 0 && idle < IDLE; left--) {
    const step = dice.chance(0.02) ? null : nextStep(past);
    idle = step === null ? idle + 1 : 0;
    if (step === null) book.moment.time = later(past);
    events.push(happens(past, known, step));
  }
  events.push(happens(past, known, null, everything(past)));
  return { seed, law, cast: { accounts, epochs }, events };
}

/** Some begin as the network does, with nothing outside the pool; some with CXT in people's hands; some with a market. */
function* beginning(past: Past): Generator<Step> {
  const { dice, accounts, book } = past;
  const isMarket = dice.chance(0.4);
  const rich = dice.chance(0.7) || isMarket ? accounts.filter(() => isMarket || dice.chance(0.8)) : [];
  const wealth = dice.pick([10n ** 20n, 10n ** 23n, 15n * 10n ** 24n]);
  for (const who of rich) yield steps.give(who, isMarket ? wealth / BigInt(1 + dice.below(9)) : dice.amount(wealth));
  const [workers, validators] = isMarket ? [0.6, 1] : [dice.pick([0.3, 0.5, 0.8]), dice.pick([0.5, 0.7, 1])];
  for (const who of accounts) yield steps.register(who, dice.chance(workers), dice.chance(validators));
  for (const who of rich)
    if (isMarket || dice.chance(0.8)) yield steps.stake(who, book.token.balanceOf(who) / BigInt(2 + dice.below(30)));
  const jobs = isMarket ? 2 + dice.below(2) : dice.below(2);
  for (let job = 0; rich.length > 0 && job < jobs; job++) yield posts(past, dice.pick(rich));
  // Taken at once, or too late for most.
  for (let i = 0; isMarket && i < jobs; i++) {
    const due = grabs(past);
    if (due.length > 0) yield dice.pick(due);
  }
}

function happens(past: Past, known: Map<number, bigint>, step: Step | null, reads?: Reads): Event {
  const { book } = past;
  const { time } = book.moment;
  const refusal = step === null ? null : refusalOf(book, step);
  const read = reads ?? readsAfter(past, step);
  const changes: Array<readonly [number, bigint]> = [];
  let figures = 0;
  figuresOf(book, past, read, (figure, value) => {
    figures++;
    if ((known.get(figure) ?? 0n) === value) return;
    known.set(figure, value);
    changes.push([figure, value]);
  });
  return { time, step, refusal, reads: read, changes, figures };
}

function refusalOf(book: Book, step: Step): string | null {
  try {
    step.play(book);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.error;
    throw error;
  }
}

/** No contract: time passes. */
const NOBODY = 255;

/** The pool and the dispute court count behind the accounts. */
function callerOf(accounts: readonly Address[], caller: Caller): number {
  if (caller === 'pool') return ACCOUNTS;
  return caller === 'disputes' ? ACCOUNTS + 1 : accounts.indexOf(caller);
}

function putEvent(tape: Tape, { accounts }: Cast, event: Event): void {
  const { time, step, refusal, reads, changes } = event;
  tape.number(time).number(step === null ? NOBODY : CONTRACTS.indexOf(step.contract));
  if (step !== null) {
    tape.number(callerOf(accounts, step.caller)).bytes(calldata(step));
    tape.number(refusal === null ? 0n : selectorOf(refusal));
  }
  for (const list of listsOf(reads)) tape.number(list.length).numbers(list);
  tape.number(changes.length);
  for (const change of changes) tape.numbers(change);
}

/** In the order in which Histories.t.sol reads it. */
export function tapeOf(history: History): Buffer {
  const { seed, law, cast, events } = history;
  const tape = new Tape().numbers([
    seed,
    law.genesis,
    law.epochSeconds,
    law.commitSeconds,
    law.auditSeconds,
    law.revealSeconds,
    law.finalizeSeconds,
    law.vestSeconds,
    law.unbondSeconds,
    law.claimTimeoutSeconds,
    law.claimWindowSeconds,
    law.maxBaseUnits,
    law.committee,
    law.disputeSeconds,
    law.jury,
    // Terms of base tasks: nothing here reads them.
    0,
    law.releaseRate,
    law.decayRate,
  ]);
  tape.numbers(cast.accounts.map(BigInt)).number(cast.epochs.length).numbers(cast.epochs).number(events.length);
  for (const event of events) putEvent(tape, cast, event);
  return tape.end();
}
