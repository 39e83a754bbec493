import { Session, Shell, type ByteSource } from '../../sim/debugger/index.js';
import { Mutant } from './mutant.js';
import type { Random } from './mutations.js';

/** A kind of hostile files: how one is made, and what is asked of it. */
export interface Subject {
  name: string;
  make(random: Random): Mutant;
  open(file: ByteSource, step: Step, random: Random): void;
}

/** Does one thing that a user waits for, within limits. */
export type Step = (label: string, what: () => void) => void;

export type Change = (mutant: Mutant, random: Random) => void;

/** A file that is like another one but for a change. */
export function changed(bytes: Uint8Array, random: Random, change: Change): Mutant {
  const mutant = new Mutant(bytes);
  change(mutant, random);
  return mutant;
}

/** Opens a dump and asks some commands. Its symbols are as they were, so that they need to be read once only. */
export function ask(file: ByteSource, symbols: ByteSource, step: Step, commands: readonly string[]): void {
  const files = { description: '', find: () => ({ path: 'a.pdb', file: symbols }) };
  let shell: Shell | undefined;
  step('opening it', () => (shell = new Shell(new Session(file, { path: 'a.dmp', symbols: files }))));
  for (const command of commands) step(command, () => shell!.execute(command));
}
