import type { Context } from '../unwind/context.js';
import { viewOf } from '../files/record.js';
import { shortFloat } from './floats.js';
import { hex } from './numbers.js';

const ROWS = [
  ['rax', 'rbx', 'rcx'],
  ['rdx', 'rsi', 'rdi'],
  ['rip', 'rsp', 'rbp'],
  ['r8', 'r9', 'r10'],
  ['r11', 'r12', 'r13'],
  ['r14', 'r15'],
] as const;

/** Flags of EFL: bit, and how it is written when set and when not. */
const FLAGS: readonly [bit: number, set: string, clear: string][] = [
  [11, 'ov', 'nv'],
  [10, 'dn', 'up'],
  [9, 'ei', 'di'],
  [7, 'ng', 'pl'],
  [6, 'zr', 'nz'],
  [4, 'ac', 'na'],
  [2, 'po', 'pe'], // as WinDbg's engine writes them
  [0, 'cy', 'nc'],
];

/** General registers and flags, as `r` shows them. @param segments whether with the line of segment registers */
export function registersText(context: Context, segments: boolean): string {
  const value = (name: string) => (name === 'rip' ? context.rip : context.registers[name as 'rax']);
  const rows = ROWS.map((row) => row.map((name) => `${name.padStart(3)}=${hex(value(name), 16)}`).join(' '));
  const iopl = (context.eflags >> 12) & 3;
  const flags = FLAGS.map(([bit, set, clear]) => ((context.eflags >> bit) & 1 ? set : clear)).join(' ');
  rows.push(`iopl=${iopl}         ${flags}`);
  return `${rows.join('\n')}\n${segments ? segmentsText(context) : ''}`;
}

/** The line of segment registers. */
export function segmentsText(context: Context): string {
  const { cs, ss, ds, es, fs, gs } = context.segments;
  const shown = Object.entries({ cs, ss, ds, es, fs, gs }).map(
    ([name, selector]) => `${name}=${hex(selector, 4)}`,
  );
  return `${shown.join('  ')}             efl=${hex(context.eflags, 8)}\n`;
}

/** FXSAVE area. Source: Intel SDM, volume 1, 10.5.1. */
const FXSAVE = { control: 0, status: 2, tags: 4, mxcsr: 0x18, registers: 0x20, xmm: 0xa0, slot: 16 };

const pairs = (count: number, cell: (number: number) => string): string =>
  Array.from({ length: count / 2 }, (_, i) => `${cell(i * 2)}  ${cell(i * 2 + 1)}\n`).join('');

export function x87Text({ floatArea }: Context): string {
  const view = viewOf(floatArea);
  const word = (value: number) => hex(value, 4).toUpperCase();
  return (
    `fpcw=${word(view.getUint16(FXSAVE.control, true))}    fpsw=${word(view.getUint16(FXSAVE.status, true))}    ` +
    `fptw=${word(view.getUint8(FXSAVE.tags))}\n` +
    pairs(8, (number) => `st${number}=${extendedFloat(floatArea, FXSAVE.registers + number * FXSAVE.slot)}`)
  );
}

const EXTENDED_BIAS = 16383;
const FRACTION_BITS = 63;
const SIGNIFICANT_DIGITS = 21;

/** An 80-bit number as ` 1.500000000000000000000e+0000`. */
function extendedFloat(bytes: Uint8Array, at: number): string {
  const view = viewOf(bytes);
  const mantissa = view.getBigUint64(at, true);
  const head = view.getUint16(at + 8, true);
  const sign = head & 0x8000 ? '-' : ' ';
  if (mantissa === 0n) return `${sign}0.${'0'.repeat(SIGNIFICANT_DIGITS)}e+0000`;
  let power = (head & 0x7fff) - EXTENDED_BIAS - FRACTION_BITS;
  let [numerator, denominator] = [mantissa, 1n];
  if (power > 0) numerator <<= BigInt(power);
  else denominator <<= BigInt(-power);
  power = 0;
  while (numerator >= denominator * 10n) {
    denominator *= 10n;
    power++;
  }
  while (numerator < denominator) {
    numerator *= 10n;
    power--;
  }
  const digits = ((numerator * 10n ** BigInt(SIGNIFICANT_DIGITS)) / denominator).toString();
  const exponent = String(Math.abs(power)).padStart(4, '0');
  return `${sign}${digits[0]}.${digits.slice(1)}e${power < 0 ? '-' : '+'}${exponent}`;
}

/** A control word or an MMX register by its name; `undefined` for another. */
export function floatRegister({ floatArea }: Context, name: string): bigint | undefined {
  const view = viewOf(floatArea);
  const mmx = /^mm([0-7])$/.exec(name);
  if (mmx) return view.getBigUint64(FXSAVE.registers + Number(mmx[1]) * FXSAVE.slot, true);
  if (name === 'fpcw') return BigInt(view.getUint16(FXSAVE.control, true));
  if (name === 'fpsw') return BigInt(view.getUint16(FXSAVE.status, true));
  if (name === 'fptw') return BigInt(view.getUint8(FXSAVE.tags));
  return name === 'mxcsr' ? BigInt(view.getUint32(FXSAVE.mxcsr, true)) : undefined;
}

/** MMX registers lie in the x87 ones. */
export function mmxText({ floatArea }: Context): string {
  const view = viewOf(floatArea);
  return pairs(
    8,
    (number) => `mm${number}=${hex(view.getBigUint64(FXSAVE.registers + number * FXSAVE.slot, true), 16)}`,
  );
}

export function xmmBytes({ floatArea }: Context, number: number): DataView {
  const { buffer, byteOffset } = floatArea;
  return new DataView(buffer, byteOffset + FXSAVE.xmm + number * FXSAVE.slot, FXSAVE.slot);
}

/** The four single floats of an XMM register, the highest first. */
export function xmmFloats({ floatArea }: Context, number: number): string[] {
  const view = viewOf(floatArea);
  return [3, 2, 1, 0].map((i) =>
    shortFloat(view.getFloat32(FXSAVE.xmm + number * FXSAVE.slot + i * 4, true)),
  );
}

export function xmmText(context: Context): string {
  return Array.from(
    { length: 16 },
    (_, number) => `xmm${number}=${xmmFloats(context, number).join(' ')}\n`,
  ).join('');
}

/** Cells of special registers on a line; those of the kernel's own debug registers are the same. */
function specialRow(special: Readonly<Record<string, bigint>>, ...names: string[]): string {
  return `${names.map((name) => `${name}=${hex(special[name.replace('kdr', 'dr')] ?? 0n, 16)}`).join(' ')}\n`;
}

/** Control registers, as `rM 80` shows them. */
export function controlText(special: Readonly<Record<string, bigint>>): string {
  return specialRow(special, 'cr0', 'cr2', 'cr3') + specialRow(special, 'cr8');
}

/** Where the tables of descriptors lie, as `rM 100` shows it. */
export function descriptorText(special: Readonly<Record<string, bigint>>): string {
  const value = (name: string, digits: number) => `${name}=${hex(special[name] ?? 0n, digits)}`;
  const table = (letter: string) => `${value(`${letter}dtr`, 16)}   ${value(`${letter}dtl`, 4)}`;
  return `${table('g')} ${table('i')} ${value('tr', 4)}  ${value('ldtr', 4)}\n`;
}

/** Debug registers of a thread, as `rM 20` shows them in a process's dump. */
export function threadDebugText({ debug }: Context): string {
  return specialRow(debug, 'dr0', 'dr1', 'dr2') + specialRow(debug, 'dr3', 'dr6', 'dr7');
}

/** Debug registers, as `rM 20` shows them. */
export function debugText(special: Readonly<Record<string, bigint>>): string {
  return (
    specialRow(special, 'dr0', 'dr1', 'dr2') +
    specialRow(special, 'dr3', 'dr6', 'dr7', 'cr4') +
    specialRow(special, 'kdr0', 'kdr1', 'kdr2') +
    specialRow(special, 'kdr3', 'kdr6', 'kdr7')
  );
}
