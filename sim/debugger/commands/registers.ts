import { disassemble, lineText, memoryOperand, type Line } from '../disassembly/disassembler.js';
import { address, hex } from '../format/numbers.js';
import {
  mmxText,
  registersText,
  controlText,
  descriptorText,
  segmentsText,
  debugText,
  threadDebugText,
  floatRegister,
  x87Text,
  xmmBytes,
  xmmFloats,
  xmmText,
} from '../format/registers.js';
import { shortFloat } from '../format/floats.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import type { Session } from '../session.js';
import { integerOf } from '../memory/memory.js';
import { Arguments } from './arguments.js';
import { refuse, refuseFlags } from './refuse.js';
import { SyntaxProblem, type Command, type CommandContext } from './command.js';

const DEFAULT_MASK = 0xa; // 64-bit integers and segments, as r shows them
/** Bits of a register mask. Source: the debugger's documentation of rm. */
const MASK = {
  integers: 0x1,
  integers64: 0x2,
  floats: 0x4,
  segments: 0x8,
  mmx: 0x10,
  debug: 0x20,
  xmm: 0x40,
  control: 0x80,
  descriptors: 0x100,
};
const LAST_SET = 'Last set context:\n';
const LONGEST_INSTRUCTION = 15;

/** `r`: registers of the current scope, or some of them. */
export const registers: Command = {
  names: ['r', 'rm', 'rM', 'rF', 'rx', 'rX'],
  run(context, args, name) {
    const { session, print } = context;
    if (session.scope.isOther && /^r[mM]$/.test(name)) print(LAST_SET);
    if (name === 'rm') return showMask(context, args);
    const only: Readonly<Record<string, number>> = { rf: MASK.floats, rx: MASK.xmm };
    const mask = name === 'rM' ? maskFrom(context, args, 'rM') : only[name.toLowerCase()];
    if (mask === undefined && args !== '') return named(context, args);
    if (name === 'rM') return print(maskedText(session, mask!));
    print(scopeText(session, mask));
  },
};

/** Registers, flags and the current instruction, as after `r` and `.trap`. */
export function scopeText(session: Session, mask = session.registerMask ?? DEFAULT_MASK): string {
  return (session.scope.isOther ? LAST_SET : '') + maskedText(session, mask);
}

/** The instruction at RIP with the function's name above it. */
export function instructionText(session: Session): string {
  const { context } = session.scope;
  const symbol = session.symbolText(context.rip);
  const head = symbol ? `${symbol}:\n` : '';
  const bytes = session.memory.read(context.rip, LONGEST_INSTRUCTION);
  const line = disassemble(bytes, context.rip, session);
  // Of a kernel's dump the engine shows that code is not the kernel's by its selector.
  const user =
    !session.user && context.segments.cs !== 0 && (context.segments.cs & 3) === 3
      ? `${hex(context.segments.cs, 4)}:`
      : '';
  if (!line) return `${head}${user}${address(context.rip)} ??              ???\n`;
  return `${head}${user}${lineText(line, session.assemblyOptions)}${operandText(session, line)}\n`;
}

/** ` ds:002b:fffff805`7ac01528=00`: where the instruction's operand lies and what is there. */
function operandText(session: Session, line: Line): string {
  const operand = memoryOperand(line.instruction, (name) => session.register(name));
  if (!operand || operand.bytes === 0 || operand.bytes > 8) return '';
  const selector = session.register(operand.segment) ?? 0n;
  const where = `${operand.segment}:${selector === 0n || session.user ? '' : `${hex(selector, 4)}:`}${address(operand.address)}`;
  const bytes = session.memory.read(operand.address, operand.bytes);
  const digits = operand.bytes * 2;
  return ` ${where}=${bytes.length < operand.bytes ? '?'.repeat(digits) : hex(integerOf(bytes), digits)}`;
}

/** Parts of a mask as `rm` tells of them, in its order. */
const MASK_NAMES: readonly [bit: number, text: string][] = [
  [MASK.integers, 'Integer state (32-bit)'],
  [MASK.integers64, 'Integer state (64-bit)'],
  [MASK.floats, 'Floating-point state'],
  [MASK.segments, 'Segment registers'],
  [MASK.mmx, 'MMX registers'],
  [MASK.debug, 'Debug registers and, in kernel, CR4'],
  [MASK.xmm, 'SSE XMM registers'],
  [MASK.control, 'CR0, CR2 and CR3'],
  [MASK.descriptors, 'Descriptor and task state'],
];
const KNOWN_MASK = MASK_NAMES.reduce((sum, [bit]) => sum | bit, 0);
/** Bits that are of a kernel's dump only. */
const KERNEL_MASK = MASK.control | MASK.descriptors;

/** A mask from a command line. @throws CommandError for registers that are not read here */
function maskFrom({ session, print }: CommandContext, args: string, name: string): number {
  const rest = new Arguments(session, args);
  const asked = Number(rest.value());
  rest.expectNothing(name);
  const ignored = session.user ? asked & KERNEL_MASK : 0;
  if (ignored !== 0) print(`Ignored invalid bits ${hex(ignored)}\n`);
  refuseFlags(name, asked, KNOWN_MASK);
  return asked & ~ignored;
}

/** `rm`: shows or sets what `r` shows. */
function showMask(context: CommandContext, args: string): void {
  const { session, print } = context;
  const line = ([bit, text]: readonly [number, string]) => `${hex(bit).padStart(8)} - ${text}\n`;
  if (args === '?') return MASK_NAMES.forEach((entry) => print(line(entry)));
  if (args !== '') {
    session.registerMask = maskFrom(context, args, 'rm');
    return;
  }
  const mask = session.registerMask ?? DEFAULT_MASK;
  print(`Register output mask is ${hex(mask)}:\n`);
  const set = MASK_NAMES.filter(([bit]) => (mask & bit) !== 0);
  print(set.map(line).join('') || '    Nothing\n');
}

/** The registers of a mask and the current instruction. */
function maskedText(session: Session, mask: number): string {
  const { context } = session.scope;
  const special = session.currentProcessor?.special ?? {};
  let text = '';
  if (mask & (MASK.integers | MASK.integers64)) text += registersText(context, (mask & MASK.segments) !== 0);
  else if (mask & MASK.segments) text += segmentsText(context);
  if (mask & MASK.floats) text += x87Text(context);
  if (mask & MASK.mmx) text += mmxText(context);
  if (mask & MASK.xmm) text += xmmText(context);
  if (!session.user && mask & MASK.control) text += controlText(special);
  if (mask & MASK.debug) text += session.user ? threadDebugText(context) : debugText(special);
  if (!session.user && mask & MASK.descriptors) text += descriptorText(special);
  return text + instructionText(session);
}

/** `r rax=1, rbx=@rax+1`: registers get other values. */
function assign({ session, print }: CommandContext, args: string): void {
  const scanner = new Scanner(args);
  const problem = (message: string, at = scanner.at) => new SyntaxProblem(message, 'r '.length + at);
  do {
    const name = scanner.match(/@?\$?[a-z]\w*/)?.replace('@', '');
    if (name === undefined || session.register(name) === undefined) throw problem('Bad register error');
    if (!scanner.take('=') || (name.startsWith('$') && !WRITTEN.test(name)))
      throw problem('Bad register error');
    const value = parseMasm(scanner, session);
    if (session.scope.isOther && !name.startsWith('$')) print(LAST_SET);
    if (!session.registers.set(name, value)) throw problem('Bad register error');
  } while (scanner.take(','));
  if (!scanner.ended) throw problem('Extra character error', scanner.at + 1);
}

/** Pseudo-registers that can be written. */
const WRITTEN = /^\$(?:t1?\d|ip)$/i;

/** Pseudo-registers that are not of the registers' context. */
const OF_NO_CONTEXT = /\$(?!ip|ra)/;

function named(context: CommandContext, args: string): void {
  if (args.includes('=')) return assign(context, args);
  const { session, print } = context;
  if (session.scope.isOther && !OF_NO_CONTEXT.test(args)) print(LAST_SET);
  const shown = args
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => {
      const place = 'r '.length + args.indexOf(word);
      const [plain = '', format] = word.split(':');
      const name = plain.replace(/^@/, '').toLowerCase();
      const bytes = registerBytes(session, name);
      if (format !== undefined && bytes) {
        if (/^d$/i.test(format) || (/^f$/i.test(format) && bytes.byteLength === 8))
          refuse('r', `Format :${format}`);
        const shown = formatted(bytes, format);
        if (shown === undefined) throw new SyntaxProblem('Syntax error', place + plain.length + 1);
        return `${name}=${shown}`;
      }
      const xmm = /^xmm(\d|1[0-5])$/.exec(name);
      if (xmm)
        return `${name}=${xmmFloats(session.scope.context, Number(xmm[1]))
          .map((text) => text.padStart(12))
          .join(' ')}`;
      const value = session.register(name) ?? floatRegister(session.scope.context, name);
      if (value === undefined) throw new SyntaxProblem('Bad register error', place + word.length);
      return `${name}=${hex(value, digitsOf(name))}`;
    });
  print(`${shown.join(' ')}\n`);
}

/** Bytes of a register, the lowest first; `undefined` for a name that is none. */
function registerBytes(session: Session, name: string): DataView | undefined {
  const xmm = /^xmm(\d|1[0-5])$/.exec(name);
  if (xmm) return xmmBytes(session.scope.context, Number(xmm[1]));
  const value = session.register(name) ?? floatRegister(session.scope.context, name);
  if (value === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view;
}

const FORMAT_BYTES: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8 };

/** `ub`, `iq`, `f`: a register's parts as numbers of a size, the highest first; `undefined` for another word. */
function formatted(bytes: DataView, format: string): string | undefined {
  const [, kind, letter = ''] = /^([iu])([bwdq])$/i.exec(format.toLowerCase()) ?? [];
  const size = format === 'f' ? 4 : FORMAT_BYTES[letter];
  if (size === undefined) return undefined;
  const parts = Array.from({ length: bytes.byteLength / size }, (_, i) => bytes.byteLength - (i + 1) * size);
  if (kind === undefined)
    return parts.map((at) => shortFloat(bytes.getFloat32(at, true)).padStart(12)).join(' ');
  return parts
    .map((at) => {
      const value = integerOf(new Uint8Array(bytes.buffer, bytes.byteOffset + at, size));
      return kind === 'u' ? hex(value, size * 2) : String(BigInt.asIntN(size * 8, value));
    })
    .join(' ');
}

const SEGMENT = /^[c-gs]s$/;

function digitsOf(name: string): number {
  if (SEGMENT.test(name) || /^fp[cst]w$/.test(name)) return 4;
  if (name === 'mxcsr') return 8;
  if (/^(?:e..|efl|r\d+d|..?|r\d+[wb])$/.test(name) && !/^r[89]$/.test(name)) return name === 'efl' ? 8 : 0;
  return 16;
}
