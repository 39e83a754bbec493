import {
  branchTarget,
  disassemble,
  flowOf,
  isCall,
  lineText,
  type Line,
} from '../disassembly/disassembler.js';
import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { RuntimeFunction } from '../unwind/function-table.js';
import { DEEPEST_CHAIN, type UnwindSource } from '../unwind/unwinder.js';
import {
  readUnwindInfo,
  registerName,
  UWOP,
  type UnwindCode,
  type UnwindInfo,
} from '../unwind/unwind-info.js';
import { Arguments } from './arguments.js';
import { readInteger } from '../memory/memory.js';
import { CommandError, SyntaxProblem, type Command } from './command.js';
import { refuse } from './refuse.js';
import { nearestText } from './symbols.js';

const NEXT = 'u';
const DEFAULT_LINES = 8;
const LONGEST_INSTRUCTION = 15;
/** How far back `ub` looks for a start that comes out right. */
const BACK_BYTES = 0x100;

/** `u`, `ub`, `uu`: instructions. */
export const unassemble: Command = {
  names: ['u', 'ub', 'uu'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const fallback = () => session.next.get(NEXT) ?? session.scope.context.rip;
    const given = rest.rangeStart() ?? fallback();
    if (name === 'ub') {
      const { count } = rest.rangeFrom(given, 1, name);
      print(before(session, given, count ?? DEFAULT_LINES));
      return rest.expectNothing(name);
    }
    const takesEnd = !rest.ended && !/^l/i.test(rest.rest);
    const { start, count } = rest.rangeFrom(given, 1, name);
    // A length that goes back ends with the instruction at the address itself.
    const isCount = !takesEnd && start === given;
    const end = takesEnd ? start + BigInt(count! - 1) : given;
    const lines = from(
      session,
      start,
      isCount ? (count ?? DEFAULT_LINES) : Infinity,
      isCount ? undefined : end,
    );
    if (lines.length === 0) {
      print(`${address(start)} ??              ???\n`);
      throw new SyntaxProblem('Memory access error', args ? name.length + 1 + args.length : name.length);
    }
    print(withHeads(session, lines));
    rest.expectNothing(name);
  },
};

function from(session: Session, start: bigint, count: number, end?: bigint): Line[] {
  const lines: Line[] = [];
  for (let at = start; lines.length < count && (end === undefined || at <= end) && lines.length < 0x10000;) {
    const line = anyLineAt(session, at);
    if (!line) break;
    lines.push(line);
    at += BigInt(line.length);
    session.next.set(NEXT, at);
  }
  return lines;
}

/** The instruction at an address, or a byte that is none; `undefined` where no memory is. */
const anyLineAt = (session: Session, at: bigint): Line | undefined =>
  disassemble(session.memory.read(at, LONGEST_INSTRUCTION), at, session);

/** The instruction at an address; `undefined` where none is. */
export function lineAt(session: Session, at: bigint): Line | undefined {
  const line = anyLineAt(session, at);
  return line?.isInstruction ? line : undefined;
}

/** The name of each function above its first instruction. */
function withHeads(session: Session, lines: readonly Line[]): string {
  let text = '';
  lines.forEach((line, i) => {
    const found = session.symbolAt(line.address);
    const starts = i === 0 || (found?.symbol !== undefined && found.offset === 0n);
    const symbol = session.symbolText(line.address);
    if (starts && symbol) text += `${symbol}:\n`;
    text += `${lineText(line, session.assemblyOptions)}\n`;
  });
  return text;
}

function before(session: Session, end: bigint, count: number): string {
  const lines = linesBefore(session, end, count);
  if (lines.length === 0) throw new CommandError(`${address(end)} ??              ???\n`);
  session.next.set(NEXT, lines[0]!.address);
  return withHeads(session, lines);
}

/** Instructions that end where `end` begins: from the nearest earlier place from which reading comes out there. */
export function linesBefore(session: Session, end: bigint, count: number): Line[] {
  const symbol = session.symbolAt(end - 1n)?.symbol;
  const starts: bigint[] = [];
  if (symbol && symbol.address < end) starts.push(symbol.address);
  for (let back = BACK_BYTES; back > 0; back--) starts.push(end - BigInt(back));
  for (const start of starts) {
    const lines: Line[] = [];
    let at = start;
    while (at < end) {
      const line = lineAt(session, at);
      if (!line) break;
      lines.push(line);
      at += BigInt(line.length);
    }
    if (at !== end || lines.length === 0) continue;
    // A short function does not have them all: what stands before it comes first.
    const missing = count - lines.length;
    return missing > 0 && start === symbol?.address
      ? [...linesBefore(session, start, missing), ...lines]
      : lines.slice(-count);
  }
  return [];
}

/** `uf`: a whole function. */
export const unassembleFunction: Command = {
  names: ['uf'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const options = functionOptions(rest);
    const lines = functionLines(session, rest.address());
    if (lines.length === 0) throw new CommandError('No code found, aborting\n');
    if (options.includes('i')) print(`${lines.length} instructions scanned\n\n`);
    print(options.includes('c') ? callsText(session, lines) : blocksText(session, lines));
    rest.expectNothing(name);
  },
};

/** Letters of `uf`'s options. @throws SyntaxProblem for one that there is not */
function functionOptions(rest: Arguments): string {
  let options = '';
  while (rest.scanner.match(/[-/](?=\S)/)) {
    const letter = rest.scanner.match(/\S/)!;
    if (/[Dm]/.test(letter)) refuse('uf', `Option /${letter}`);
    if (!/[coOi]/.test(letter)) throw rest.problem('Unknown uf option', 'uf', -1);
    options += letter;
  }
  return options;
}

/** All instructions that control can reach from the start of the function. */
function functionLines(session: Session, at: bigint): Line[] {
  const start = session.symbolAt(at)?.symbol?.address ?? at;
  const isInside = extentOf(session, start);
  const lines = new Map<bigint, Line>();
  const open = [start];
  while (open.length > 0) {
    let next = open.pop()!;
    while (!lines.has(next) && isInside(next)) {
      const line = lineAt(session, next);
      if (!line) break;
      lines.set(next, line);
      const target = branchTarget(line.instruction);
      const flow = flowOf(line.instruction);
      if (target !== undefined && flow !== 'next') open.push(target);
      if (flow === 'end' || flow === 'jump') break;
      next += BigInt(line.length);
    }
  }
  return [...lines.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** What belongs to the function: its unwind entry and those that go on in it; without one, all up to the next symbol. */
function extentOf(session: Session, start: bigint): (at: bigint) => boolean {
  const module = session.moduleAt(start);
  if (!module) return () => false;
  const { base, unwindSource: source } = module;
  const entry = source?.functions.find(Number(start - base));
  if (!source || !entry) {
    const end = module.symbols?.next(Number(start - base))?.address ?? module.end;
    return (at) => at >= start && at < end;
  }
  return (at) => {
    if (at < base || at >= module.end) return false;
    const rva = Number(at - base);
    if (rva >= entry.begin && rva < entry.end) return true;
    const part = source.functions.find(rva);
    return part !== undefined && wholeFunction(source, part).begin === entry.begin;
  };
}

/** The entry in which the unwind data of a function's part goes on at last. */
function wholeFunction({ image }: UnwindSource, part: RuntimeFunction): RuntimeFunction {
  let whole = part;
  for (let depth = 0; depth < DEEPEST_CHAIN; depth++) {
    const { chained } = readUnwindInfo(image, whole.unwindInfo);
    if (!chained) break;
    whole = chained;
  }
  return whole;
}

/** Blocks begin where a jump leads; a new one has an empty line and its name before it. */
function blocksText(session: Session, lines: readonly Line[]): string {
  const targets = new Set(
    lines
      .filter(({ instruction }) => flowOf(instruction) !== 'next')
      .map(({ instruction }) => branchTarget(instruction)),
  );
  let text = '';
  lines.forEach((line, i) => {
    const previous = lines[i - 1];
    const isHead =
      i === 0 || targets.has(line.address) || (previous && flowOf(previous.instruction) !== 'next');
    if (isHead) text += `${i === 0 ? '' : '\n'}${session.symbolText(line.address)}:\n`;
    text += `${lineText(line, session.assemblyOptions)}\n`;
  });
  return text;
}

function callsText(session: Session, lines: readonly Line[]): string {
  const first = lines[0]!;
  let text = `${session.symbolText(first.address)} (${address(first.address)})\n`;
  for (const { instruction, address: at, text: shown } of lines) {
    if (!isCall(instruction)) continue;
    const target = branchTarget(instruction);
    text += `  ${session.symbolText(at)} (${address(at)}):\n`;
    text +=
      target === undefined
        ? `    unresolvable call: ${shown}\n`
        : `    call to ${session.symbolText(target) || '<Unloaded>'} (${address(target)})\n`;
  }
  return text;
}

const HEADER_BYTES = 4; // of UNWIND_INFO
const SLOT_BYTES = 2;
const FUNCTION_ENTRY_BYTES = 12; // of RUNTIME_FUNCTION
const OPERATION_NAMES = Object.fromEntries(Object.entries(UWOP).map(([name, value]) => [value, name]));

/** `.fnent`: how a function is unwound. */
export const functionEntry: Command = {
  names: ['.fnent'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).value();
    const module = session.moduleAt(at);
    const source = module?.unwindSource;
    const entry = module && source?.functions.find(Number(at - module.base));
    if (!module || !source || !entry) throw new CommandError(`No function entry for ${address(at)}\n`);
    const table = module.base + BigInt(source.functions.rva + entry.index * FUNCTION_ENTRY_BYTES);
    print(`Debugger function entry ${address(table)} for:\n${nearestText(session, at)}\n`);
    let current: RuntimeFunction | undefined = entry;
    for (let depth = 0; current && depth < DEEPEST_CHAIN; depth++) {
      if (depth > 0) print('\nChained info:\n');
      const info: UnwindInfo = readUnwindInfo(source.image, current.unwindInfo);
      print(entryText(current, module.base, info));
      if (info.handler !== 0) {
        const handler = module.base + BigInt(info.handler);
        const data = readInteger(
          source.image.memory,
          module.base + BigInt(current.unwindInfo + info.size),
          4,
        );
        print(`  handler routine: ${session.symbolText(handler)} (${address(handler)}), data ${hex(data)}\n`);
      }
      for (const code of info.codes) print(codeText(code));
      current = info.chained;
    }
  },
};

function entryText({ begin, end, unwindInfo }: RuntimeFunction, base: bigint, info: UnwindInfo): string {
  const lines = [
    `BeginAddress      = ${address(BigInt(begin))}`,
    `EndAddress        = ${address(BigInt(end))}`,
    `UnwindInfoAddress = ${address(BigInt(unwindInfo))}`,
    '',
    `Unwind info at ${address(base + BigInt(unwindInfo))}, ${hex(shownSize(info))} bytes`,
    `  version ${info.version}, flags ${info.flags}, prolog ${hex(info.prologBytes)}, codes ${hex(info.slots)}`,
  ];
  if (info.frameRegister !== 0)
    lines.push(
      `  frame reg ${info.frameRegister} (${registerName(info.frameRegister)}), frame offs ${hex(info.frameOffset)}h`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Bytes of the header and the codes; with a handler, all up to the first word of the handler's data, and with the entry
 * that it goes on in, all up to its end.
 */
function shownSize({ handler, chained, size, slots }: UnwindInfo): number {
  if (chained) return HEADER_BYTES + slots * SLOT_BYTES + FUNCTION_ENTRY_BYTES;
  return handler === 0 ? HEADER_BYTES + slots * SLOT_BYTES : size + 4;
}

function codeText(code: UnwindCode): string {
  const head = `  ${hex(code.slot, 2)}: offs ${hex(code.offset)}, unwind op ${hex(code.operation)}, op info ${hex(code.info)}\t`;
  return `${head}UWOP_${OPERATION_NAMES[code.operation] ?? 'UNKNOWN'}${detailText(code)}.\n`;
}

function detailText({ operation, info, value }: UnwindCode): string {
  switch (operation) {
    case UWOP.PUSH_NONVOL:
      return ` reg: ${registerName(info)}`;
    case UWOP.SAVE_NONVOL:
    case UWOP.SAVE_NONVOL_FAR:
      return ` FrameOffset: ${hex(value)} reg: ${registerName(info)}`;
    case UWOP.SAVE_XMM128:
    case UWOP.SAVE_XMM128_FAR:
      return ` FrameOffset: ${hex(value)} reg: xmm${info}`;
    case UWOP.ALLOC_LARGE:
      return ` FrameOffset: ${hex(value)}`;
    default:
      return '';
  }
}
