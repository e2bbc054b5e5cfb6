/** Elementwise operators: results against the runtime's own, gradients against finite differences. */
import { ELEMENTWISE } from './trials/elementwise.ts';
import { testFamily } from './trials/family.ts';

testFamily(ELEMENTWISE, new Set(['Acos', 'Asin', 'Atan', 'Erf', 'Gelu']));
