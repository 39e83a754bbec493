import { address, hex } from '../format/numbers.js';
import { registersText } from '../format/registers.js';
import type { Memory } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { Context } from '../unwind/context.js';
import { walkStack, type Frame } from '../unwind/stack.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { localsOf, parameterText } from './locals.js';
import { instructionText } from './registers.js';
import { parametersText } from './symbols.js';

interface StackOptions {
  numbers: boolean;
  args: boolean;
  trapFrames: boolean;
  distances: boolean;
  namesOnly: boolean;
  raw: boolean;
  /** With parameters and their values. */
  parameters: boolean;
}

/** No stack has more. */
const MOST_FRAMES = 0xffff;
const MOST_ASKED = BigInt(MOST_FRAMES);
const HOME_SLOTS = 4;
const RETURN_WIDTH = 17;

/** `k` and its kin: the stack of the current scope. */
export const stack: Command = {
  names: ['k'],
  run(command, args, name) {
    const { session, print } = command;
    const [word = '', letters = ''] = /^k([bcdpvBCDPV]?[fnFNLM]*)/.exec(name) ?? [];
    const options = optionsOf(letters);
    const rest = new Arguments(session, `${name} ${args}`.trimEnd());
    rest.scanner.at = word.length;
    const isGiven = rest.scanner.take('=');
    const context = isGiven ? contextFrom(session, rest) : session.scope.context;
    const most = framesAsked(command, rest) || session.stackDepth;
    if (session.scope.isOther && !isGiven && most === session.stackDepth)
      print('  *** Stack trace for last set context - .thread/.cxr resets it\n');
    if (options.raw) return print(rawStack(session, most));
    const frames = walkStack(session, context, Math.min(most, MOST_FRAMES));
    print(heading(options));
    frames.forEach((frame, i) => print(frameLine(session, frame, i, frames[i - 1], options)));
    rest.expectNothing('');
  },
};

/** `k = STACK [INSTRUCTION]`: registers to begin with. */
function contextFrom(session: Session, rest: Arguments): Context {
  const context = session.scope.context.copy();
  context.registers.rsp = rest.address();
  if (!rest.ended) context.rip = rest.address();
  return context;
}

/** How many frames are asked for; 0 for as many as are shown by default. @throws SyntaxProblem for too many */
function framesAsked({ print }: CommandContext, rest: Arguments): number {
  rest.scanner.match(/l(?=[0-9a-f]|\s|$)/);
  const count = rest.optionalValue() ?? 0n;
  if (count <= MOST_ASKED) return Number(count);
  print(
    `Requested number of stack frames (0x${hex(count)}) is too large! The maximum number is 0x${hex(MOST_ASKED)}.\n`,
  );
  throw rest.problem('Range error', '');
}

function optionsOf(letters: string): StackOptions {
  const has = (letter: string) => letters.toLowerCase().includes(letter);
  return {
    numbers: has('n') || has('m'),
    args: has('b') || has('v'),
    trapFrames: has('v'),
    distances: has('f'),
    namesOnly: has('c'),
    raw: has('d'),
    parameters: has('p'),
  };
}

function heading({ numbers, args, trapFrames, distances, namesOnly }: StackOptions): string {
  const front = `${numbers ? ' # ' : ''}${distances ? '  Memory  ' : ''}`;
  if (namesOnly) return `${front}Call Site\n`;
  const child = args && !trapFrames ? '' : 'Child-SP          ';
  const columns = args
    ? `RetAddr               : Args to Child${' '.repeat(59)}: `
    : 'RetAddr               ';
  return `${front}${child}${columns}Call Site\n`;
}

function frameLine(
  session: Session,
  frame: Frame,
  index: number,
  inner: Frame | undefined,
  options: StackOptions,
): string {
  const number = (session.scope.firstNumber ?? 0) + index;
  const site = options.parameters ? withParameters(session, frame, index) : siteText(session, frame);
  const front = `${options.numbers ? `${hex(number, 2)} ` : ''}${options.distances ? distance(frame, inner) : ''}`;
  if (options.namesOnly)
    return `${front}${site.startsWith('0x') ? '0x0' : site.replace(/\+0x[0-9a-f]+$/, '')}\n`;
  const child = options.args && !options.trapFrames ? '' : `${address(frame.context.registers.rsp)} `;
  const returns = address(frame.returnAddress);
  if (!options.args) return `${front}${child}${returns}     ${site}\n`;
  const trap = options.trapFrames && frame.trapFrame !== undefined ? trapText(frame) : '';
  return `${front}${child}${returns.padEnd(RETURN_WIDTH)}     : ${homeSlots(session.memory, frame)} : ${site}${trap}\n`;
}

/** A stack as `!thread` shows it, like `kv` without trap frames; without arguments like `k`. */
export function threadStackText(
  session: Session,
  memory: Memory,
  frames: readonly Frame[],
  withArguments: boolean,
): string {
  const columns = withArguments ? `: Args to Child${' '.repeat(59)}: ` : '';
  const lines = frames.map((frame) => {
    const slots = withArguments ? `: ${homeSlots(memory, frame)} : ` : '';
    return `${address(frame.context.registers.rsp)} ${address(frame.returnAddress)}     ${slots}${siteText(session, frame)}\n`;
  });
  return `Child-SP          RetAddr               ${columns}Call Site\n${lines.join('')}`;
}

/** `nt!KiSwapContext+0x76`, or the bare address. */
export function siteText(session: Session, { context }: Frame): string {
  const symbol = session.symbolText(context.rip);
  if (symbol) return symbol;
  return `0x${context.rip > 0xffffffffn ? address(context.rip) : hex(context.rip)}`;
}

/** `leaky!LeakRead(struct _DEVICE_OBJECT * device = 0x…)+0x12`, for functions whose private symbols are there. */
function withParameters(session: Session, frame: Frame, number: number): string {
  const found = session.symbolAt(frame.context.rip);
  const types = found?.symbol && parametersText(found.module, found.symbol);
  if (!found?.symbol || types === undefined) return siteText(session, frame);
  const values = types === 'void' ? types : (parameterValues(session, number) ?? types);
  const offset = found.offset === 0n ? '' : `+0x${hex(found.offset)}`;
  return `${found.module.name}!${found.symbol.name}(${values})${offset}`;
}

function parameterValues(session: Session, number: number): string | undefined {
  const parameters = localsOf(session, number)?.filter(({ isParameter }) => isParameter) ?? [];
  return parameters.length === 0
    ? undefined
    : parameters.map((local) => parameterText(session, local)).join(', ');
}

function distance(frame: Frame, inner: Frame | undefined): string {
  if (!inner) return '          ';
  const bytes = frame.context.registers.rsp - inner.context.registers.rsp;
  const near = bytes >= 0n && bytes < 0x10000000n;
  return `${(near ? hex(bytes) : '').padStart(9)} `;
}

/** The four slots behind the return address, where a callee keeps its parameters. */
function homeSlots(memory: Memory, { argumentsAt }: Frame): string {
  const bytes = argumentsAt === 0n ? new Uint8Array(0) : memory.read(argumentsAt, HOME_SLOTS * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: HOME_SLOTS }, (_, i) =>
    address(i * 8 + 8 <= bytes.length ? view.getBigUint64(i * 8, true) : 0n),
  ).join(' ');
}

function trapText({ trapFrame }: Frame): string {
  return ` (TrapFrame @ ${address(trapFrame!)})`;
}

/** The stack's own words, from below the first return address on. */
function rawStack(session: Session, most: number): string {
  const [frame] = session.frames(1);
  const start =
    frame && frame.returnAddressAt !== 0n ? frame.returnAddressAt - 8n : session.scope.context.registers.rsp;
  let text = '';
  for (let i = 0; i < most; i++) {
    const at = start + BigInt(i * 4);
    const bytes = session.memory.read(at, 4);
    if (bytes.length < 4) break;
    text += `${address(at)}  ${hex(new DataView(bytes.slice().buffer).getUint32(0, true), 8)}\n`;
  }
  return text;
}

/** `.frame`: which frame locals and registers are shown of. */
export const frameCommand: Command = {
  names: ['.frame'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options();
    const { frame: current, firstNumber = 0 } = session.scope;
    // Who gives options and no number means frame 0.
    const number = rest.ended ? (options.length > 0 ? 0 : firstNumber + current) : Number(rest.value());
    const frames = session.frames();
    if (number < firstNumber)
      print(`Frame 0x${hex(number)} is before current base frame 0x${hex(firstNumber)}\n`);
    else if (!frames[number - firstNumber]) {
      print(`Cannot find frame 0x${hex(number)}, previous scope unchanged\n`);
      print(numberedText(session, frames, current));
      return;
    } else if (args.trim() !== '') {
      session.scope.frame = number - firstNumber;
      session.scope.hasCaller = true;
    }
    print(numberedText(session, frames, session.scope.frame));
    const wantsRegisters = options.includes('r') || options.includes('c');
    const { scope } = session;
    const frame = frames[scope.frame];
    if (!wantsRegisters || !frame) return;
    session.scope = { ...scope, context: frame.context };
    print(registersText(frame.context, true) + instructionText(session));
    const base = { context: frame.context, frame: 0, firstNumber: firstNumber + scope.frame };
    session.scope = options.includes('c') ? { ...base, hasCaller: false, isOther: true } : scope;
  },
};

/** `.f+`, `.f-`: the next frame out or in. */
export const nextFrame: Command = {
  names: ['.f+', '.f-'],
  run({ session, print }, _, name) {
    const frames = session.frames();
    const wanted = session.scope.frame + (name.endsWith('+') ? 1 : -1);
    if (frames[wanted]) {
      session.scope.frame = wanted;
      session.scope.hasCaller = true;
    } else {
      const number = BigInt.asUintN(32, BigInt((session.scope.firstNumber ?? 0) + wanted));
      print(`Cannot find frame 0x${hex(number)}, previous scope unchanged\n`);
    }
    print(numberedText(session, frames, session.scope.frame));
  },
};

/** `.kframes`: how many frames `k` shows when it is not told. */
export const stackDepth: Command = {
  names: ['.kframes'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const depth = rest.optionalValue();
    if (depth === 0n)
      return print(
        `Default stack trace depth can't be set to 0. Current value is 0n${session.stackDepth} frames\n`,
      );
    if (depth !== undefined) session.stackDepth = Math.max(1, Math.min(Number(depth), MOST_FRAMES));
    print(`Default stack trace depth is 0n${session.stackDepth} frames\n`);
    rest.expectNothing(name);
  },
};

function numberedText(session: Session, frames: readonly Frame[], index: number): string {
  const frame = frames[index];
  if (!frame) return '';
  const number = (session.scope.firstNumber ?? 0) + index;
  const { rsp } = frame.context.registers;
  const returns = session.scope.hasCaller === false ? 0n : frame.returnAddress;
  return `${hex(number, 2)} ${address(rsp)} ${address(returns)}     ${siteText(session, frame)}\n`;
}
