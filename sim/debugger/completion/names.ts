import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { fieldOf, type Field, type StructType, type Type } from '../types/type.js';
import { typeText } from '../types/type-text.js';
import { addModules, type Candidates } from './candidates.js';

/** A word that begins like a qualified name: `nt!Ps`, `Ps`. */
interface Qualified {
  /** As it was typed; '' without one, which means the kernel's, or the program's. */
  module: string;
  name: string;
}

function qualified(word: string): Qualified {
  const at = word.indexOf('!');
  return at < 0 ? { module: '', name: word } : { module: word.slice(0, at), name: word.slice(at + 1) };
}

/** Unqualified symbols begin to be of use with the second letter. */
const SHORTEST = 2;

/** Symbols and, before the `!`, modules. */
export function addSymbols(session: Session, candidates: Candidates, word: string): void {
  const { module, name } = qualified(word);
  if (!word.includes('!')) addModules(session, candidates, word, '!');
  if (!word.includes('!') && name.length < SHORTEST) return;
  const symbols = (module === '' ? session.mainModule : session.module(module))?.symbols;
  const mark = word.slice(0, word.length - name.length);
  for (const symbol of symbols?.startingWith(name, candidates.room) ?? [])
    candidates.add(mark + symbol.name, 'symbol', address(symbol.address));
}

/** Types and, before the `!`, modules. A beginning without the underscore that C types carry finds them too. */
export function addTypes(session: Session, candidates: Candidates, word: string): void {
  const { module, name } = qualified(word);
  if (!word.includes('!')) addModules(session, candidates, word, '!');
  const types = (module === '' ? session.mainModule : session.module(module))?.symbols?.pdb?.types;
  const mark = word.slice(0, word.length - name.length);
  const beginnings = name === '' || name.startsWith('_') ? [name] : [name, `_${name}`];
  for (const beginning of beginnings)
    for (const found of types?.startingWith(beginning, candidates.room) ?? [])
      candidates.add(mark + found, 'type', `0x${hex(types!.find(found)?.size ?? 0)} bytes`);
}

/** Fields of a structure along a path: `Pcb.Thr` leads into the inner one. */
export function addFields(candidates: Candidates, type: StructType, path: string): void {
  const parts = path.split('.');
  const last = parts.pop()!.toLowerCase();
  let inner: Type | undefined = type;
  for (const part of parts) {
    const field: Field | undefined = inner?.kind === 'struct' ? fieldOf(inner, part) : undefined;
    inner = field?.type;
  }
  if (inner?.kind !== 'struct') return;
  const mark = parts.map((part) => `${part}.`).join('');
  for (const { name, offset, type: fieldType } of inner.fields)
    if (name.toLowerCase().startsWith(last))
      candidates.add(mark + name, 'field', `+0x${hex(offset, 3)} ${typeText(fieldType)}`);
}
