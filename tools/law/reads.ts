/** What is compared after which step: all that it is about, and something that it should have left alone; at the end, everything. */
import { ACCOUNTS, JOBS, type Reads } from './figures.ts';
import type { Past } from './past.ts';
import type { Step } from './steps.ts';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const distinct = (list: readonly number[]): number[] => [...new Set(list)].filter((item) => item >= 0);

/** Ballots are many: of the audits some, other ones in each history. */
const AUDITS_AT_END = 6;

export function everything({ dice, accounts, epochs }: Past): Reads {
  const pairs = range(epochs.length * ACCOUNTS);
  const some = pairs.length === 0 ? [] : range(AUDITS_AT_END).map(() => dice.pick(pairs));
  const people = range(accounts.length);
  return {
    accounts: people,
    credentials: people,
    jobs: range(JOBS),
    epochs: range(epochs.length),
    works: pairs,
    audits: distinct(some),
  };
}

/** What is dear to read and seldom wrong alone is read after a part of the steps. */
const CREDENTIAL_READ = 0.2;
const AUDIT_READ = 0.06;

/** Steps by which what everybody can claim of an epoch changes. */
const FOR_ALL: ReadonlySet<string> = new Set(['settle', 'expire', 'finalize', 'proveWrongSum', 'convict']);

export function readsAfter(past: Past, step: Step | null): Reads {
  const { dice, book, accounts } = past;
  const worker = step?.worker === undefined ? -1 : accounts.indexOf(step.worker);
  const callers: readonly (string | undefined)[] = accounts;
  const caller = callers.indexOf(step?.caller);
  const [someone, jobs] = [dice.below(ACCOUNTS), Math.min(JOBS, book.market.jobs() + 1)];
  const isOfMarket = step?.contract === 'market';
  return {
    accounts: distinct([caller, worker, someone]),
    credentials: dice.chance(CREDENTIAL_READ) ? [worker < 0 ? someone : worker] : [],
    jobs: isOfMarket ? range(jobs) : [dice.below(jobs)],
    ...ofEpochs(past, step, distinct([worker < 0 ? caller : worker, someone])),
  };
}

function ofEpochs({ dice, epochs, book }: Past, step: Step | null, people: readonly number[]) {
  if (epochs.length === 0) return { epochs: [], works: [], audits: [] };
  const newest = book.pool.newestSettled();
  const of = step?.epoch ?? (step?.method === 'settle' && newest !== null ? newest : undefined);
  const about = of === undefined ? -1 : epochs.indexOf(of);
  const some = dice.below(epochs.length);
  const read = about < 0 ? some : about;
  const all = step !== null && FOR_ALL.has(step.method);
  const works = (all ? range(ACCOUNTS) : people).map((who) => read * ACCOUNTS + who);
  // Time alone changes who is on a committee.
  const audited = dice.chance(step?.worker === undefined ? AUDIT_READ : 3 * AUDIT_READ);
  return {
    epochs: [read],
    works: distinct(works),
    audits: audited ? [read * ACCOUNTS + (people[0] ?? 0)] : [],
  };
}

/** In the order in which Figures.sol reads them. */
export function listsOf(reads: Reads): ReadonlyArray<readonly number[]> {
  return [reads.accounts, reads.credentials, reads.jobs, reads.epochs, reads.works, reads.audits];
}
