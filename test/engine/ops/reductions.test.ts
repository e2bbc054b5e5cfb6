/** Reductions and what normalizes along axes: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { REDUCTIONS } from './trials/reductions.ts';

testFamily(REDUCTIONS, new Set());
