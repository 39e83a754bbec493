import { address, hex } from '../format/numbers.js';
import { registersText } from '../format/registers.js';
import { MemoryError, readInteger, readPointer, type Memory } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Context, REGISTERS, type Register } from '../unwind/context.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command } from './command.js';
import { BREAKPOINT } from './process-dump.js';
import { EXCEPTIONS } from './system-names.js';
import { threadsCommand } from './threads.js';
import { instructionText } from './registers.js';

/** `~1s`: another processor. */
export const processors: Command = {
  names: ['~'],
  run(context, args, name) {
    const { session, run } = context;
    const word = `${name.slice(1)} ${args}`.trim();
    if (session.user) return threadsCommand(context, session.user, word);
    const chosen = /^(\d+)\s*s$/i.exec(word);
    if (chosen) {
      if (!session.switchProcessor(Number(chosen[1])))
        throw new CommandError(`${chosen[1]} is not a valid processor number\n`);
      return;
    }
    const one = /^(\d+)\s*(?=(\S)?)/.exec(word);
    if (one?.[2]) throw new SyntaxProblem('Extra character error', one[0].length + 2);
    if (one) return;
    const all = /^\*\s*(.+)$/.exec(word);
    if (!all) throw new SyntaxProblem('Syntax error', 1);
    const current = session.processor;
    session.target.processors.forEach((_, number) => {
      session.switchProcessor(number);
      run(all[1]!);
    });
    session.switchProcessor(current);
  },
};

const THREAD_TYPE = 6n; // of a DISPATCHER_HEADER

/** `.thread`: registers of a thread that does not run. */
export const thread: Command = {
  names: ['.thread'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options().map((option) => option.toLowerCase());
    const given = rest.optionalValue() ?? 0n;
    if (given === 0n || session.user) {
      session.resetScope();
      print(`Implicit thread is now ${address(session.thread)}\n`);
      if (options.includes('p') && !session.user)
        print(`Implicit process is now ${address(session.process)}\n`);
      return;
    }
    if (typeOf(session.target.system, given) === undefined)
      throw new CommandError(`Cannot read thread type from thread ${address(given)}, NTSTATUS 0xC0000147\n`);
    if (typeOf(session.target.system, given) !== THREAD_TYPE)
      throw new CommandError(`Invalid thread @ ${address(given)} type - context unchanged.\n`);
    let context: Context;
    try {
      context = session.target.threadContext(given);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new CommandError("Can't retrieve thread context, HRESULT 0x80004002\n");
    }
    session.thread = given;
    const isOther = session.target.processors[session.processor]?.currentThread !== given;
    session.scope = { context, frame: 0, isOther };
    print(`Implicit thread is now ${address(given)}\n`);
    if (options.includes('p')) {
      session.useProcessOf(given);
      print(`Implicit process is now ${address(session.process)}\n`);
    }
    if (options.includes('r')) print(userSymbolsText(session));
  },
};

function typeOf(memory: Memory, at: bigint): bigint | undefined {
  const bytes = memory.read(at, 1);
  return bytes.length === 1 ? BigInt(bytes[0]!) : undefined;
}

/** `.process`: whose user addresses are read. */
export const process: Command = {
  names: ['.process'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options().map((option) => option.toLowerCase());
    const given = rest.optionalValue() ?? 0n;
    if (session.user) return print(`Implicit process is now ${address(session.process)}\n`);
    if (given === 0n)
      session.useProcessOf(session.target.processors[session.processor]?.currentThread ?? session.thread);
    else if (!hasPageDirectory(session, given))
      throw new CommandError(`Process ${address(given)} has invalid page directories\n`);
    else session.useProcess(given);
    takeProcessor(session);
    print(`Implicit process is now ${address(session.process)}\n`);
    if (options.includes('r')) print(userSymbolsText(session));
  },
};

/** Makes a process the one whose user addresses and session space are read, with the processor's registers. @throws MemoryError */
export function switchProcess(session: Session, process: bigint): void {
  session.useProcess(process);
  takeProcessor(session);
}

function takeProcessor(session: Session): void {
  const processor = session.target.processors[session.processor];
  session.scope = { context: processor?.context ?? session.scope.context, frame: 0, isOther: false };
}

function hasPageDirectory({ target }: Session, process: bigint): boolean {
  const bytes = target.system.read(process + BigInt(target.data.OffsetEprocessDirectoryTableBase), 8);
  return bytes.length === 8 && bytes.some((byte) => byte !== 0);
}

const LDR_IN_PEB = 0x18n;

/** Loads the modules of the current process. @returns what is said of it */
export function userSymbolsText(session: Session): string {
  const there = session.loadUserModules();
  const peb = session.register('$peb') ?? 0n;
  const paged = `PEB is paged out (Peb.Ldr = ${address(peb + LDR_IN_PEB)}).  Type ".hh dbgerr001" for details\n`;
  return `Loading User Symbols\n${there ? dots(session.userModules.length) : paged}`;
}

const DOTS_A_LINE = 64;

/** A dot for each module, as the loading of symbols is told. @param untold how many were counted before, without dots */
export function dots(count: number, untold = 0): string {
  const lines: string[] = [];
  for (let left = count, room = DOTS_A_LINE - untold; left > 0; left -= room, room = DOTS_A_LINE)
    lines.push(`${'.'.repeat(Math.min(left, room))}\n`);
  return lines.join('');
}

export const context: Command = {
  names: ['.context'],
  run({ session, print }) {
    if (session.user) throw new SyntaxProblem('Syntax error', '.context'.length);
    const base = readPointer(
      session.target.system,
      session.process + BigInt(session.target.data.OffsetEprocessDirectoryTableBase),
    );
    print(`User-mode page directory base is ${hex(base)}\n`);
  },
};

/** `.cxr`: registers out of a CONTEXT in memory. */
export const contextRecord: Command = {
  names: ['.cxr', '.ecxr'],
  run({ session, print }, args, name) {
    if (name === '.ecxr') return exceptionContext(session, print);
    const at = new Arguments(session, args).optionalValue() ?? 0n;
    if (at === 0n) {
      if (session.scope.isOther || session.scope.frame !== 0) print('Resetting default scope\n');
      return session.resetScope();
    }
    const bytes = session.memory.read(at, Context.bytes);
    if (bytes.length < Context.bytes) throw new CommandError(`Unable to read context, HRESULT 0x8007001E\n`);
    session.scope = { context: Context.read(bytes), frame: 0, isOther: true };
    print(registersText(session.scope.context, true) + instructionText(session));
  },
};

/** `.ecxr`: the registers at the exception that a process's dump tells of. */
function exceptionContext(session: Session, print: (text: string) => void): void {
  if (!session.user) return;
  const registers = session.user.exceptionContext;
  if (!registers)
    throw new CommandError(
      "Minidump doesn't have an exception context\nUnable to get exception context, HRESULT 0x80004002\n",
    );
  session.scope = { context: registers, frame: 0, isOther: true };
  print(registersText(registers, true) + instructionText(session));
}

/** KTRAP_FRAME's registers by the fields of the kernel's own symbols. */
const TRAP_FIELDS: Readonly<Record<string, Register | 'rip'>> = { Rbp: 'rbp', Rsp: 'rsp', Rip: 'rip' };
/** Saved by traps and interrupts, not by system calls. */
const VOLATILE_FIELDS: Readonly<Record<string, Register>> = {
  Rax: 'rax', Rcx: 'rcx', Rdx: 'rdx', R8: 'r8', R9: 'r9', R10: 'r10', R11: 'r11',
}; // prettier-ignore
const SYSTEM_CALL = 2n; // of KTRAP_FRAME.ExceptionActive
const VOLATILE_ONLY_NOTE =
  'NOTE: The trap frame does not contain all registers.\nSome register values may be zeroed or incorrect.\n';

/** `.trap`: registers out of a trap frame. */
export const trap: Command = {
  names: ['.trap'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).optionalValue() ?? 0n;
    if (at === 0n) {
      if (session.scope.isOther) print('Resetting default scope\n');
      session.resetScope();
      return;
    }
    const type = session.struct('_KTRAP_FRAME');
    if (session.memory.read(at, type.size).length < type.size)
      throw new CommandError(`Unable to read trap frame at ${address(at)}\n`);
    const field = (name: string) => {
      const found = type.fields.find((entry) => entry.name === name);
      return found ? readInteger(session.memory, at + BigInt(found.offset), found.type.size) : 0n;
    };
    const registers = new Context();
    const saved =
      field('ExceptionActive') === SYSTEM_CALL ? TRAP_FIELDS : { ...VOLATILE_FIELDS, ...TRAP_FIELDS };
    for (const [name, register] of Object.entries(saved)) {
      if (register === 'rip') registers.rip = field(name);
      else if (REGISTERS.includes(register)) registers.registers[register] = field(name);
    }
    registers.eflags = Number(field('EFlags'));
    registers.segments.cs = Number(field('SegCs'));
    registers.segments.ss = Number(field('SegSs'));
    session.scope = { context: registers, frame: 0, isOther: true };
    print(VOLATILE_ONLY_NOTE + registersText(registers, false) + instructionText(session));
  },
};

/** `.exr -1`: the exception that the dump names. */
export const exceptionRecord: Command = {
  names: ['.exr'],
  run({ session, print }, args) {
    const record =
      args.trim() === '-1' ? dumpException(session) : recordAt(session, new Arguments(session, args).value());
    const found = session.symbolAt(record.address);
    const symbol = found?.symbol ? `!${found.symbol.name}` : '';
    const name = found ? ` (${found.module.name}${symbol}+0x${hex(found.offset, 16)})` : '';
    const meaning = EXCEPTIONS[record.code];
    print(`ExceptionAddress: ${hex(record.address, 16)}${name}\n`);
    print(`   ExceptionCode: ${hex(record.code, 8)}${meaning ? ` (${meaning})` : ''}\n`);
    print(`  ExceptionFlags: ${hex(record.flags, 8)}\nNumberParameters: ${record.count}\n`);
    record.parameters.forEach((value, i) => print(`   Parameter[${i}]: ${hex(value, 16)}\n`));
    print(attemptText(record));
  },
};

/** STATUS_ACCESS_VIOLATION, whose parameters say what was tried, and where. */
const ACCESS_VIOLATION = 0xc0000005;
/** Source: Microsoft, EXCEPTION_RECORD. */
const ATTEMPTS: Readonly<Record<string, string>> = {
  0: 'read from',
  1: 'write to',
  8: 'execute non-executable',
};

function attemptText({ code, parameters: [how, where] }: ExceptionRecord): string {
  const attempt = code === ACCESS_VIOLATION && how !== undefined ? ATTEMPTS[`${how}`] : undefined;
  return attempt === undefined || where === undefined
    ? ''
    : `Attempt to ${attempt} address ${hex(where, 16)}\n`;
}

interface ExceptionRecord {
  address: bigint;
  code: number;
  flags: number;
  count: number;
  parameters: readonly bigint[];
}

/** What the dump itself says that happened. */
function dumpException(session: Session): ExceptionRecord {
  if (session.user) {
    const { exception } = session.user;
    if (!exception) return { address: 0n, code: BREAKPOINT, flags: 0, count: 0, parameters: [] };
    return { ...exception, count: exception.parameters.length };
  }
  const { header } = session.target;
  return {
    address: header.ExceptionAddress,
    code: header.ExceptionCode,
    flags: header.ExceptionFlags,
    count: header.ExceptionParameters,
    parameters: [],
  };
}

/** EXCEPTION_RECORD64. Source: Windows SDK, winnt.h. */
const EXCEPTION_RECORD = {
  code: 0n,
  flags: 4n,
  address: 0x10n,
  count: 0x18n,
  parameters: 0x20n,
  bytes: 0x98,
};
const MOST_PARAMETERS = 15;

function recordAt({ memory }: Session, at: bigint): ExceptionRecord {
  if (memory.read(at, EXCEPTION_RECORD.bytes).length < EXCEPTION_RECORD.bytes)
    throw new CommandError(`Cannot read Exception record @ ${hex(at, 16)}\n`);
  const read = (offset: bigint, size: number) => readInteger(memory, at + offset, size);
  const count = Number(read(EXCEPTION_RECORD.count, 4));
  return {
    address: read(EXCEPTION_RECORD.address, 8),
    code: Number(read(EXCEPTION_RECORD.code, 4)),
    flags: Number(read(EXCEPTION_RECORD.flags, 4)),
    count,
    parameters: Array.from({ length: Math.min(count, MOST_PARAMETERS) }, (_, i) =>
      read(EXCEPTION_RECORD.parameters + BigInt(i * 8), 8),
    ),
  };
}
