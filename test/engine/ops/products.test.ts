/** Products: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { PRODUCTS } from './trials/products.ts';

testFamily(PRODUCTS, new Set());
