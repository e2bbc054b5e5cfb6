/** Numbers of the law for tests: those of the public profile, and epochs of half a day, with which years pass quickly. */
import { readProfile } from '#node/profile.ts';
import { type Rules, rulesOf } from '#simulation/rules.ts';

const { law } = readProfile('corex');

export const hourly: Rules = rulesOf(law);
export const halfDaily: Rules = rulesOf({ ...law, epochSeconds: 43_200 });
