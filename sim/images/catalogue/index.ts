import type { ModuleSpec } from '../spec.js';
import hal from './hal.json';
import ndis from './ndis.json';
import nt from './nt.json';

/** The modules of the lab's kernel in load order, then ntdll. */
export const catalogue = [nt, hal, ndis] as unknown as readonly ModuleSpec[];
