import { address, hex, printable } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
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

/** Flags of `s -[…]`. Source: Microsoft, "s (Search Memory)". */
interface Flags {
  /** Addresses only. */
  isBare: boolean;
  /** Least characters of a text, for `-sa` and `-su`. */
  shortest: number;
}

/** `s`: memory that holds a pattern. */
export const search: Command = {
  names: ['s'],
  run({ session, print }, args, name) {
    const text = `${name.slice(1)} ${args}`.trim();
    const scanner = new Scanner(text);
    const at = () => (text === '' ? 1 : 's '.length + scanner.at);
    const flags = takeOption(scanner, at);
    const kind = flags.kind;
    const rest = new Arguments(session, text);
    rest.scanner.at = scanner.at;
    const isText = !flags.isStrings && (kind === 'a' || kind === 'u');
    const what = isText ? 'Non-empty string required' : 'Search pattern missing from';
    const missing = () => new SyntaxProblem(what, at());
    if (rest.ended) throw missing();
    const start = rest.value();
    const size = SIZES[kind]!;
    const count = rest.range(start, size);
    scanner.at = rest.scanner.at;
    if (count === undefined) throw missing();
    const length = Math.min(count * size, MOST_BYTES);
    if (flags.isStrings) return print(stringsText(session, start, length, size, flags));
    if (rest.ended) throw missing();
    const pattern = isText ? textPattern(rest, size) : patternOf(session, rest, size);
    for (const place of places(session, start, length, pattern, size))
      print(flags.isBare ? `0x${address(place)}\n` : rowText(session, place, kind, size));
    scanner.at = rest.scanner.at;
    if (!rest.ended) throw new SyntaxProblem('Extra character error', at() + 1);
  },
};

function takeOption(scanner: Scanner, at: () => number): Flags & { kind: string; isStrings: boolean } {
  const flags: Flags = { isBare: false, shortest: SHORTEST_STRING };
  if (!scanner.take('-')) return { ...flags, kind: 'b', isStrings: false };
  if (scanner.take('['))
    while (!scanner.take(']')) {
      const flag = scanner.match(/1|w|r|n|l[0-9a-f]+/);
      if (flag === undefined) throw new SyntaxProblem('Syntax error', at());
      if (flag === 'w') throw new SyntaxProblem('Operation not supported in current debug session', at());
      if (flag === 'r' || flag === 'n') refuse('s', `-[${flag}]`);
      if (flag === '1') flags.isBare = true;
      else flags.shortest = Math.max(1, parseInt(flag.slice(1), 16));
    }
  const kind = scanner.match(/s[au]|[bwdqauv]/)?.toLowerCase();
  if (kind === undefined) throw new SyntaxProblem('Syntax error', at());
  if (kind === 'v') refuse('s', '-v');
  return { ...flags, kind: kind.at(-1)!, isStrings: kind.length > 1 };
}

/** A text with or without quotes. */
function textPattern(rest: Arguments, size: number): Uint8Array {
  const quoted = rest.scanner.match(/"(?:[^"\\]|\\.)*"/)?.slice(1, -1);
  const codes = [...(quoted ?? rest.scanner.match(/.*/s)?.trim() ?? '')].map((one) => one.charCodeAt(0));
  return Uint8Array.from(codes.flatMap((code) => (size === 2 ? [code & 0xff, code >> 8] : [code & 0xff])));
}

/** Values one after the other; for bytes and characters, texts in quotes as well. @throws SyntaxProblem for too large ones */
function patternOf(session: Session, rest: Arguments, size: number): Uint8Array {
  const bytes: number[] = [];
  while (!rest.ended) {
    const quoted = size === 1 ? rest.scanner.match(/"(?:[^"\\]|\\.)*"/) : undefined;
    if (quoted) {
      bytes.push(...[...quoted.slice(1, -1)].map((one) => one.charCodeAt(0) & 0xff));
      continue;
    }
    const value = parseMasm(rest.scanner, session);
    if (
      BigInt.asUintN(size * 8, value) !== value &&
      BigInt.asIntN(size * 8, value) !== BigInt.asIntN(64, value)
    )
      throw new SyntaxProblem('Overflow error', 's '.length + rest.scanner.at);
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

function stringsText(
  session: Session,
  start: bigint,
  length: number,
  size: number,
  { isBare, shortest }: Flags,
): string {
  const bytes = session.memory.read(start, length);
  let text = '';
  let from = -1;
  for (let i = 0; i <= bytes.length; i += size) {
    const byte = bytes[i];
    const shown = byte !== undefined && byte >= 0x20 && byte < 0x7f && (size === 1 || bytes[i + 1] === 0);
    if (shown && from < 0) from = i;
    if (shown || from < 0) continue;
    const place = start + BigInt(from);
    if ((i - from) / size >= shortest)
      text += isBare
        ? `0x${address(place)}\n`
        : stringRows(
            place,
            bytes.subarray(from, i).filter((_, j) => j % size === 0),
            size,
          );
    from = -1;
  }
  return text;
}

/** Characters of a row; longer strings go on in the next. */
const ROW_CHARACTERS = 32;

function stringRows(at: bigint, characters: Uint8Array, size: number): string {
  let text = '';
  for (let j = 0; j < characters.length; j += ROW_CHARACTERS)
    text += `${address(at + BigInt(j * size))}  "${String.fromCharCode(...characters.slice(j, j + ROW_CHARACTERS))}"\n`;
  return text;
}
