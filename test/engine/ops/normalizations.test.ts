/** Normalizations: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { NORMALIZATIONS } from './trials/normalizations.ts';

testFamily(NORMALIZATIONS, new Set(['LayerNormalization']));
