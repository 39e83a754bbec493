import { wideText } from '../files/text.js';
import { integerOf, MemoryError, readAll, readPointer, type Memory } from '../memory/memory.js';
import { address, hex } from '../format/numbers.js';
import { countOf, fieldOf, type BaseType, type StructType, type Type } from './type.js';
import { structSummary, typeText } from './type-text.js';

const LONGEST_STRING = 0x400;
/** Bitfields of more bits than this also show their value as a number. */
const PLAIN_BITS = 4;

/** What `dt` shows behind the colon for a value in memory. @throws MemoryError when it cannot be read */
export function valueText(memory: Memory, type: Type, at: bigint, verbose = false): string {
  switch (type.kind) {
    case 'base':
      return baseText(type, readAll(memory, at, type.size));
    case 'pointer':
      return pointerText(memory, type.target, readPointer(memory, at), verbose);
    case 'bitfield':
      return bitsText(bitfieldValue(readAll(memory, at, type.size), type.position, type.length), type.length);
    case 'enum': {
      const value = integerOf(readAll(memory, at, type.size));
      const name = type.values.find((entry) => BigInt.asUintN(type.size * 8, entry.value) === value)?.name;
      return `${unsignedText(value)} ${name === undefined ? '(No matching name)' : `( ${name} )`}`;
    }
    case 'array':
      return arrayText(memory, type, at, verbose);
    case 'struct': {
      const summary = structValue(memory, type, at);
      const name = verbose ? structSummary(type) : type.name;
      return summary === undefined ? name : verbose ? `${name}\n${summary}` : `${name}${summary}`;
    }
    case 'function':
      return 'void ';
  }
}

export function bitfieldValue(bytes: Uint8Array, position: number, length: number): bigint {
  return (integerOf(bytes) >> BigInt(position)) & ((1n << BigInt(length)) - 1n);
}

function bitsText(value: bigint, length: number): string {
  const bits = `0y${value.toString(2).padStart(length, '0')}`;
  return length > PLAIN_BITS ? `${bits} (${value === 0n ? '0' : `0x${value.toString(16)}`})` : bits;
}

/** Below ten as it is, else in hexadecimal; 64-bit values with a mark between their halves. */
export function unsignedText(value: bigint): string {
  if (value < 10n) return value.toString();
  return value > 0xffffffffn ? `0x${address(value)}` : `0x${value.toString(16)}`;
}

function baseText({ base, size }: BaseType, bytes: Uint8Array): string {
  const value = integerOf(bytes);
  switch (base) {
    case 'char':
      return `${BigInt.asIntN(8, value)} '${characterText(bytes[0]!)}'`;
    case 'uchar':
      return `${value === 0n ? '0' : `0x${value.toString(16)}`} '${characterText(bytes[0]!)}'`;
    case 'wchar':
      return `0x${value.toString(16)} '${value >= 0x20n && value < 0x7fn ? String.fromCharCode(Number(value)) : ''}'`;
    case 'int':
    case 'hresult':
      return `0n${BigInt.asIntN(size * 8, value)}`;
    case 'float':
      return size === 4
        ? String(new DataView(bytes.slice().buffer).getFloat32(0, true))
        : String(new DataView(bytes.slice().buffer).getFloat64(0, true));
    case 'void':
      return '';
    default:
      return unsignedText(value);
  }
}

function characterText(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '';
}

function pointerText(memory: Memory, target: Type, value: bigint, verbose: boolean): string {
  if (value === 0n) return '(null) ';
  const text = `0x${address(value)}`;
  if (target.kind === 'function') return `${text}     void `;
  if (target.kind === 'base' && (target.base === 'char' || target.base === 'wchar'))
    return `${text}  ${stringAt(memory, value, target.size)}`;
  if (target.kind === 'pointer') {
    const bytes = memory.read(value, target.size);
    const next =
      bytes.length < target.size ? '???? ' : pointerText(memory, target.target, integerOf(bytes), verbose);
    return `${text}  -> ${next}`;
  }
  if (target.kind !== 'struct')
    return `${text} ${target.kind === 'base' && target.base !== 'void' ? pointedValue(memory, target, value) : typeText(target)}`;
  const name = verbose ? structSummary(target) : target.name;
  if (verbose) return `${text} ${name}`;
  try {
    return `${text} ${name}${structValue(memory, target, value) ?? ''}`;
  } catch (error) {
    if (error instanceof MemoryError) return `${text} ${name}`;
    throw error;
  }
}

function pointedValue(memory: Memory, target: BaseType, at: bigint): string {
  const bytes = memory.read(at, target.size);
  return bytes.length < target.size ? '????' : ` -> ${baseText(target, bytes)}`;
}

/** The text behind a pointer to characters, in quotes; `undefined` for other pointers. */
export function pointedText(memory: Memory, target: Type, at: bigint): string | undefined {
  if (target.kind !== 'base' || at === 0n) return undefined;
  if (target.base === 'uchar') return stringAt(memory, at, 1);
  return target.base === 'char' || target.base === 'wchar' ? stringAt(memory, at, target.size) : undefined;
}

/** A zero-terminated string in quotes. */
function stringAt(memory: Memory, at: bigint, size: number): string {
  const bytes = memory.read(at, LONGEST_STRING);
  if (bytes.length === 0) return `--- memory read error at address 0x${address(at)} ---`;
  return size === 2 ? `"${beforeZero(wideText(bytes))}"` : `"${charactersText(bytes)}"`;
}

const beforeZero = (text: string) => text.split('\0')[0]!;

/** Characters up to the first zero; three question marks stand for the rest from the first that cannot be shown on. */
function charactersText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const shown = end < 0 ? bytes : bytes.subarray(0, end);
  const bad = shown.findIndex((byte) => characterText(byte) === '');
  const text = String.fromCharCode(...(bad < 0 ? shown : shown.subarray(0, bad)));
  return bad < 0 ? text : `${text}???`;
}

function arrayText(
  memory: Memory,
  type: Extract<Type, { kind: 'array' }>,
  at: bigint,
  verbose: boolean,
): string {
  const count = countOf(type);
  const { element } = type;
  if (element.kind === 'base' && (element.base === 'char' || element.base === 'uchar'))
    return `[${count}]  "${charactersText(readAll(memory, at, type.size))}"`;
  if (element.kind === 'base' && element.base === 'wchar')
    return `[${count}]  "${beforeZero(wideText(readAll(memory, at, type.size)))}"`;
  if (element.kind === 'struct' && count > 0)
    return `[${count}] ${typeText(element)}${structValue(memory, element, at) ?? ''}`;
  if (count === 0) return `[${count}] ${typeText(element)}`;
  return `[${count}] ${valueText(memory, element, at, verbose)}`;
}

/** What is shown of some well-known structures on one line; `undefined` for all others. */
export function structValue(memory: Memory, type: StructType, at: bigint): string | undefined {
  switch (type.name) {
    case '_LIST_ENTRY': {
      const [flink, blink] = [readPointer(memory, at), readPointer(memory, at + 8n)];
      return ` [ 0x${address(flink)} - 0x${address(blink)} ]`;
    }
    case '_UNICODE_STRING':
      return ` ${countedString(memory, type, at, 2)}`;
    case '_STRING':
      return ` ${countedString(memory, type, at, 1)}`;
    case '_LARGE_INTEGER':
    case '_ULARGE_INTEGER': {
      const value = readPointer(memory, at);
      return value > 0xffffffffn ? ` 0x${address(value)}` : ` 0x${value.toString(16)}`;
    }
    case '_GUID':
      return ` {${guidText(readAll(memory, at, 16))}}`;
    default:
      return undefined;
  }
}

function countedString(memory: Memory, type: StructType, at: bigint, size: 1 | 2): string {
  const length = Number(integerOf(readAll(memory, at + BigInt(fieldOf(type, 'Length')!.offset), 2)));
  const buffer = readPointer(memory, at + BigInt(fieldOf(type, 'Buffer')!.offset));
  if (length === 0 || buffer === 0n) return '""';
  const bytes = memory.read(buffer, length);
  if (bytes.length < length) return '"--- memory read error at address 0x' + address(buffer) + ' ---"';
  return `"${size === 2 ? wideText(bytes) : charactersText(bytes)}"`;
}

export function guidText(bytes: Uint8Array): string {
  const part = (from: number, to: number, reverse: boolean) => {
    const piece = [...bytes.subarray(from, to)];
    return (reverse ? piece.reverse() : piece).map((byte) => hex(byte, 2)).join('');
  };
  return [part(0, 4, true), part(4, 6, true), part(6, 8, true), part(8, 10, false), part(10, 16, false)].join(
    '-',
  );
}
