/** What slides a window: results against the runtime's own, gradients against finite differences. */
import { testFamily } from './trials/family.ts';
import { WINDOWS } from './trials/windows.ts';

testFamily(WINDOWS, new Set(['AveragePool', 'Conv', 'ConvTranspose']));
