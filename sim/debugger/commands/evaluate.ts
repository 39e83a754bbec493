import { parseCpp } from '../expressions/cpp.js';
import { parseMasm } from '../expressions/masm.js';
import { ExpressionError, Scanner } from '../expressions/scanner.js';
import { integerValue, isSigned, signedOf, type TypedValue } from '../expressions/typed-value.js';
import { shortFloat } from '../format/floats.js';
import { address, hex, printable } from '../format/numbers.js';
import { filetimeText, secondsTime } from '../format/times.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { countOf, type Type } from '../types/type.js';
import { cppTypeText } from '../types/type-text.js';
import { pointedText, structValue, unsignedText, valueText } from '../types/value-text.js';
import { Arguments } from './arguments.js';
import { SyntaxProblem, type Command } from './command.js';
import { structText, summaryLine } from './struct-display.js';

/** `?`: a MASM expression. */
export const evaluate: Command = {
  names: ['?'],
  run({ session, print }, args) {
    const scanner = new Scanner(args === '' ? '0' : args);
    const value = parseMasm(scanner, session);
    session.lastValue = value;
    print(`Evaluate expression: ${BigInt.asIntN(64, value)} = ${address(value)}\n`);
    end(scanner, '? ');
  },
};

/** `??`: a C++ expression. */
export const evaluateTyped: Command = {
  names: ['??'],
  run({ session, print }, args) {
    const scanner = new Scanner(args);
    try {
      print(typedText(session, parseCpp(scanner, session)));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new ExpressionError('Memory access', /[\w$]*\W*$/.exec(args)![0]);
    }
    end(scanner, '?? ');
  },
};

/** @throws SyntaxProblem when something stands behind the expression; its value has been shown then */
function end(scanner: Scanner, command: string): void {
  if (!scanner.ended) throw new SyntaxProblem('Extra character error', command.length + scanner.at + 1);
}

function typedText(session: Session, value: TypedValue): string {
  const { type } = value;
  const name = cppTypeText(type);
  if (value.real !== undefined) return `${name} ${shortFloat(value.real)}\n`;
  switch (type.kind) {
    case 'struct': {
      const summary = structValue(session.memory, type, value.address!);
      return `${name}\n${summary === undefined ? '' : `${summary}\n`}${structText(session, type, value.address!)}`;
    }
    case 'pointer': {
      const at = integerValue(value, session);
      const head = `${name} 0x${address(at)}\n`;
      if (type.target.kind === 'struct')
        return head + summaryLine(session, type.target, at) + structText(session, type.target, at);
      const text = pointedText(session.memory, type.target, at);
      return text === undefined ? head : `${head} ${text}\n`;
    }
    case 'function':
      return `<function> 0x${address(value.address!)}\n void  ${session.symbolText(value.address!)}+0( void )\n`;
    case 'array': {
      const head = `${name} 0x${address(value.address!)}\n`;
      return head + (countOf(type) > 0 ? elementText(session, type.element, value.address!) : '\n');
    }
    default:
      return `${name} ${scalarText(session, value)}\n`;
  }
}

/** The first element of an array; of structures, and of pointers to them, with its fields. */
function elementText(session: Session, element: Type, at: bigint): string {
  if (element.kind === 'struct') return summaryLine(session, element, at) + structText(session, element, at);
  if (element.kind !== 'pointer' || element.target.kind !== 'struct')
    return `${valueText(session.memory, element, at)}\n`;
  const target = readPointer(session.memory, at);
  const fields = target === 0n ? '' : structText(session, element.target, target);
  return `0x${address(target)} \n${fields}`;
}

function scalarText(session: Session, value: TypedValue): string {
  const { type } = value;
  const bits = integerValue(value, session);
  const number = signedOf(type, bits);
  if (type.kind === 'enum') {
    const name = type.values.find((entry) => entry.value === number)?.name ?? '<unknown>';
    return `${name} (0n${number})`;
  }
  const base = type.kind === 'bitfield' ? type.base : type;
  if (base.kind !== 'base') return `0x${hex(bits)}`;
  if (base.base === 'bool') return bits === 0n ? 'false' : 'true';
  const character = () => ` '${bits >= 0x20n && bits < 0x7fn ? String.fromCharCode(Number(bits)) : ''}'`;
  if (base.base === 'char') return `0n${number}${character()}`;
  if (base.base === 'uchar') return `0x${hex(bits, 2)}${character()}`;
  if (base.base === 'wchar') return `0x${hex(bits, 2)}${character()}`;
  if (isSigned(base)) return `0n${number}`;
  if (base.isInt) return `0x${hex(bits)}`;
  return bits > 0xffffffffn ? `0x${address(bits)}` : unsignedHex(bits);
}

function unsignedHex(value: bigint): string {
  return value < 10n ? `${unsignedText(value)}` : `0x${hex(value)}`;
}

const SECONDS_LIMIT = 0x80000000n;
/** Of 32 bits, as they are or with their sign. */
const isShort = (value: bigint) =>
  value >> 32n === 0n || BigInt.asIntN(32, value) === BigInt.asIntN(64, value);

/** What a number reads as when it is a time: of 32 bits seconds, of 64 a FILETIME. */
function timeText(value: bigint): string {
  if (value === 0n) return 'unavailable';
  if (value < SECONDS_LIMIT) return secondsTime(Number(value));
  if (isShort(value)) return '***** Invalid';
  return filetimeText(value) ?? '***** Invalid FILETIME';
}

/** A float as the runtime writes it. @param isNegative its sign bit, which tells one that is no number from another */
function floatText(value: number, isNegative: boolean): string {
  if (Number.isNaN(value)) return isNegative ? '-1.#IND' : '1.#QNAN';
  return value === 0 && isNegative ? '-0' : shortFloat(value);
}

/** Shown as it is among the characters of a number, though not in displays of memory. */
const DELETE = 0x7f;

/** `.formats`: a number in all notations. */
export const formats: Command = {
  names: ['.formats'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const value = rest.value();
    const bytes = [...Array(8).keys()].map((i) => Number((value >> BigInt(56 - i * 8)) & 0xffn));
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, value);
    const float = (at: number) => floatText(view.getFloat32(at), view.getUint8(at) > 0x7f);
    print(
      'Evaluate expression:\n' +
        `  Hex:     ${address(value)}\n` +
        `  Decimal: ${BigInt.asIntN(64, value)}\n` +
        `  Decimal (unsigned) : ${value}\n` +
        `  Octal:   ${value.toString(8).padStart(22, '0')}\n` +
        `  Binary:  ${bytes.map((byte) => byte.toString(2).padStart(8, '0')).join(' ')}\n` +
        `  Chars:   ${bytes.map((byte) => (byte === DELETE ? '\x7f' : printable(byte))).join('')}\n` +
        `  Time:    ${timeText(value)}\n` +
        `  Float:   low ${float(4)} high ${float(0)}\n` +
        `  Double:  ${floatText(view.getFloat64(0), view.getUint8(0) > 0x7f)}\n`,
    );
    rest.expectNothing('.formats');
  },
};
