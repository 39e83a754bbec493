import { activeProcesses, imageName, processAt, threadsOf } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { pointerTo } from '../../types/type.js';
import { TypedView } from '../../types/typed-view.js';
import { walkStack, type Frame } from '../../unwind/stack.js';
import { address, hex } from '../../format/numbers.js';
import { dumpKind } from '../machine.js';
import { shownImage } from '../modules.js';
import { siteText } from '../stack.js';
import { collection, DxError, number, object, text, type DxEntry, type DxValue } from './model.js';

const MOST_FRAMES = 256;
const KERNEL_HANDLE = 0xf0f0f0f0n; // what the engine calls a process of a kernel session

/** What a name with `@$` or a first word of the model stands for; `undefined` for one that is none of them. */
export function rootOf(session: Session, name: string): DxValue | undefined {
  switch (name.toLowerCase()) {
    case '@$cursession':
      return sessionObject(session);
    case '@$curprocess':
      return processObject(session, processAt(session, session.process));
    case '@$curthread':
      return threadObject(session, new TypedView(session, '_ETHREAD', session.thread));
    case '@$curstack':
      return stackObject(session, new TypedView(session, '_ETHREAD', session.thread));
    case 'debugger':
      return object('Debugger', {
        Sessions: () => collection(() => [{ key: 0n, value: sessionObject(session) }]),
      });
    default:
      return undefined;
  }
}

function sessionObject(session: Session): DxValue {
  return object(dumpKind(session), {
    Processes: () => collection(() => processes(session)),
    Id: () => number(0, false),
    Attributes: () => object('', {}),
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
    Modules: () => collection(() => modules(session)),
    Environment: () => object('', {}),
  });
}

function* threads(session: Session, entry: TypedView): Iterable<DxEntry> {
  for (const thread of threadsOf(session, entry))
    yield { key: thread.value('Cid.UniqueThread'), value: threadObject(session, thread) };
}

function* modules(session: Session): Iterable<DxEntry> {
  let key = 0n;
  const sorted = [...session.modules].sort((a, b) => (a.base < b.base ? -1 : 1));
  for (const module of sorted)
    yield {
      key: key++,
      value: moduleObject(shownImage(module), module.name, module.base, module.facts.size),
    };
}

function moduleObject(shown: string, name: string, base: bigint, size: number): DxValue {
  return object(shown, { BaseAddress: () => number(base), Name: () => text(name), Size: () => number(size) });
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
    Registers: () => object('', {}),
    Environment: () => object('', {}),
  });
}

function stackObject(session: Session, thread: TypedView): DxValue {
  return object('', { Frames: () => collection(() => frames(session, thread)) });
}

function* frames(session: Session, thread: TypedView): Iterable<DxEntry> {
  let key = 0n;
  for (const frame of framesOf(session, thread, MOST_FRAMES)) {
    const named = session.symbolText(frame.context.rip);
    const shown = named ? named.replace(/\+(0x[0-9a-f]+)$/, ' + $1') : `0x${hex(frame.context.rip)}`;
    yield {
      key: key++,
      value: object(shown, {
        InstructionOffset: () => number(frame.context.rip),
        StackOffset: () => number(frame.context.registers.rsp),
      }),
    };
  }
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
