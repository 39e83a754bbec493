import { evaluateCpp } from '../expressions/cpp.js';
import { evaluateMasm } from '../expressions/masm.js';
import { integerValue, isSigned, signedOf, type TypedValue } from '../expressions/typed-value.js';
import { shortFloat, specialFloat } from '../format/floats.js';
import { address, hex, printable } from '../format/numbers.js';
import { filetimeText, secondsTime } from '../format/times.js';
import type { Session } from '../session.js';
import { countOf } from '../types/type.js';
import { cppTypeText } from '../types/type-text.js';
import { structValue, unsignedText, valueText } from '../types/value-text.js';
import type { Command } from './command.js';
import { structText } from './struct-display.js';

/** `?`: a MASM expression. */
export const evaluate: Command = {
  names: ['?'],
  run({ session, print }, args) {
    const value = evaluateMasm(args === '' ? '0' : args, session);
    print(`Evaluate expression: ${BigInt.asIntN(64, value)} = ${address(value)}\n`);
  },
};

/** `??`: a C++ expression. */
export const evaluateTyped: Command = {
  names: ['??'],
  run: ({ session, print }, args) => print(typedText(session, evaluateCpp(args, session))),
};

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
      return type.target.kind === 'struct' ? head + structText(session, type.target, at) : head;
    }
    case 'array': {
      const first = countOf(type) > 0 ? valueText(session.memory, type.element, value.address!) : '';
      return `${name} 0x${address(value.address!)}\n${first}\n`;
    }
    default:
      return `${name} ${scalarText(session, value)}\n`;
  }
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
  if (isSigned(base)) return `0n${number}`;
  return base.size === 8 ? (bits > 0xffffffffn ? `0x${address(bits)}` : `0x${hex(bits)}`) : unsignedHex(bits);
}

function unsignedHex(value: bigint): string {
  return value < 10n ? `${unsignedText(value)}` : `0x${hex(value)}`;
}

const SECONDS_LIMIT = 0x80000000n;

/** `.formats`: a number in all notations. */
export const formats: Command = {
  names: ['.formats'],
  run({ session, print }, args) {
    const value = evaluateMasm(args, session);
    const bytes = [...Array(8).keys()].map((i) => Number((value >> BigInt(56 - i * 8)) & 0xffn));
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, value);
    const float = (at: number) => specialFloat(view.getFloat32(at)) ?? shortFloat(view.getFloat32(at));
    const time =
      value < SECONDS_LIMIT ? secondsTime(Number(value)) : (filetimeText(value) ?? '***** Invalid FILETIME');
    print(
      'Evaluate expression:\n' +
        `  Hex:     ${address(value)}\n` +
        `  Decimal: ${BigInt.asIntN(64, value)}\n` +
        `  Decimal (unsigned) : ${value}\n` +
        `  Octal:   ${value.toString(8).padStart(22, '0')}\n` +
        `  Binary:  ${bytes.map((byte) => byte.toString(2).padStart(8, '0')).join(' ')}\n` +
        `  Chars:   ${bytes.map(printable).join('')}\n` +
        `  Time:    ${time}\n` +
        `  Float:   low ${float(4)} high ${float(0)}\n` +
        `  Double:  ${specialFloat(view.getFloat64(0)) ?? shortFloat(view.getFloat64(0))}\n`,
    );
  },
};
