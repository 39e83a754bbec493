import { address, hex } from '../format/numbers.js';
import { registersText } from '../format/registers.js';
import { MemoryError, readInteger, readPointer, type Memory } from '../memory/memory.js';
import type { Session } from '../session.js';
import { Context, REGISTERS, type Register } from '../unwind/context.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command } from './command.js';
import { EXCEPTIONS } from './machine.js';
import { instructionText } from './registers.js';

/** `~1s`: another processor. */
export const processors: Command = {
  names: ['~'],
  run({ session, run }, args, name) {
    const word = `${name.slice(1)} ${args}`.trim();
    const chosen = /^(\d+)\s*s$/i.exec(word);
    if (chosen) {
      if (!session.switchProcessor(Number(chosen[1])))
        throw new CommandError(`${chosen[1]} is not a valid processor number\n`);
      return;
    }
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
    if (given === 0n) {
      session.switchProcessor(session.processor);
      return print(`Implicit thread is now ${address(session.thread)}\n`);
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
    if (options.some((option) => option === 'p' || option === 'p')) {
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
    if (given === 0n)
      session.useProcessOf(session.target.processors[session.processor]?.currentThread ?? session.thread);
    else if (!hasPageDirectory(session, given))
      throw new CommandError(`Process ${address(given)} has invalid page directories\n`);
    else session.useProcess(given);
    const processor = session.target.processors[session.processor];
    session.scope = { context: processor?.context ?? session.scope.context, frame: 0, isOther: false };
    print(`Implicit process is now ${address(session.process)}\n`);
    if (options.includes('r')) print(userSymbolsText(session));
  },
};

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

/** A dot for each module, as the loading of symbols is told. */
export function dots(count: number): string {
  const lines: string[] = [];
  for (let left = count; left > 0; left -= DOTS_A_LINE)
    lines.push(`${'.'.repeat(Math.min(left, DOTS_A_LINE))}\n`);
  return lines.join('');
}

export const context: Command = {
  names: ['.context'],
  run({ session, print }) {
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
    if (name === '.ecxr') return;
    const at = new Arguments(session, args).optionalValue() ?? 0n;
    if (at === 0n) {
      session.switchProcessor(session.processor);
      return print('Resetting default scope\n');
    }
    const bytes = session.memory.read(at, Context.bytes);
    if (bytes.length < Context.bytes) throw new CommandError(`Unable to read context, HRESULT 0x8007001E\n`);
    session.scope = { context: Context.read(bytes), frame: 0, isOther: true };
    print(registersText(session.scope.context, true) + instructionText(session));
  },
};

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
      session.switchProcessor(session.processor);
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
    if (args.trim() !== '-1')
      throw new CommandError('Only .exr -1, the exception of the dump, can be shown.\n');
    const { header } = session.target;
    const found = session.symbolAt(header.ExceptionAddress);
    const name = found?.symbol
      ? ` (${found.module.name}!${found.symbol.name}+0x${hex(found.offset, 16)})`
      : '';
    const meaning = EXCEPTIONS[header.ExceptionCode];
    print(`ExceptionAddress: ${hex(header.ExceptionAddress, 16)}${name}\n`);
    print(`   ExceptionCode: ${hex(header.ExceptionCode, 8)}${meaning ? ` (${meaning})` : ''}\n`);
    print(
      `  ExceptionFlags: ${hex(header.ExceptionFlags, 8)}\nNumberParameters: ${header.ExceptionParameters}\n`,
    );
  },
};
