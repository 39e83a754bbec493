import { disassemble, lineText, memoryOperand, type Line } from '../disassembly/disassembler.js';
import { address, hex } from '../format/numbers.js';
import {
  mmxText,
  registersText,
  controlText,
  debugText,
  threadDebugText,
  x87Text,
  xmmFloats,
  xmmText,
} from '../format/registers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import type { Session } from '../session.js';
import { integerOf } from '../memory/memory.js';
import { SyntaxProblem, type Command, type CommandContext } from './command.js';

const DEFAULT_MASK = 0x9; // 64-bit integers and segments, as r shows them
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
};
const LAST_SET = 'Last set context:\n';
const LONGEST_INSTRUCTION = 15;

/** `r`: registers of the current scope, or some of them. */
export const registers: Command = {
  names: ['r', 'rm', 'rM', 'rF'],
  run(context, args, name) {
    const { session, print } = context;
    if (name === 'rM') return showMasked(context, new Scanner(args));
    if (name === 'rF') return showMasked(context, new Scanner('4'));
    if (args !== '') return named(context, args);
    print(scopeText(session, DEFAULT_MASK));
  },
};

/** Registers, flags and the current instruction, as after `r` and `.trap`. */
export function scopeText(session: Session, mask = DEFAULT_MASK): string {
  const { context, isOther } = session.scope;
  const head = isOther ? LAST_SET : '';
  return head + registersText(context, (mask & MASK.segments) !== 0) + instructionText(session);
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
  return `${head}${user}${lineText(line)}${operandText(session, line)}\n`;
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

function showMasked({ session, print }: CommandContext, scanner: Scanner): void {
  if (session.scope.isOther) print(LAST_SET);
  const mask = Number(parseMasm(scanner, session));
  if (session.user && mask & MASK.control) print(`Ignored invalid bits ${hex(MASK.control)}\n`);
  const { context } = session.scope;
  if (mask & (MASK.integers | MASK.integers64)) print(registersText(context, (mask & MASK.segments) !== 0));
  if (mask & MASK.floats) print(x87Text(context));
  if (mask & MASK.mmx) print(mmxText(context));
  if (mask & MASK.xmm) print(xmmText(context));
  const special = session.currentProcessor?.special ?? {};
  if (!session.user && mask & MASK.control) print(controlText(special));
  if (mask & MASK.debug) print(session.user ? threadDebugText(context) : debugText(special));
  print(instructionText(session));
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
      const name = word.replace(/^@/, '').toLowerCase();
      const xmm = /^xmm(\d|1[0-5])$/.exec(name);
      if (xmm)
        return `${name}=${xmmFloats(session.scope.context, Number(xmm[1]))
          .map((text) => text.padStart(12))
          .join(' ')}`;
      const value = session.register(name);
      if (value === undefined)
        throw new SyntaxProblem('Bad register error', 'r '.length + args.indexOf(word) + word.length);
      return `${name}=${hex(value, digitsOf(name))}`;
    });
  print(`${shown.join(' ')}\n`);
}

const SEGMENT = /^[c-gs]s$/;

function digitsOf(name: string): number {
  if (SEGMENT.test(name)) return 4;
  if (/^(?:e..|efl|r\d+d|..?|r\d+[wb])$/.test(name) && !/^r[89]$/.test(name)) return name === 'efl' ? 8 : 0;
  return 16;
}
