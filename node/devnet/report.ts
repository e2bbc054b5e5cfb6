/** What a devnet prints: events as they happen, and at the end the table, or the same as JSON lines. */
import { type Address, formatCxt, type Wei } from '#protocol/ids.ts';
import type { ParticipantRole } from './participant.ts';
import type { CheatReport } from './zoo/ending.ts';

export interface Summary {
  readonly ok: boolean;
  /** Held-out accuracy as the network's inference job counted it; null where the jobs had no labels. */
  readonly accuracy: number | null;
  /** What became of the adversary; null on a devnet without one. */
  readonly cheat: CheatReport | null;
  readonly proofs: number;
  readonly audits: { readonly ok: number; readonly fault: number };
  /** How the disputes of the story ended; accusations that the contract decides at once are none. */
  readonly disputes: Readonly<Record<'open' | 'guilty' | 'innocent' | 'undecided', number>>;
  readonly released: Wei;
  readonly paid: Wei;
  readonly burned: Wei;
  readonly slashed: ReadonlyArray<{ readonly address: Address; readonly amount: Wei; readonly reason: string }>;
  readonly accounts: ReadonlyArray<{
    readonly name: string;
    readonly address: Address;
    readonly role: ParticipantRole;
    readonly earned: Wei;
  }>;
  readonly supply: Readonly<
    Record<'pool' | 'staked' | 'escrowed' | 'unclaimed' | 'circulating' | 'burned' | 'total', Wei>
  >;
  readonly seconds: number;
}

/** Takes one event: machine-readable fields and a line for people. */
export type Emit = (type: string, fields: Readonly<Record<string, unknown>>, line: string) => void;

export function emitJson(print: (line: string) => void): Emit {
  return (type, fields) =>
    print(JSON.stringify({ type, ...fields }, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
}

/** `  12 s  training: round 2 of 4` */
export function emitLines(print: (line: string) => void, seconds: () => number): Emit {
  return (_type, _fields, line) => print(`${seconds().toFixed(0).padStart(4)} s  ${line}`);
}

/** The summary as the last JSON line: amounts as decimal CXT. */
export function summaryFields(s: Summary): Record<string, unknown> {
  const { supply } = s;
  return {
    ok: s.ok,
    accuracy: s.accuracy,
    ...(s.cheat === null ? {} : { cheat: s.cheat }),
    proofs: s.proofs,
    audits: s.audits,
    disputes: s.disputes,
    released: formatCxt(s.released),
    paid: formatCxt(s.paid),
    burned: formatCxt(s.burned),
    slashed: s.slashed.map(({ address, amount, reason }) => ({ address, amount: formatCxt(amount), reason })),
    accounts: s.accounts.map(({ name, address, role, earned }) => ({ name, address, role, earned: formatCxt(earned) })),
    supply: Object.fromEntries(Object.entries(supply).map(([part, amount]) => [part, formatCxt(amount)])),
    seconds: Number(s.seconds.toFixed(1)),
  };
}

const WIDTH = 18;

function row(name: string, value: string): string {
  return `  ${name.padEnd(WIDTH)}${value}`;
}

/** Six decimals are enough for people; --json has every wei. */
const short = (amount: Wei): string => {
  const [whole = '0', fraction = ''] = formatCxt(amount).split('.');
  return `${whole}.${fraction.padEnd(6, '0').slice(0, 6)}`;
};

const disputesLine = (disputes: Summary['disputes']): string => {
  const parts = Object.entries(disputes).flatMap(([end, count]) => (count === 0 ? [] : [`${count} ${end}`]));
  return parts.length === 0 ? 'none' : parts.join(', ');
};

export function summaryTable(s: Summary): string {
  const percent = s.accuracy === null ? 'no labels' : `${(s.accuracy * 100).toFixed(1)} % of the held-out images`;
  const lines = [
    '',
    s.ok ? 'The network did its work, checked it and paid for it.' : 'Something did not end as it should.',
    '',
    row('accuracy', percent),
    row('proofs', `${s.proofs} accepted`),
    row('audits', `${s.audits.ok} ok, ${s.audits.fault} fault`),
    row('disputes', disputesLine(s.disputes)),
    row('released', `${short(s.released)} CXT from the pool for verified work`),
    row('paid', `${short(s.paid)} CXT of fees for the submitter's jobs`),
    row('burned', `${short(s.burned)} CXT`),
    ...(s.cheat === null
      ? []
      : [row('adversary', `${s.cheat.kind}: ${s.cheat.outcome}, expected ${s.cheat.expected}`)]),
    ...s.slashed.map(({ address, amount, reason }) =>
      row('slashed', `${address} lost ${short(amount)} CXT: ${reason}`),
    ),
    '',
    ...s.accounts.map(({ name, address, earned }) => row(name, `${address}  earned ${short(earned)} CXT`)),
    '',
    ...Object.entries(s.supply).map(([part, amount]) => row(part, formatCxt(amount).padStart(29))),
    '',
    `  ${s.seconds.toFixed(0)} s. What happened here, step by step: docs/protocol.md`,
  ];
  return lines.join('\n');
}
