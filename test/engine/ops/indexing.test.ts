/** What works by index: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { INDEXING } from './trials/indexing.ts';

testFamily(INDEXING, new Set());
