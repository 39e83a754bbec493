import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Item } from './view.js';

const NAMES = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rip', 'rsp', 'rbp',
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
]; // prettier-ignore
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'];

/** Registers of the current scope, and what is known of where they point to. */
export function registersView(session: Session): Item[] {
  const item = (name: string, digits: number): Item => {
    const value = session.register(name) ?? 0n;
    const text = hex(value, digits);
    const points = digits === 16 && value !== 0n;
    return {
      id: name,
      text: `${name.padStart(3)}=${text}`,
      // A look at registers is no reason to load symbols.
      detail: points && session.moduleAt(value)?.state !== 'deferred' ? session.symbolText(value) : '',
      command: '',
      isCurrent: false,
      address: points ? text : '',
    };
  };
  return [...NAMES.map((name) => item(name, 16)), item('efl', 8), ...SEGMENTS.map((name) => item(name, 4))];
}
