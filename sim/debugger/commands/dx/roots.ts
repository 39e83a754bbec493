import { activeProcesses, imageName, processAt, threadsOf } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import type { Module } from '../../target/module.js';
import { pointerTo } from '../../types/type.js';
import { TypedView } from '../../types/typed-view.js';
import { walkStack, type Frame } from '../../unwind/stack.js';
import { address, hex } from '../../format/numbers.js';
import { dumpKind } from '../machine.js';
import { shownImage } from '../modules.js';
import { siteText } from '../stack.js';
import {
  boolean,
  collection,
  DxError,
  number,
  object,
  text,
  type DxEntry,
  type DxHost,
  type DxValue,
} from './model.js';
import { utilities } from './utilities.js';

const MOST_FRAMES = 256;
const KERNEL_HANDLE = 0xf0f0f0f0n; // what the engine calls a process of a kernel session

/** What a name with `@$` or a first word of the model stands for; `undefined` for one that is none of them. */
export function rootOf(session: Session, name: string, host: DxHost): DxValue | undefined {
  switch (name.toLowerCase()) {
    case '@$cursession':
      return sessionObject(session);
    case '@$curprocess':
      return processObject(session, processAt(session, session.process));
    case '@$curthread':
      return threadObject(session, new TypedView(session, '_ETHREAD', session.thread));
    case '@$curstack':
      return stackObject(session, new TypedView(session, '_ETHREAD', session.thread));
    case '@$curframe':
      return currentFrame(session);
    case '@$vars':
      return object(
        '',
        Object.fromEntries(
          [...session.dxVariables.values()].map(({ name: key, value }) => [key, () => value]),
        ),
      );
    case '@$debuggerrootnamespace':
      return object('', { Debugger: () => debuggerObject(session, host) });
    case 'debugger':
      return debuggerObject(session, host);
    default:
      return undefined;
  }
}

function debuggerObject(session: Session, host: DxHost): DxValue {
  return object('', {
    Sessions: () => collection(() => [{ key: 0n, value: sessionObject(session) }]),
    Utility: () => utilities(session, host),
  });
}

function currentFrame(session: Session): DxValue {
  const { frame } = session.scope;
  const found = session.frames(frame + 2);
  if (!found[frame]) throw new DxError('There is no frame');
  return frameObject(session, found, frame);
}

function sessionObject(session: Session): DxValue {
  return object(dumpKind(session), {
    Processes: () => collection(() => processes(session)),
    Id: () => number(0, false),
    Attributes: () => attributes(session),
  });
}

function attributes(session: Session): DxValue {
  const isUser = session.user !== undefined;
  return object('', {
    Machine: () =>
      object('', {
        FullName: () => text('x64'),
        AbbrevName: () => text('AMD64'),
        PageSize: () => number(session.register('$pagesize')!),
        PointerSize: () => number(session.register('$ptrsize')!),
        IsBigEndian: () => boolean(false),
      }),
    Target: () =>
      object('', {
        IsUserTarget: () => boolean(isUser),
        IsKernelTarget: () => boolean(!isUser),
        IsDumpTarget: () => boolean(true),
        IsLiveTarget: () => boolean(false),
        IsNTTarget: () => boolean(true),
      }),
  });
}

/** The idle process is on no list; it is the first. */
function* processes(session: Session): Iterable<DxEntry> {
  const idle = session.processPointer('_LIST_ENTRY', 'Flink', session.symbol('nt!PsIdleProcess') ?? 0n);
  if (idle) yield { key: 0n, value: processObject(session, processAt(session, idle)) };
  for (const entry of activeProcesses(session))
    yield { key: entry.value('UniqueProcessId'), value: processObject(session, entry) };
}

function processObject(session: Session, entry: TypedView): DxValue {
  const type = pointerTo(session.struct('_EPROCESS'));
  return object(imageName(session, entry), {
    KernelObject: () => ({ kind: 'typed', value: { type: type.target, address: entry.address } }),
    Name: () => text(imageName(session, entry)),
    Id: () => number(entry.value('UniqueProcessId')),
    Index: () => number(0),
    Handle: () => number(KERNEL_HANDLE),
    Threads: () => collection(() => threads(session, entry)),
    Modules: () => ({
      ...collection(() => modules(session)),
      named: (name) => {
        const found = session.module(name);
        return found && moduleObject(found);
      },
    }),
    Environment: () => environment(session, '_PEB', entry.value('Peb')),
  });
}

function* threads(session: Session, entry: TypedView): Iterable<DxEntry> {
  for (const thread of threadsOf(session, entry))
    yield { key: thread.value('Cid.UniqueThread'), value: threadObject(session, thread) };
}

function* modules(session: Session): Iterable<DxEntry> {
  let key = 0n;
  const sorted = [...session.modules].sort((a, b) => (a.base < b.base ? -1 : 1));
  for (const module of sorted) yield { key: key++, value: moduleObject(module) };
}

function moduleObject(module: Module): DxValue {
  const shown = shownImage(module);
  const facts = {
    BaseAddress: () => number(module.base),
    Name: () => text(shown),
    Size: () => number(module.facts.size),
    MappingForm: () => text('Loaded'),
  };
  // Asking for them would read the symbols of each module that is listed.
  if (module.state !== 'pdb') return object(shown, facts);
  const { isPrivate, path } = module.symbols!;
  return object(shown, {
    ...facts,
    SymbolType: () => text(`PDB (${isPrivate ? 'Private' : 'Public'})`),
    SymbolSource: () => text(path),
  });
}

/** The block that the system keeps for a process or a thread in its own memory. */
function environment(session: Session, type: '_PEB' | '_TEB', at: bigint): DxValue {
  return object('', {
    EnvironmentBlock: () => ({ kind: 'typed', value: { type: session.struct(type), address: at } }),
  });
}

function threadObject(session: Session, thread: TypedView): DxValue {
  const type = session.struct('_ETHREAD');
  const [frame] = framesOf(session, thread, 1);
  const site = frame ? `${siteText(session, frame)} (${address(frame.context.rip)}) ` : '';
  return object(site, {
    KernelObject: () => ({ kind: 'typed', value: { type, address: thread.address } }),
    Id: () => number(thread.value('Cid.UniqueThread')),
    Index: () => number(0),
    Stack: () => stackObject(session, thread),
    Registers: () => registersObject(session, thread),
    Environment: () => environment(session, '_TEB', thread.value('Tcb.Teb')),
  });
}

function stackObject(session: Session, thread: TypedView): DxValue {
  return object('', { Frames: () => collection(() => frames(session, thread)) });
}

function* frames(session: Session, thread: TypedView): Iterable<DxEntry> {
  const all = framesOf(session, thread, MOST_FRAMES);
  for (let i = 0; i < all.length; i++) yield { key: BigInt(i), value: frameObject(session, all, i) };
}

const POINTER_BYTES = 8n;

function frameObject(session: Session, all: readonly Frame[], index: number): DxValue {
  const frame = all[index]!;
  const { context, returnAddress, returnAddressAt } = frame;
  const named = session.symbolText(context.rip);
  const shown = named ? named.replace(/\+(0x[0-9a-f]+)$/, ' + $1') : `0x${hex(context.rip)}`;
  return object(shown, {
    Attributes: () =>
      object('', {
        IsInlineFrame: () => boolean(false),
        InstructionOffset: () => number(context.rip),
        ReturnOffset: () => number(returnAddress),
        // Where a frame pointer would be saved, below the return address.
        FrameOffset: () => number(returnAddressAt === 0n ? 0n : returnAddressAt - POINTER_BYTES),
        StackOffset: () => number(context.registers.rsp),
        FrameNumber: () => number(index),
        FrameMachine: () => text('AMD64'),
      }),
  });
}

/** As debuggers list them. */
const USER_REGISTERS = [
  ...['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp'],
  ...['rip', 'efl', 'cs', 'ds', 'es', 'fs', 'gs', 'ss'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
] as const;

function registersObject(session: Session, thread: TypedView): DxValue {
  const { context } = framesOf(session, thread, 1)[0] ?? {};
  if (!context) throw new DxError('The registers of the thread are not in the dump');
  const values: Readonly<Record<string, bigint>> = {
    ...context.registers,
    rip: context.rip,
    efl: BigInt(context.eflags),
    ...Object.fromEntries(Object.entries(context.segments).map(([name, value]) => [name, BigInt(value)])),
  };
  const members = USER_REGISTERS.map((name) => [name, () => number(values[name] ?? 0n)] as const);
  return object('', { User: () => object('', Object.fromEntries(members)) });
}

/** @throws DxError when the thread's stack is not in the dump */
function framesOf(session: Session, thread: TypedView, most: number): Frame[] {
  try {
    const context = session.target.threadContext(thread.address);
    const space = session.target.processSpace(thread.value('Tcb.Process'));
    return walkStack({ memory: space, moduleAt: (at) => session.moduleAt(at) }, context, most);
  } catch (error) {
    if (most === 1) return [];
    throw new DxError(`Unable to get stack trace: ${(error as Error).message}`);
  }
}
