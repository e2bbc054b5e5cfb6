/** All scenarios, in the order in which they are printed. */
import { collapse } from './collapse.ts';
import { growth } from './growth.ts';
import { lazy } from './lazy.ts';
import { newcomers } from './newcomers.ts';
import { selfDealing } from './self-dealing.ts';
import { whale } from './whale.ts';
import type { Scenario } from '../world.ts';

export const scenarios: readonly Scenario[] = [growth, collapse, whale, selfDealing, newcomers, lazy];
