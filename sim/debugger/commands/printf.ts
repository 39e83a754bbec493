import { asciiText, wideText } from '../files/text.js';
import { shortFloat } from '../format/floats.js';
import { address, hex } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { counted } from './aliases.js';
import { SyntaxProblem, type Command } from './command.js';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"' };
/** `%08x`, `%I64d`, `%ma`; what follows the mark in the first three groups is width, precision and size. */
const FIELD = /%([-+ #0]*\d*)(\.\d+)?(I64|ll|l|h)?(ma|mu|msa|msu|[a-zA-Z%])/y;
const LONGEST_TEXT = 0x400;
/** A mistyped width must not fill memory. */
const WIDEST = 0x1000;

/** `.printf`: formatted text. Source: Microsoft, ".printf". */
export const printf: Command = {
  names: ['.printf'],
  run({ session, print }, args) {
    const [options] = /^(?:\/\S+\s+)*/.exec(args)!;
    const quoted = args.slice(options.length);
    const length = '.printf '.length;
    if (!quoted.startsWith('"'))
      throw new SyntaxProblem('Quotes required', length + options.length - (args === '' ? 1 : 0));
    const found = /^"((?:[^"\\]|\\.)*)"/s.exec(quoted);
    if (!found) throw new SyntaxProblem('Trailing quote missing', length + args.length);
    const format = unescaped(found[1]!);
    const text = options.includes('/D') ? format.replace(/<\/?[a-z][^>]*>/gi, '') : format;
    const scanner = new Scanner(quoted, found[0].length);
    const at = () => length + options.length + scanner.at;
    for (let i = 0; i < text.length;) {
      FIELD.lastIndex = i;
      const field = FIELD.exec(text);
      if (!field) {
        print(text[i++]!);
        continue;
      }
      i += field[0].length;
      const [, width = '', precision = '', size = '', kind = ''] = field;
      if (kind === '%') {
        print('%');
        continue;
      }
      if (!scanner.take(',')) throw new SyntaxProblem('Comma expected', at());
      if (kind === 's') throw new SyntaxProblem('Unsupported format type', at());
      const value = parseMasm(scanner, session);
      const shown = fieldText(session, kind, size, value, width, precision);
      if (shown === undefined) throw new SyntaxProblem('Unknown format control character', at());
      print(padded(shown, width));
    }
    if (!scanner.ended) throw new SyntaxProblem('Extra character error', at() + 1);
  },
};

const unescaped = (text: string) =>
  text.replace(/\\(?:x([0-9a-f]{1,2})|(.))/gis, (_, code: string | undefined, escape: string) =>
    code === undefined ? (ESCAPES[escape] ?? escape) : String.fromCharCode(parseInt(code, 16)),
  );

function padded(text: string, width: string): string {
  const count = Math.min(WIDEST, Number(/\d+$/.exec(width)?.[0] ?? 0));
  if (width.includes('-')) return text.padEnd(count);
  return text.padStart(count, /^[+ #]*0/.test(width) ? '0' : ' ');
}

/** A value as its format says; `undefined` for a format that is none. */
function fieldText(
  session: Session,
  kind: string,
  size: string,
  value: bigint,
  width: string,
  precision: string,
): string | undefined {
  const bits = size === 'h' ? 16 : size === 'I64' || size === 'll' ? 64 : 32;
  const unsigned = BigInt.asUintN(bits, value);
  const digits = (text: string) => text.padStart(Math.min(WIDEST, Number(precision.slice(1))), '0');
  switch (kind) {
    case 'd':
    case 'i':
      return signedText(BigInt.asIntN(bits, value), width, digits);
    case 'u':
      return digits(unsigned.toString());
    case 'x':
      return (width.includes('#') ? '0x' : '') + digits(unsigned.toString(16));
    case 'X':
      return (width.includes('#') ? '0X' : '') + digits(unsigned.toString(16).toUpperCase());
    case 'o':
      return digits(unsigned.toString(8));
    case 'p':
      return /\d/.test(width) ? hex(value) : hex(value, 16);
    case 'N':
      return hex(value, 16);
    case 'c':
      return String.fromCharCode(Number(value & 0xffn));
    case 'y':
      return symbolText(session, value);
    case 'ma':
    case 'mu':
    case 'msa':
    case 'msu':
      return memoryText(session, kind, value);
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
      return realText(value, kind, precision === '' ? 6 : Number(precision.slice(1)));
    default:
      return undefined;
  }
}

function signedText(value: bigint, width: string, digits: (text: string) => string): string {
  const sign = value < 0n ? '-' : width.includes('+') ? '+' : width.includes(' ') ? ' ' : '';
  return sign + digits((value < 0n ? -value : value).toString());
}

function symbolText(session: Session, value: bigint): string {
  const symbol = session.symbolText(value);
  return symbol ? `${symbol} (${address(value)})` : address(value);
}

/** STATUS_UNSUCCESSFUL's neighbour of debuggers: the address is not in the dump. */
const UNREADABLE = '<NTSTATUS 0xC0000147>';

/** A text in memory. */
function memoryText(session: Session, kind: string, at: bigint): string {
  try {
    if (kind === 'msa') return counted(session, '_STRING', at);
    if (kind === 'msu') return counted(session, '_UNICODE_STRING', at);
  } catch (error) {
    if (error instanceof MemoryError) return UNREADABLE;
    throw error;
  }
  const bytes = session.memory.read(at, LONGEST_TEXT);
  if (bytes.length === 0) return UNREADABLE;
  return kind === 'ma' ? asciiText(bytes) : wideText(bytes).split('\0')[0]!;
}

/** The 64 bits as a double. */
function realText(value: bigint, kind: string, precision: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  const real = view.getFloat64(0);
  const places = Math.min(precision, 100);
  if (kind === 'f') return real.toFixed(places);
  const text = kind.toLowerCase() === 'g' ? shortFloat(real, Math.max(1, places)) : exponential(real, places);
  return kind < 'a' ? text.toUpperCase() : text;
}

/** With an exponent of three digits, as Microsoft's runtime writes it. */
function exponential(real: number, places: number): string {
  const [mantissa = '', power = '+0'] = real.toExponential(places).split('e');
  return `${mantissa}e${power[0]}${power.slice(1).padStart(3, '0')}`;
}
