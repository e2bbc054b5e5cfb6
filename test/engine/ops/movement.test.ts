/** What moves elements or makes shapes: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { MOVEMENT } from './trials/movement.ts';

testFamily(MOVEMENT, new Set());
