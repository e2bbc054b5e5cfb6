/** What is compared after a step: every figure has a number, the same as in Histories.t.sol, a name and its value in the books. */
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

/** What is read after a step; the accounts' and jobs' figures always are. */
export interface Reads {
  /** Positions in the cast. */
  readonly epochs: readonly number[];
  readonly credentials: readonly number[];
  /** Audits of a worker's epoch: epoch x ACCOUNTS + worker. */
  readonly audits: readonly number[];
}

const GLOBAL = [
  'total supply',
  'balance of the pool',
  'balance of the stakes',
  'balance of the market',
  'balance of the court',
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

const OUTCOMES: readonly (OutcomeName | null)[] = [null, 'accepted', 'fault', 'unavailable', 'unaudited'];
const STATES = ['none', 'open', 'complete', 'refunded'] as const;

const plusOne = (epoch: Epoch | null): number => (epoch === null ? 0 : epoch + 1);

type Figure = bigint | number;
type Put = (at: number, values: readonly Figure[]) => void;

function putAccounts(book: Book, { accounts }: Cast, put: Put): void {
  const { token, pool } = book;
  const pots = (['pool', 'stakes', 'market', 'court'] as const).map((pot) => token.balanceOf(pot));
  const sums = [pool.remaining(), pool.unclaimed(), pool.highWater(), book.stakes.minimumStake()];
  put(0, [token.totalSupply(), ...pots, ...sums, book.market.jobs(), plusOne(book.work.nextWithWork(null))]);
  accounts.forEach((who, i) => {
    const { staked, unbonding, releasedAt, compute, validator, slashed } = book.stakes.accountOf(who);
    const roles = Number(compute) + 2 * Number(validator) + 4 * Number(slashed);
    const { epochs, first, last } = book.credential.of(who);
    const standing = [book.work.reputationOf(who), book.market.qualityOf(who), epochs, first, last];
    put(ACCOUNTS_AT + i * ACCOUNT.length, [token.balanceOf(who), staked, unbonding, releasedAt, roles, ...standing]);
  });
  for (let i = 0; i < JOBS; i++) {
    const job = book.market.jobOf(BigInt(i + 1));
    const paid = [job?.paidUnits ?? 0n, job?.paidFee ?? 0n, job?.paidWords ?? 0];
    const state = STATES.indexOf(job?.state ?? 'none');
    put(JOBS_AT + i * JOB.length, [book.market.escrowOf(BigInt(i + 1)), state, ...paid]);
  }
}

function putEpoch(book: Book, cast: Cast, e: number, put: Put): void {
  const epoch = cast.epochs[e];
  if (epoch === undefined) throw new RangeError(`no epoch #${e}`);
  const { units, score } = book.work.totalsOf(epoch);
  const drawn = book.beacon.drawOf(epoch);
  const at = EPOCHS_AT + e * EPOCH_SIZE;
  put(at, [
    units,
    score,
    book.pool.epochOf(epoch)?.released ?? 0n,
    plusOne(book.work.nextWithWork(epoch)),
    book.court.auditsTotal(epoch),
    drawn?.at ?? 0,
    BigInt(drawn?.seed ?? 0),
    book.stakes.totalWeightAt(epoch),
  ]);
  cast.accounts.forEach((who, i) => {
    const work = book.work.commitmentOf(who, epoch);
    const due = book.pool.claimable(who, epoch);
    put(at + EPOCH.length + i * WORK.length, [
      BigInt(work?.root ?? 0),
      work?.units ?? 0n,
      work?.marketUnits ?? 0n,
      OUTCOMES.indexOf(work?.outcome ?? null),
      work?.tier ?? 0,
      work?.merit ?? 0n,
      book.work.shareOf(who, epoch).score,
      due.work,
      due.audit,
      book.market.feeLost(who, epoch),
      book.court.auditsBy(who, epoch),
      book.stakes.weightAt(who, epoch),
    ]);
  });
}

function putAudit(book: Book, { accounts, epochs }: Cast, audit: number, put: Put): void {
  const [epoch, worker] = [epochs[Math.floor(audit / ACCOUNTS)], accounts[audit % ACCOUNTS]];
  if (epoch === undefined || worker === undefined) throw new RangeError(`no audit ${audit}`);
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
  const row: Put = (at, values) => {
    values.forEach((value, i) => {
      put(at + i, BigInt(value));
    });
  };
  putAccounts(book, cast, row);
  for (const a of reads.credentials) {
    const who = cast.accounts[a];
    if (who === undefined) throw new RangeError(`no account ${a}`);
    const { base, market } = book.credential.of(who);
    row(CREDENTIALS_AT + a * CREDENTIAL.length, [...base, ...market]);
  }
  for (const e of reads.epochs) putEpoch(book, cast, e, row);
  for (const audit of reads.audits) putAudit(book, cast, audit, row);
}
