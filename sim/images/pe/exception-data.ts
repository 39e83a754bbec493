import { encodeUnwindInfo, type UnwindInfo } from '../code/unwind.js';
import { IMAGE_DIRECTORY_ENTRY_EXCEPTION } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

export interface FunctionRange {
  name: string;
  /** Symbol of the first byte after the function. */
  end: string;
  unwind: UnwindInfo;
}

/** Writes `.pdata`, and the unwind data it refers to in `.rdata`. Functions come in the order of their addresses. */
export function writeExceptionData(draft: Draft, functions: readonly FunctionRange[]): void {
  if (functions.length === 0) return;
  const table = draft.section('.pdata', characteristicsOf('.pdata'));
  const data = draft.section('.rdata', characteristicsOf('.rdata'));
  data.bytes.align(4);
  // Functions with the same prolog share their unwind data, as linkers arrange it.
  const shared = new Map<string, string>();
  table.define('$exceptions');
  for (const { name, end, unwind } of functions) {
    const { encoded, key } = encode(unwind);
    let symbol = shared.get(key);
    if (symbol === undefined) {
      symbol = `$unwind.${name}`;
      shared.set(key, symbol);
      data.define(symbol);
      data.bytes.append(encoded);
    }
    table.rva(name).rva(end).rva(symbol);
  }
  draft.directories.push({
    index: IMAGE_DIRECTORY_ENTRY_EXCEPTION,
    target: '$exceptions',
    size: table.bytes.length,
  });
}

const encodings = new WeakMap<UnwindInfo, { encoded: Uint8Array; key: string }>();

/** Unwind data, and a text that is equal for equal data; remembered for functions that modules share. */
function encode(unwind: UnwindInfo): { encoded: Uint8Array; key: string } {
  const known = encodings.get(unwind);
  if (known) return known;
  const encoded = encodeUnwindInfo(unwind);
  const made = { encoded, key: String.fromCharCode(...encoded) };
  encodings.set(unwind, made);
  return made;
}
