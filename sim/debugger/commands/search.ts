import { asciiText } from '../files/text.js';
import { isPrintable, wideShown } from '../format/wide-text.js';
import { address, hex, printable } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { integerOf } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Arguments } from './arguments.js';
import { SyntaxProblem, type Command } from './command.js';
import { refuse } from './refuse.js';

const SIZES: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8, a: 1, u: 2 };
const PAGE_BYTES = 0x1000;
const ROW_BYTES = 16;
const SHORTEST_STRING = 3;
/** A search over more memory than any dump holds ends at what can be read anyway, page by page. */
const MOST_BYTES = 0x10000000;

/** Flags of `s -[…]`. Source: Microsoft, "s (Search Memory)", and the answers of its engine. */
interface Flags {
  /** `1`: addresses only. */
  isBare: boolean;
  /** `l`: least characters of a text, for `-sa` and `-su`. */
  shortest: number;
  /** `s`: hits are kept for a search among them, `r`. */
  saves: boolean;
  isAmongSaved: boolean;
}

interface Hit {
  at: bigint;
  length: number;
}

/** Hits that the user has kept, and how many are. */
class SavedHits {
  hits: Hit[] = [];
  most = 0x400;
}
const savedHits = new WeakMap<Session, SavedHits>();

function savedOf(session: Session): SavedHits {
  const saved = savedHits.get(session) ?? new SavedHits();
  savedHits.set(session, saved);
  return saved;
}

/** `s`: memory that holds a pattern. */
export const search: Command = {
  names: ['s'],
  run({ session, print }, args, name) {
    const text = `${name.slice(1)} ${args}`.trim();
    const saved = savedOf(session);
    const rest = new Arguments(session, text);
    const flags = takeOption(rest, saved);
    const kind = flags.kind;
    const isText = !flags.isStrings && (kind === 'a' || kind === 'u');
    const what = isText ? 'Non-empty string required' : 'Search pattern missing from';
    const missing = () => (text === '' ? new SyntaxProblem(what, 1) : rest.problem(what, name[0]!));
    if (rest.ended) throw missing();
    const size = SIZES[kind]!;
    const { start, count } = rest.range(() => 0n, size, 's');
    if (count === undefined) throw missing();
    if (flags.saves) saved.hits = [];
    const ranges = flags.isAmongSaved
      ? saved.hits
      : [{ at: start, length: Math.min(count * size, MOST_BYTES) }];
    if (flags.isAmongSaved && !flags.isBare && !flags.saves) print(`Searching ${ranges.length} hits\n`);
    if (!flags.isStrings && rest.ended) throw missing();
    for (const { at, length } of hitsIn(session, [...ranges], rest, flags)) {
      if (flags.saves && saved.hits.length >= saved.most) throw rest.problem('Overflow error', 's');
      print(flags.isBare ? `0x${address(at)}\n` : shownHit(session, { at, length }, flags, size));
      if (flags.saves) saved.hits.push({ at, length: size });
    }
    if (flags.saves && !flags.isBare) print(`Saved ${saved.hits.length} hits\n`);
    rest.expectNothing('s');
  },
};

function* hitsIn(
  session: Session,
  ranges: readonly Hit[],
  rest: Arguments,
  { kind, isStrings, shortest }: Option,
): Iterable<Hit> {
  const size = SIZES[kind]!;
  const isText = kind === 'a' || kind === 'u';
  const pattern = isStrings ? undefined : isText ? textPattern(rest, size) : patternOf(session, rest, size);
  for (const { at, length } of ranges)
    if (pattern === undefined) yield* texts(session, at, length, size, shortest);
    else
      for (const place of places(session, at, length, pattern, size))
        yield { at: place, length: pattern.length };
}

function shownHit(session: Session, { at, length }: Hit, { kind, isStrings }: Option, size: number): string {
  if (!isStrings) return rowText(session, at, kind, size);
  const bytes = session.memory.read(at, length);
  return stringRows(at, size === 1 ? asciiText(bytes) : wideShown(bytes), size);
}

interface Option extends Flags {
  kind: string;
  isStrings: boolean;
}

function takeOption(rest: Arguments, saved: SavedHits): Option {
  const { scanner } = rest;
  const problem = (what = 'Syntax error', further = 0) => rest.problem(what, 's', further);
  const flags: Flags = { isBare: false, shortest: SHORTEST_STRING, saves: false, isAmongSaved: false };
  if (!scanner.take('-')) return { ...flags, kind: 'b', isStrings: false };
  const takeNext = (wanted: RegExp) => {
    const found = wanted.test(scanner.rest.charAt(0)) ? scanner.rest.charAt(0).toLowerCase() : undefined;
    if (found !== undefined) scanner.at++;
    return found;
  };
  if (takeNext(/\[/) !== undefined)
    while (takeNext(/\]/) === undefined) {
      const flag = takeNext(/[1wrsnl]/i);
      if (flag === undefined) throw problem();
      if (flag === 'w') throw problem('Operation not supported in current debug session');
      if (flag === '1') flags.isBare = true;
      else if (flag === 's') flags.saves = true;
      else if (flag === 'r') flags.isAmongSaved = true;
      else if (flag === 'n') saved.most = Number(rest.expected('Search save length'));
      else flags.shortest = Number(rest.expected('Limit value')) || SHORTEST_STRING;
    }
  const isStrings = takeNext(/s/i) !== undefined;
  const kind = takeNext(isStrings ? /[au]/i : /[bwdqauv]/i);
  if (kind === undefined) throw problem();
  if (kind === 'v') refuse('s', '-v');
  return { ...flags, kind, isStrings };
}

/** A text with or without quotes. */
function textPattern(rest: Arguments, size: number): Uint8Array {
  const quoted = rest.scanner.match(/"(?:[^"\\]|\\.)*"/)?.slice(1, -1);
  const codes = [...(quoted ?? rest.word() ?? '')].map((one) => one.charCodeAt(0));
  return Uint8Array.from(codes.flatMap((code) => (size === 2 ? [code & 0xff, code >> 8] : [code & 0xff])));
}

/** Values one after the other. @throws SyntaxProblem for too large ones */
function patternOf(session: Session, rest: Arguments, size: number): Uint8Array {
  const bytes: number[] = [];
  while (!rest.ended) {
    const value = parseMasm(rest.scanner, session);
    if (
      BigInt.asUintN(size * 8, value) !== value &&
      BigInt.asIntN(size * 8, value) !== BigInt.asIntN(64, value)
    )
      throw rest.problem('Overflow error', 's');
    for (let i = 0; i < size; i++) bytes.push(Number((value >> BigInt(i * 8)) & 0xffn));
  }
  return Uint8Array.from(bytes);
}

/** Addresses, a multiple of the unit from the start, at which the pattern stands. */
function* places(
  session: Session,
  start: bigint,
  length: number,
  pattern: Uint8Array,
  unit: number,
): Iterable<bigint> {
  for (let done = 0; done < length;) {
    const at = start + BigInt(done);
    const bytes = session.memory.read(
      at,
      Math.min(PAGE_BYTES - Number(at & 0xfffn) + pattern.length - 1, length - done),
    );
    const step = Math.min(PAGE_BYTES - Number(at & 0xfffn), length - done);
    for (let i = 0; i < step && i + pattern.length <= bytes.length; i += unit)
      if (pattern.every((byte, j) => bytes[i + j] === byte)) yield at + BigInt(i);
    done += step;
  }
}

function rowText(session: Session, at: bigint, kind: string, size: number): string {
  const bytes = session.memory.read(at, ROW_BYTES);
  const cells: string[] = [];
  for (let i = 0; i + size <= bytes.length; i += size) {
    const value = integerOf(bytes.slice(i, i + size));
    cells.push(size === 8 ? address(value) : hex(value, size * 2));
  }
  const halves = size === 1 ? `${cells.slice(0, 8).join(' ')}-${cells.slice(8).join(' ')}` : cells.join(' ');
  return `${address(at)}  ${halves}${kind === 'q' ? '' : `  ${[...bytes].map(printable).join('')}`}\n`;
}

/** Runs of characters that are no shorter than the user wants. */
function* texts(
  session: Session,
  start: bigint,
  length: number,
  size: number,
  shortest: number,
): Iterable<Hit> {
  const bytes = session.memory.read(start, length);
  const isShown = (i: number) => {
    if (i + size > bytes.length) return false;
    const code = bytes[i]! | (size === 2 ? bytes[i + 1]! << 8 : 0);
    return code < 0x80 || size === 1 ? code >= 0x20 && code < 0x7f : isPrintable(String.fromCharCode(code));
  };
  let from = -1;
  for (let i = 0; i <= bytes.length; i += size) {
    const shown = isShown(i);
    if (shown && from < 0) from = i;
    if (shown || from < 0) continue;
    if ((i - from) / size >= shortest) yield { at: start + BigInt(from), length: i - from };
    from = -1;
  }
}

/** Characters of a row; longer strings go on in the next. */
const ROW_CHARACTERS = 32;

function stringRows(at: bigint, characters: string, size: number): string {
  let text = '';
  for (let j = 0; j < characters.length; j += ROW_CHARACTERS)
    text += `${address(at + BigInt(j * size))}  "${characters.slice(j, j + ROW_CHARACTERS)}"\n`;
  return text;
}
