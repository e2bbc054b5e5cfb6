/** The people of the campaign: validators of mixed weights, an honest worker, and a cheat for each part of the work that is forged. */
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { type Address, address, parseCxt, type Wei, wei } from '#protocol/ids.ts';

export type ValidatorKind = 'looks' | 'lazy' | 'colludes';

export interface ValidatorPlan {
  readonly name: Address;
  readonly kind: ValidatorKind;
  readonly stake: Wei;
}

export interface WorkerPlan {
  readonly label: string;
  /** Of its units; 0 is honest. */
  readonly forges: number;
  /** Does not serve what it forged: who draws it tells the others, and all who look say unavailable. */
  readonly silent: boolean;
}

/** One network of the campaign. */
export interface NetworkPlan {
  readonly name: string;
  readonly validators: readonly ValidatorPlan[];
  readonly workers: readonly WorkerPlan[];
}

const PEOPLE = hashText('corex.campaign.people.v1');
const VALIDATORS = 24;
/** Stakes go from one to eight times this; nobody has a tenth of the weight, so everybody's seat is drawn. */
const LEAST_STAKE = parseCxt('2000');
export const PARTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;

/** A fresh name, the same in every run. */
export function nameOf(...words: readonly number[]): Address {
  return address(`0x${hashWords([PEOPLE, ...words]).slice(-40)}`);
}

function validatorsOf(kindOf: (i: number) => ValidatorKind): ValidatorPlan[] {
  return Array.from({ length: VALIDATORS }, (_, i) => ({
    name: nameOf(0, i),
    kind: kindOf(i),
    stake: wei(LEAST_STAKE * BigInt(1 + ((i * 5) % 8))),
  }));
}

const percent = (part: number): string => `forges ${Math.round(part * 100)} %`;

const workers: readonly WorkerPlan[] = [
  { label: 'honest', forges: 0, silent: false },
  ...PARTS.map((part) => ({ label: percent(part), forges: part, silent: false })),
  { label: `${percent(0.2)}, silent`, forges: 0.2, silent: true },
];

/** The same workers before two courts. */
export const networks: readonly NetworkPlan[] = [
  { name: 'everybody looks', validators: validatorsOf(() => 'looks'), workers },
  {
    name: 'some are lazy, some collude',
    validators: validatorsOf((i) => (i % 5 === 1 ? 'colludes' : i % 10 === 3 ? 'lazy' : 'looks')),
    workers,
  },
];
