import type { FunctionSpec } from '../../spec.js';
import { Dice } from '../dice.js';

export const WORD = 4;
/** Registers that a function gives back as it found them, in the order in which prologs save them. */
const NON_VOLATILE = ['ebx', 'esi', 'edi'] as const;
/** A called pointer is held in one of them. */
export const TARGET = 'esi';

/** What a 32-bit function's prolog takes of the stack below the caller's EBP, which it saves first. */
export interface Frame32 {
  localBytes: number;
  saved: readonly (typeof NON_VOLATILE)[number][];
}

/** Decides on a function's frame: its name does. */
export function planFrame32({ name, calls = [] }: FunctionSpec, module: string): Frame32 {
  const dice = new Dice(`${module}!${name}`);
  const localBytes = WORD * dice.below(12);
  const saved = NON_VOLATILE.filter(
    (register) => dice.below(2) === 0 || (register === TARGET && calls.some(({ to }) => to === undefined)),
  );
  return { localBytes, saved };
}
