import type { CookieData } from '../code/stack-cookie.js';
import { encodeUnwindInfo, type UnwindInfo } from '../code/unwind.js';
import { RUNTIME } from '../runtime.js';
import { IMAGE_DIRECTORY_ENTRY_EXCEPTION } from './constants.js';
import type { Draft, DraftSection } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

export interface FunctionRange {
  name: string;
  /** Symbol of the first byte after the function. */
  end: string;
  unwind: UnwindInfo;
  /** Symbols at the start and end of its `__try`, where it goes on after an exception, and its filter if it has one. */
  guard?: {
    start: string;
    end: string;
    except: string;
    filter?: string;
    cold?: { start: string; end: string };
  };
  cookie?: CookieData;
  /** Ranges up to its end that have unwind data of their own, by symbols of their starts. */
  parts?: { start: string; unwind: UnwindInfo }[];
}

/** A part of a function that lies elsewhere, by its symbols; it uses the frame of the function `of`. */
export interface ColdRange {
  start: string;
  end: string;
  of: string;
}

/** The language's handler for functions with `__try`; every module that has such functions has it. */
const HANDLER = '__C_specific_handler';
/** Offset 0, bits 3 and up, of UNWIND_INFO: flags. */
const FLAGS_SHIFT = 3;
const UNW_FLAG_EHANDLER = 1;
const UNW_FLAG_UHANDLER = 2;
const UNW_FLAG_CHAININFO = 4;
/** In place of a filter's address: every exception is taken. */
const EXCEPTION_EXECUTE_HANDLER = 1;

/** Writes `.pdata`, and the unwind data it refers to in `.rdata`. Functions come in the order of their addresses. */
export function writeExceptionData(draft: Draft, ranges: readonly (FunctionRange | ColdRange)[]): void {
  if (ranges.length === 0) return;
  const table = draft.section('.pdata', characteristicsOf('.pdata'));
  const data = draft.section('.rdata', characteristicsOf('.rdata'));
  data.bytes.align(4);
  // Functions with the same prolog share their unwind data, as linkers arrange it.
  const shared = new Map<string, string>();
  /** Of functions with parts elsewhere: the entry in whose unwind data those go on. */
  const entries = new Map<string, Entry>();
  const wanted = new Set(ranges.flatMap((range) => ('of' in range ? [range.of] : [])));
  table.define('$exceptions');
  const later: (() => void)[] = [];
  for (const range of ranges) {
    if ('of' in range) {
      const { start, end, of } = range;
      table.rva(start).rva(end).rva(unwindOf(start));
      later.push(() => writeChained(data, start, NO_PROLOG, entries.get(of)!));
      continue;
    }
    const { name, end, unwind, guard, cookie, parts = [] } = range;
    const { encoded, key: prolog } = encode(unwind);
    if (guard) {
      writeGuarded(data, name, encoded, guard);
      table.rva(name).rva(end).rva(unwindOf(name));
      if (wanted.has(name)) entries.set(name, [name, end, unwindOf(name)]);
      continue;
    }
    const key = cookie ? `${prolog} ${cookie.slot}` : prolog;
    let symbol = shared.get(key);
    if (symbol === undefined) {
      symbol = unwindOf(name);
      shared.set(key, symbol);
      data.define(symbol);
      if (cookie) writeWithCookie(data, encoded, cookie);
      else data.bytes.append(encoded);
    }
    const ends = [...parts.map(({ start }) => start), end];
    table.rva(name).rva(ends[0]!).rva(symbol);
    if (wanted.has(name)) entries.set(name, [name, ends[0]!, symbol]);
    parts.forEach(({ start, unwind: own }, index) => {
      writeChained(data, start, own, [name, ends[0]!, symbol]);
      table
        .rva(start)
        .rva(ends[index + 1]!)
        .rva(unwindOf(start));
    });
  }
  for (const write of later) write();
  draft.directories.push({
    index: IMAGE_DIRECTORY_ENTRY_EXCEPTION,
    target: '$exceptions',
    size: table.bytes.length,
  });
}

/**
 * Unwind data with the language's handler behind it, and its scope table: for each range of code the filter, and where to
 * go on. Source of the layout: the published x64 exception handling ABI, and SCOPE_TABLE_AMD64 of winnt.h.
 */
function writeGuarded(
  data: DraftSection,
  name: string,
  encoded: Uint8Array,
  { start, end, except, filter, cold }: NonNullable<FunctionRange['guard']>,
): void {
  const scopes = cold ? [{ start, end }, cold] : [{ start, end }];
  data.define(unwindOf(name));
  data.bytes.u8(encoded[0]! | (UNW_FLAG_EHANDLER << FLAGS_SHIFT)).append(encoded.subarray(1));
  data.rva(HANDLER);
  data.bytes.u32(scopes.length); // SCOPE_TABLE_AMD64.Count
  for (const scope of scopes) {
    data.rva(scope.start).rva(scope.end);
    if (filter === undefined) data.bytes.u32(EXCEPTION_EXECUTE_HANDLER);
    else data.rva(filter);
    data.rva(except);
  }
}

/**
 * Unwind data whose handler checks the stack cookie of a function that an exception or an unwind passes. GS_HANDLER_DATA
 * is one word: where the cookie lies, and in its low bits whether another handler follows; none does.
 */
function writeWithCookie(data: DraftSection, encoded: Uint8Array, { slot }: CookieData): void {
  const flags = UNW_FLAG_EHANDLER | UNW_FLAG_UHANDLER;
  data.bytes.u8(encoded[0]! | (flags << FLAGS_SHIFT)).append(encoded.subarray(1));
  data.rva(RUNTIME.cookieHandler);
  data.bytes.u32(slot);
}

/** Symbols of an entry of `.pdata`: begin, end, unwind data. */
type Entry = readonly [begin: string, end: string, info: string];

const NO_PROLOG: UnwindInfo = { prologSize: 0, codes: [] };

/** Unwind data of a part of a function, with the RUNTIME_FUNCTION behind it in whose unwind data it goes on. */
function writeChained(
  data: DraftSection,
  start: string,
  unwind: UnwindInfo,
  [begin, end, info]: Entry,
): void {
  const { encoded } = encode(unwind);
  data.define(unwindOf(start));
  data.bytes.u8(encoded[0]! | (UNW_FLAG_CHAININFO << FLAGS_SHIFT)).append(encoded.subarray(1));
  data.rva(begin).rva(end).rva(info);
}

function unwindOf(name: string): string {
  return `$unwind.${name}`;
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
