/** What is compared after a step: every figure has a number, the same as in Figures.sol, a name and its value in the books. */
import type { Book } from '#protocol/economy/book.ts';
import type { OutcomeName } from '#protocol/economy/court-book.ts';
import type { Address, Epoch } from '#protocol/ids.ts';

export const ACCOUNTS = 6;
export const EPOCHS = 6;
export const JOBS = 4;

/** Who and what a history is about; the numbers of its figures count along these. */
export interface Cast {
  readonly accounts: readonly Address[];
  readonly epochs: readonly Epoch[];
}

/** What is read after a step; all sums and all balances always are. */
export interface Reads {
  /** Positions in the cast. */
  readonly accounts: readonly number[];
  readonly credentials: readonly number[];
  readonly jobs: readonly number[];
  readonly epochs: readonly number[];
  /** A worker's epoch: epoch x ACCOUNTS + worker. */
  readonly works: readonly number[];
  /** Audits of a worker's epoch: epoch x ACCOUNTS + worker. */
  readonly audits: readonly number[];
}

const GLOBAL = [
  'total supply',
  'balance of the pool',
  'balance of the stakes',
  'balance of the market',
  'balance of the court',
  'balance of the disputes',
  'remaining',
  'unclaimed',
  'high-water mark',
  'minimum stake',
  'jobs',
  'first epoch with work, plus one',
];
const ACCOUNT = [
  'balance',
  'stake',
  'unbonding',
  'released at',
  'roles',
  'reputation',
  'quality',
  'accepted epochs',
  'first accepted epoch',
  'last accepted epoch',
];
const CREDENTIAL = ['base', 'market'].flatMap((kind) => [0, 1, 2, 3].map((tier) => `${kind} units of tier ${tier}`));
const JOB = ['escrow', 'state', 'paid units', 'paid fee', 'paid words'];
const EPOCH = [
  'verified units',
  'total score',
  'released',
  'next epoch with work, plus one',
  'reveals',
  'drawn at',
  'seed',
  'total weight',
];
const WORK = [
  'root',
  'units',
  'market units',
  'outcome',
  'tier',
  'merit',
  'score',
  'claimable for work',
  'claimable for audits',
  'fees lost',
  'reveals',
  'weight',
];
const BALLOT = ['verdict', 'audit fee', 'weight for the audit', 'weight of the others', 'on the committee'];

const ACCOUNTS_AT = GLOBAL.length;
const CREDENTIALS_AT = ACCOUNTS_AT + ACCOUNTS * ACCOUNT.length;
const JOBS_AT = CREDENTIALS_AT + ACCOUNTS * CREDENTIAL.length;
const EPOCHS_AT = JOBS_AT + JOBS * JOB.length;
const EPOCH_SIZE = EPOCH.length + ACCOUNTS * WORK.length;
const AUDITS_AT = EPOCHS_AT + EPOCHS * EPOCH_SIZE;
const AUDIT_SIZE = 1 + ACCOUNTS * BALLOT.length;

function namesOf(): string[] {
  const row = (count: number, what: string, names: readonly string[]): string[] =>
    Array.from({ length: count }, (_, i) => names.map((name) => `${name} of ${what} ${i}`)).flat();
  const epochs = Array.from({ length: EPOCHS }, (_, e) => [
    ...EPOCH.map((name) => `${name} of epoch #${e}`),
    ...row(ACCOUNTS, 'account', WORK).map((name) => `${name} in epoch #${e}`),
  ]);
  const audits = Array.from({ length: EPOCHS * ACCOUNTS }, (_, i) => {
    const audit = `in the audit of account ${i % ACCOUNTS} in epoch #${Math.floor(i / ACCOUNTS)}`;
    return [`reveals ${audit}`, ...row(ACCOUNTS, 'account', BALLOT).map((name) => `${name} ${audit}`)];
  });
  return [
    ...GLOBAL,
    ...row(ACCOUNTS, 'account', ACCOUNT),
    ...row(ACCOUNTS, 'account', CREDENTIAL),
    ...row(JOBS, 'job', JOB),
    ...epochs.flat(),
    ...audits.flat(),
  ];
}

/** Name of each figure, by its number. */
export const FIGURES: readonly string[] = namesOf();

/** A figure's name without who it is about: what kind of figure it is. */
export function kindOf(figure: number): string {
  return (FIGURES[figure] ?? '').replace(/#?\d+/g, 'N');
}

const OUTCOMES: readonly (OutcomeName | null)[] = [null, 'accepted', 'fault', 'unavailable', 'unaudited', 'disputed'];
const STATES = ['none', 'open', 'complete', 'refunded'] as const;

function at<T>(list: readonly T[], position: number): T {
  const found = list[position];
  if (found === undefined) throw new RangeError(`nobody and nothing at ${position}`);
  return found;
}

const plusOne = (epoch: Epoch | null): number => (epoch === null ? 0 : epoch + 1);

type Figure = bigint | number;
type Put = (from: number, values: readonly Figure[]) => void;

function putSums(book: Book, { accounts }: Cast, put: Put): void {
  const { token, pool } = book;
  const pots = (['pool', 'stakes', 'market', 'court', 'disputes'] as const).map((pot) => token.balanceOf(pot));
  const sums = [pool.remaining(), pool.unclaimed(), pool.highWater(), book.stakes.minimumStake()];
  put(0, [token.totalSupply(), ...pots, ...sums, book.market.jobs(), plusOne(book.work.nextWithWork(null))]);
  accounts.forEach((who, i) => {
    put(ACCOUNTS_AT + i * ACCOUNT.length, [token.balanceOf(who)]);
  });
}

function putAccount(book: Book, who: Address, i: number, put: Put): void {
  const { staked, unbonding, releasedAt, compute, validator, slashed } = book.stakes.accountOf(who);
  const roles = Number(compute) + 2 * Number(validator) + 4 * Number(slashed);
  const { epochs, first, last } = book.credential.of(who);
  const standing = [book.work.reputationOf(who), book.market.qualityOf(who), epochs, first, last];
  put(ACCOUNTS_AT + i * ACCOUNT.length + 1, [staked, unbonding, releasedAt, roles, ...standing]);
}

function putCredential(book: Book, who: Address, i: number, put: Put): void {
  const { base, market } = book.credential.of(who);
  put(CREDENTIALS_AT + i * CREDENTIAL.length, [...base, ...market]);
}

function putJob(book: Book, i: number, put: Put): void {
  const job = book.market.jobOf(BigInt(i + 1));
  const paid = [job?.paidUnits ?? 0n, job?.paidFee ?? 0n, job?.paidWords ?? 0];
  const state = STATES.indexOf(job?.state ?? 'none');
  put(JOBS_AT + i * JOB.length, [book.market.escrowOf(BigInt(i + 1)), state, ...paid]);
}

function putEpoch(book: Book, epoch: Epoch, e: number, put: Put): void {
  const { units, score } = book.work.totalsOf(epoch);
  const drawn = book.beacon.drawOf(epoch);
  put(EPOCHS_AT + e * EPOCH_SIZE, [
    units,
    score,
    book.pool.epochOf(epoch)?.released ?? 0n,
    plusOne(book.work.nextWithWork(epoch)),
    book.court.auditsTotal(epoch),
    drawn?.at ?? 0,
    BigInt(drawn?.seed ?? 0),
    book.stakes.totalWeightAt(epoch),
  ]);
}

function putWork(book: Book, { accounts, epochs }: Cast, pair: number, put: Put): void {
  const [e, i] = [Math.floor(pair / ACCOUNTS), pair % ACCOUNTS];
  const [epoch, who] = [at(epochs, e), at(accounts, i)];
  const work = book.work.commitmentOf(who, epoch);
  const due = book.pool.claimable(who, epoch);
  put(EPOCHS_AT + e * EPOCH_SIZE + EPOCH.length + i * WORK.length, [
    BigInt(work?.root ?? 0),
    work?.units ?? 0n,
    work?.marketUnits ?? 0n,
    OUTCOMES.indexOf(work?.outcome ?? null),
    work?.tier ?? 0,
    work?.merit ?? 0n,
    book.work.shareOf(who, epoch).score,
    due.work,
    due.audit,
    book.market.burnedFor(who, epoch),
    book.court.auditsBy(who, epoch),
    book.stakes.weightAt(who, epoch),
  ]);
}

function putAudit(book: Book, { accounts, epochs }: Cast, audit: number, put: Put): void {
  const [epoch, worker] = [at(epochs, Math.floor(audit / ACCOUNTS)), at(accounts, audit % ACCOUNTS)];
  const ballots = accounts.flatMap((validator) => {
    const { weight, others } = book.stakes.weightsFor(worker, validator, epoch);
    const verdict = book.court.verdictOf(epoch, worker, validator);
    const fee = book.market.auditFeeOf(worker, epoch, validator);
    return [verdict, fee, weight, others, Number(book.court.onCommittee(epoch, worker, validator))];
  });
  put(AUDITS_AT + audit * AUDIT_SIZE, [book.court.revealsOf(epoch, worker), ...ballots]);
}

/** Calls `put` with what the books say of everything that is to be read. */
export function figuresOf(book: Book, cast: Cast, reads: Reads, put: (figure: number, value: bigint) => void): void {
  const row: Put = (from, values) => {
    values.forEach((value, i) => {
      put(from + i, BigInt(value));
    });
  };
  putSums(book, cast, row);
  for (const a of reads.accounts) putAccount(book, at(cast.accounts, a), a, row);
  for (const a of reads.credentials) putCredential(book, at(cast.accounts, a), a, row);
  for (const job of reads.jobs) putJob(book, job, row);
  for (const e of reads.epochs) putEpoch(book, at(cast.epochs, e), e, row);
  for (const pair of reads.works) putWork(book, cast, pair, row);
  for (const pair of reads.audits) putAudit(book, cast, pair, row);
}
