import { address, hex, printable } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { integerOf } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Arguments } from './arguments.js';
import { CommandError, type Command } from './command.js';

const SIZES: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8, a: 1, u: 2 };
const PAGE_BYTES = 0x1000;
const ROW_BYTES = 16;
/** A search over more memory than any dump holds ends at what can be read anyway, page by page. */
const MOST_BYTES = 0x10000000;

/** `s`: memory that holds a pattern. */
export const search: Command = {
  names: ['s'],
  run({ session, print }, args, name) {
    const option =
      /^s-(?:\[(\w*)\])?(s?)([bwdqau])?$/.exec(name) ?? /^-(?:\[(\w*)\])?(s?)([bwdqau])?(?=\s)/.exec(args);
    const rest = new Arguments(session, name === 's' && option ? args.slice(option[0].length) : args);
    const kind = option?.[3] ?? 'b';
    const flags = option?.[1] ?? '';
    if (flags.includes('w'))
      throw new CommandError(
        `${' '.repeat(12)}^ Operation not supported in current debug session 's ${args}'\n`,
      );
    const start = rest.value();
    const size = SIZES[kind]!;
    const count = rest.range(start, size);
    if (count === undefined) throw new CommandError('Usage: s -TYPE ADDRESS L<count> PATTERN\n');
    const length = Math.min(count * size, MOST_BYTES);
    if (option?.[2] === 's') return print(stringsText(session, start, length, kind === 'u' ? 2 : 1));
    const pattern = patternOf(session, rest, kind, size);
    for (const at of places(session, start, length, pattern, size))
      print(flags.includes('1') ? `0x${address(at)}\n` : rowText(session, at, kind, size));
  },
};

function patternOf(session: Session, rest: Arguments, kind: string, size: number): Uint8Array {
  const text = /^"((?:[^"\\]|\\.)*)"/.exec(rest.scanner.rest.trim());
  if (text && (kind === 'a' || kind === 'u')) {
    const codes = [...text[1]!].map((character) => character.charCodeAt(0));
    return Uint8Array.from(
      codes.flatMap((code) => (kind === 'u' ? [code & 0xff, code >> 8] : [code & 0xff])),
    );
  }
  const bytes: number[] = [];
  while (!rest.ended) {
    const value = parseMasm(rest.scanner, session);
    for (let i = 0; i < size; i++) bytes.push(Number((value >> BigInt(i * 8)) & 0xffn));
  }
  if (bytes.length === 0) throw new CommandError('Say what to search for.\n');
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

const SHORTEST_STRING = 3;

function stringsText(session: Session, start: bigint, length: number, size: number): string {
  const bytes = session.memory.read(start, length);
  let text = '';
  let from = -1;
  for (let i = 0; i <= bytes.length; i += size) {
    const byte = bytes[i];
    const shown = byte !== undefined && byte >= 0x20 && byte < 0x7f && (size === 1 || bytes[i + 1] === 0);
    if (shown && from < 0) from = i;
    if (shown || from < 0) continue;
    if ((i - from) / size >= SHORTEST_STRING) {
      const characters = [...bytes.subarray(from, i)].filter((_, j) => j % size === 0);
      for (let j = 0; j < characters.length; j += 32)
        text += `${address(start + BigInt(from + j * size))}  "${String.fromCharCode(...characters.slice(j, j + 32))}"\n`;
    }
    from = -1;
  }
  return text;
}
