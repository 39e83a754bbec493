import { shortFloat, specialFloat } from '../format/floats.js';
import { address, hex, printable } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { wideShown } from '../format/wide-text.js';
import { integerOf, type Memory } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command, type CommandContext } from './command.js';

/** How a letter of `d` shows memory. */
interface Style {
  /** Bytes of an object. */
  size: number;
  /** Objects on a line. */
  perLine: number;
  /** Objects without a range. */
  count: number;
  /** With the bytes as characters at the end of the line. */
  characters?: boolean;
  cell(bytes: Uint8Array): string;
  /** What stands for an object that cannot be read. */
  missing: string;
}

const plain = (size: number, perLine: number, count: number, characters = false): Style => ({
  size,
  perLine,
  count,
  characters,
  cell: (bytes) => (size === 8 ? address(integerOf(bytes)) : hex(integerOf(bytes), size * 2)),
  missing: size === 8 ? '????????`????????' : '?'.repeat(size * 2),
});

const real = (size: 4 | 8, perLine: number, count: number, digits: number, width: number): Style => ({
  size,
  perLine,
  count,
  cell: (bytes) => {
    const view = new DataView(bytes.slice().buffer);
    const value = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    return (specialFloat(value) ?? shortFloat(value, digits)).padStart(width);
  },
  missing: '?'.repeat(width),
});

const STYLES: Readonly<Record<string, Style>> = {
  b: plain(1, 16, 128, true),
  w: plain(2, 8, 64),
  W: plain(2, 8, 64, true),
  d: plain(4, 4, 32),
  c: plain(4, 4, 32, true),
  q: plain(8, 2, 16),
  p: plain(8, 2, 16),
  f: real(4, 4, 32, 8, 16),
  D: real(8, 3, 15, 12, 22),
};
const DEFAULT_STYLE = 'c';
const NEXT = 'd';
/** A line of more objects is of no use. */
const MOST_COLUMNS = 0x100;
/** `d` alone shows memory as the last display did. */
const lastStyles = new WeakMap<Session, string>();

/** `d` and its kin, but those that have a file of their own. */
export const display: Command = {
  names: ['d'],
  run(context, args, name) {
    const { session, print } = context;
    const letters =
      name.length === 1
        ? (lastStyles.get(session) ?? DEFAULT_STYLE)
        : name.slice(1).replace(/^[ABPQ]$/, small);
    lastStyles.set(session, letters);
    const rest = new Arguments(session, args);
    const options = displayOptions(context, rest, name);
    print(displayed({ session, name, rest, ...options }, letters));
    rest.expectNothing(name);
  },
};

const small = (letter: string) => letter.toLowerCase();

/** What a display is asked for, and what is left of its arguments. */
interface Request {
  session: Session;
  name: string;
  rest: Arguments;
  /** What is shown: virtual memory, or with `/p` physical memory. */
  memory: Memory;
  /** `/c`: how many objects stand on a line. */
  columns: number | undefined;
}

/** Options in front of the address. Source: Microsoft, "d, da, db, …". */
function displayOptions({ session, print }: CommandContext, { scanner }: Arguments, name: string) {
  let memory: Memory = session.memory;
  let columns: number | undefined;
  for (let mark = scanner.match(/[-/](?=[a-z])/); mark !== undefined; mark = scanner.match(/[-/](?=[a-z])/)) {
    if (scanner.match(/c/)) {
      columns = Number(parseMasm(scanner, session));
      if (columns < 1 || columns > MOST_COLUMNS)
        throw new SyntaxProblem('Illegal column count', name.length + 1 + scanner.at);
    } else if (scanner.match(/p(?:u?c|wc)?(?=\s|$)/)) memory = session.target.physical.asMemory;
    else print(`Unknown option '${scanner.match(/[a-z]/)!}'\n`);
  }
  return { memory, columns };
}

function displayed(request: Request, letters: string): string {
  if (letters === 'l' || letters === 'lb') return listText(request, letters === 'lb');
  if (/^[dpq][aspu]$/.test(letters) || letters === 'qs' || letters === 'ds')
    return pointedText(request, letters);
  if (letters === 'a' || letters === 'u') return stringsText(request, letters);
  if (letters === 's' || letters === 'S') return countedText(request, letters);
  if (letters === 'yb' || letters === 'yd') return binaryText(request, letters);
  const style = STYLES[letters];
  if (!style) throw new CommandError(`There is no display d${letters}; see .help d.\n`);
  return plainText(request, style);
}

/** Start and count of a display, and where the next one goes on. */
function rangeOf(
  { session, rest, name, columns }: Request,
  size: number,
  count: number,
  style?: { perLine: number },
) {
  const perLine = columns ?? style?.perLine ?? 1;
  const found = rest.range(() => session.next.get(NEXT) ?? session.scope.context.rip, size, name);
  const objects = found.count ?? count;
  session.next.set(NEXT, found.start + BigInt(objects * size));
  return { start: found.start, count: objects, perLine, given: found.count };
}

function plainText(request: Request, style: Style): string {
  const { start, count, perLine } = rangeOf(request, style.size, style.count, style);
  const lines: string[] = [];
  for (let i = 0; i < count; i += perLine) {
    const at = start + BigInt(i * style.size);
    const objects = Math.min(perLine, count - i);
    lines.push(`${address(at)}  ${rowText(request.memory, style, at, objects, perLine)}\n`);
  }
  return lines.join('');
}

function rowText(memory: Memory, style: Style, at: bigint, objects: number, perLine: number): string {
  const cells: string[] = [];
  let characters = '';
  for (let i = 0; i < objects; i++) {
    const bytes = memory.read(at + BigInt(i * style.size), style.size);
    const there = bytes.length === style.size;
    cells.push(there ? style.cell(bytes) : style.missing);
    characters += there ? [...bytes].map(printable).join('') : '?'.repeat(style.size);
  }
  const text = joinCells(cells, style);
  if (!style.characters) return text;
  const width = (style.missing.length + 1) * perLine;
  return `${text.padEnd(width)} ${characters}`;
}

/** Bytes have a dash between the halves of sixteen. */
function joinCells(cells: string[], style: Style): string {
  if (style.size !== 1 || cells.length <= 8) return cells.join(' ');
  return `${cells.slice(0, 8).join(' ')}-${cells.slice(8).join(' ')}`;
}

const STRING_COLUMNS = { a: 32, u: 32 };
const LONGEST_STRING = 0x1000;

/** `da`, `du`: a zero-terminated string. */
function stringsText(request: Request, kind: 'a' | 'u'): string {
  const { session, memory } = request;
  const size = kind === 'a' ? 1 : 2;
  const { start, count, perLine, given } = rangeOf(request, size, LONGEST_STRING, {
    perLine: STRING_COLUMNS[kind],
  });
  const bytes = memory.read(start, count * size);
  if (bytes.length === 0) return `${address(start)}  "${'?'.repeat(Math.min(given ?? perLine, perLine))}"\n`;
  const text =
    kind === 'a'
      ? [...bytes].map((byte) => (byte === 0 ? '\0' : printable(byte))).join('')
      : wideShown(bytes);
  const end = text.indexOf('\0');
  const shown = end < 0 ? text : text.slice(0, end);
  session.next.set(NEXT, start + BigInt((shown.length + 1) * size));
  const lines: string[] = [];
  for (let i = 0; i === 0 || i < shown.length; i += perLine)
    lines.push(`${address(start + BigInt(i * size))}  "${shown.slice(i, i + perLine)}"\n`);
  return lines.join('');
}

/** `ds`, `dS`: a STRING or UNICODE_STRING. */
function countedText({ rest, memory }: Request, kind: 's' | 'S'): string {
  const start = rest.address();
  const header = memory.read(start, 16);
  if (header.length < 16) throw new CommandError(`Unable to read string structure at ${address(start)}\n`);
  const view = new DataView(header.slice().buffer);
  const length = view.getUint16(0, true);
  const size = kind === 's' ? 1 : 2;
  const buffer = view.getBigUint64(8, true);
  const bytes = memory.read(buffer, length);
  const whole =
    kind === 's'
      ? [...bytes].map((byte) => (byte === 0 ? '\0' : printable(byte))).join('')
      : wideShown(bytes);
  const text = whole.split('\0')[0]!;
  const lines: string[] = [];
  for (let i = 0; i === 0 || i < text.length; i += 32)
    lines.push(`${address(buffer + BigInt(i * size))}  "${text.slice(i, i + 32)}"\n`);
  return lines.join('');
}

/** `dps`, `dpp`, `dpa`, `dpu`, `dds`, `dqs` …: words, and what they point to. */
function pointedText(request: Request, letters: string): string {
  const { session, memory } = request;
  const [unit, what] = letters.length === 2 ? [letters[0]!, letters[1]!] : ['p', letters];
  const size = unit === 'd' ? 4 : 8;
  const { start, count } = rangeOf(request, size, size === 4 ? 32 : 16);
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = start + BigInt(i * size);
    const bytes = memory.read(at, size);
    if (bytes.length < size) {
      lines.push(`${address(at)}  ${size === 8 ? '????????`????????' : '????????'}\n`);
      continue;
    }
    const value = integerOf(bytes);
    const cell = size === 8 ? address(value) : hex(value, 8);
    lines.push(`${address(at)}  ${cell}${pointed(session, what, value, size)}\n`);
  }
  return lines.join('');
}

function pointed(session: Session, what: string, value: bigint, size: number): string {
  if (what === 's') {
    const symbol = session.symbolText(value);
    return symbol && isNamed(session, value) ? ` ${symbol}` : '';
  }
  if (what === 'p') {
    const bytes = session.memory.read(value, size);
    if (bytes.length < size) return '';
    const target = integerOf(bytes);
    const symbol = isNamed(session, target) ? ` ${session.symbolText(target)}` : '';
    return ` ${size === 8 ? address(target) : hex(target, 8)}${symbol}`;
  }
  // Text behind a pointer: what no console shows is a question mark, control characters are dots.
  const wide = what === 'u';
  const bytes = session.memory.read(value, wide ? 64 : 32);
  if (bytes.length === 0) return '';
  const text = wide
    ? wideShown(bytes)
    : [...bytes].map((byte) => (byte === 0 ? '\0' : printable(byte))).join('');
  return ` "${text.split('\0')[0]}"`;
}

/** `dl`, `dlb`: a linked list, forwards or backwards. */
function listText({ rest, memory }: Request, backwards: boolean): string {
  const start = rest.address();
  const most = Number(rest.optionalValue() ?? 0x20n);
  const words = Number(rest.optionalValue() ?? 4n);
  const lines: string[] = [];
  const seen = new Set<bigint>();
  for (let at = start, i = 0; i < most && !seen.has(at); i++) {
    seen.add(at);
    const bytes = memory.read(at, words * 8);
    if (bytes.length < 8) break;
    for (let word = 0; word * 8 + 8 <= bytes.length; word += 2) {
      const cells = [word, word + 1].filter((j) => j * 8 + 8 <= bytes.length && j < words);
      const values = cells.map((j) => address(integerOf(bytes.slice(j * 8, j * 8 + 8))));
      lines.push(`${address(at + BigInt(word * 8))}  ${values.join(' ')}\n`);
    }
    const link = backwards ? bytes.slice(8, 16) : bytes.slice(0, 8);
    if (link.length < 8) break;
    at = integerOf(link);
  }
  return lines.join('');
}

/** `dyb`, `dyd`: bits. */
function binaryText(request: Request, kind: 'yb' | 'yd'): string {
  const bytesEach = kind === 'yb' ? 1 : 4;
  const { start, count } = rangeOf(request, bytesEach, kind === 'yb' ? 32 : 8);
  const rule = `${' '.repeat(19)}-------- -------- -------- --------\n`;
  const head =
    kind === 'yb'
      ? `${' '.repeat(19)}76543210 76543210 76543210 76543210\n${rule}`
      : `${' '.repeat(20)}3          2          1          0\n${' '.repeat(19)}10987654 32109876 54321098 76543210\n${rule}`;
  const perLine = kind === 'yb' ? 4 : 1;
  const lines: string[] = [];
  for (let i = 0; i < count; i += perLine) {
    const at = start + BigInt(i * bytesEach);
    const bytes = [...request.memory.read(at, Math.min(perLine, count - i) * bytesEach)];
    const shown = kind === 'yb' ? bytes : [...bytes].reverse();
    const bits = shown.map((byte) => byte.toString(2).padStart(8, '0')).join(' ');
    const cells =
      kind === 'yb'
        ? bytes.map((byte) => hex(byte, 2)).join(' ')
        : shown.map((byte) => hex(byte, 2)).join('');
    lines.push(`${address(at)}  ${bits.padEnd(35)}  ${cells}\n`);
  }
  return head + lines.join('');
}

/** Whether an address is shown with a name: a symbol's, or that of a module of which no symbol is known. */
function isNamed(session: Session, at: bigint): boolean {
  const found = session.symbolAt(at);
  return found !== undefined && (found.symbol !== undefined || found.module.state === 'none');
}
