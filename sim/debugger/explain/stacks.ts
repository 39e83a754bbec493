import { hex } from '../format/numbers.js';
import { siteText } from '../commands/stack.js';
import { atMost, kernelGlobal } from '../kernel/lists.js';
import { activeProcesses, imageName, threadsOf } from '../kernel/processes.js';
import { MemoryError, readInteger } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import type { TypedView } from '../types/typed-view.js';
import type { Context } from '../unwind/context.js';
import { walkStack, type Frame } from '../unwind/stack.js';
import { attempt } from './attempt.js';
import { place, range, type Finding } from './explanation.js';
import { handlersOfStack } from './interrupt-gates.js';

const PAGE = 0x1000n;
const MOST_FRAMES = 256;
/** More than a machine of 1 TiB runs. */
const MOST_THREADS = 0x8000;
const STACKS_OF_TSS = [1, 2, 3, 4, 5, 6, 7];

export interface StackRange {
  limit: bigint;
  /** One more than the last byte. */
  base: bigint;
}

/** The thread or processor whose kernel stack an address lies in, and the frame whose slot it is. */
export function kernelStackOf(session: Session, at: bigint): Finding[] {
  const found = threadsListed(session).find(({ stack }) => at >= stack.limit - PAGE && at < stack.base);
  if (!found) return processorStack(session, at);
  const { stack, thread, process } = found;
  return threadStack(session, at, stack, thread, imageName(session, process));
}

export interface ThreadStack {
  stack: StackRange;
  thread: TypedView;
  process: TypedView;
}

/** A dump does not change: all threads are walked once. */
const known = new WeakMap<Session, readonly ThreadStack[]>();

/** Threads of all processes with their kernel stacks. */
export function threadsListed(session: Session): readonly ThreadStack[] {
  let found = known.get(session);
  if (!found) known.set(session, (found = [...atMost(MOST_THREADS, readStacks(session))]));
  return found;
}

function* readStacks(session: Session): Iterable<ThreadStack> {
  for (const process of activeProcesses(session))
    for (const thread of threadsOf(session, process)) {
      const [stack] = attempt(() => [
        { limit: thread.value('Tcb.StackLimit'), base: thread.value('Tcb.StackBase') },
      ]);
      if (stack) yield { stack, thread, process };
    }
}

function threadStack(session: Session, at: bigint, stack: StackRange, thread: TypedView, program: string): Finding[] {
  const process = thread.value('Tcb.Process');
  const id = `${hex(thread.value('Cid.UniqueProcess'))}.${hex(thread.value('Cid.UniqueThread'))}`;
  const isGuard = at < stack.limit;
  const found: Finding = {
    kind: 'stack',
    title: `${isGuard ? GUARD : ''}kernel stack of thread ${id} of ${program}`,
    evidence: [
      place('thread', thread.address, { command: `!thread ${hex(thread.address)}`, type: 'nt!_ETHREAD', thread: thread.address }),
      place('process', process, { command: `!process ${hex(process)} 0`, type: 'nt!_EPROCESS' }),
      range('stack', stack.limit, stack.base),
      place('initial stack', thread.value('Tcb.InitialStack')),
    ],
  };
  if (isGuard) return [found];
  const context = contextOf(session, thread.address);
  return [found, ...(switchSlot(session, at, thread, context) ?? frameOf(session, at, stack, context))];
} // prettier-ignore

/** Below a kernel stack lies a page that is never mapped, so that a stack that grows too far stops there. */
const GUARD = 'guard page below the ';

/** Of a thread that does not run, what the switch to another one has left on top of its stack. */
function switchSlot(session: Session, at: bigint, thread: TypedView, context: Context | undefined): Finding[] | undefined {
  const kept = thread.value('Tcb.KernelStack');
  const isRunning = session.target.processorOf(thread.address) !== undefined;
  if (isRunning || !context || at < kept || at >= context.registers.rsp) return undefined;
  return [
    {
      kind: 'frame',
      title: 'saved by the switch to another thread: registers, and where the thread goes on',
      evidence: [
        place('KTHREAD.KernelStack', kept),
        place('goes on at', context.rip, { command: `ln ${hex(context.rip)}` }),
      ],
    },
  ];
} // prettier-ignore

/** Registers of a thread that waits or runs. */
export function contextOf(session: Session, thread: bigint): Context | undefined {
  try {
    return session.target.threadContext(thread);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return undefined;
  }
}

/** Whose slot of a stack an address is, by unwinding from registers. */
export function frameOf(session: Session, at: bigint, stack: StackRange, context: Context | undefined): Finding[] {
  const all = context ? walkStack(session, context, MOST_FRAMES) : [];
  const begin = all.findIndex(({ context: { registers } }) => registers.rsp >= stack.limit && registers.rsp < stack.base);
  const frames = begin < 0 ? [] : all.slice(begin);
  const index = frames.findIndex((frame, i) => at >= frame.context.registers.rsp && at < endOf(frame, frames[i + 1]));
  const frame = frames[index];
  if (!frame) return unusedPart(at, frames);
  const { rsp } = frame.context.registers;
  const isReturn = at >= frame.returnAddressAt && at < frame.returnAddressAt + 8n;
  const what = isReturn ? `return address to ${session.symbolText(frame.returnAddress) || hex(frame.returnAddress, 16)}` : 'local or saved register';
  return [
    {
      kind: 'frame',
      title: `frame ${hex(begin + index, 2)}, ${siteText(session, frame)}: ${what}`,
      evidence: [
        place('runs at', frame.context.rip, { command: `ln ${hex(frame.context.rip)}` }),
        place('stack pointer in it', rsp),
        { label: 'offset from there', value: `0x${hex(at - rsp)}` },
        place('return address at', frame.returnAddressAt),
        ...(frame.trapFrame === undefined ? [] : [place('trap frame', frame.trapFrame, { command: `.trap ${hex(frame.trapFrame)}`, type: 'nt!_KTRAP_FRAME' })]),
      ],
    },
  ];
} // prettier-ignore

/** A frame reaches to where its caller's begins; a caller on another stack leaves it its return address. */
function endOf(frame: Frame, caller: Frame | undefined): bigint {
  const own = frame.returnAddressAt + 8n;
  const next = caller?.context.registers.rsp ?? own;
  return next > frame.context.registers.rsp && next - own < PAGE ? next : own;
}

/** Below the innermost frame, on its stack, nothing is in use. */
function unusedPart(at: bigint, frames: readonly Frame[]): Finding[] {
  const [innermost] = frames;
  if (!innermost || at >= innermost.context.registers.rsp) return [];
  return [
    {
      kind: 'frame',
      title: 'below the stack pointer: not in use, what is there is left from calls that have returned',
      evidence: [place('stack pointer', innermost.context.registers.rsp)],
    },
  ];
}

/** Stacks that belong to processors: of the idle threads, of DPCs, interrupts, and those of the task state segment. */
function processorStack(session: Session, at: bigint): Finding[] {
  for (const processor of session.target.processors) {
    if (!processor) continue;
    const { number, pcr } = processor;
    const prcb = session.view('_KPRCB', processor.prcb);
    const idle = session.view('_ETHREAD', prcb.value('IdleThread'));
    const ofIdle = { limit: idle.value('Tcb.StackLimit'), base: idle.value('Tcb.StackBase') };
    if (at >= ofIdle.limit - PAGE && at < ofIdle.base) {
      const isGuard = at < ofIdle.limit;
      const found: Finding = {
        kind: 'stack',
        title: `${isGuard ? GUARD : ''}kernel stack of the idle thread of processor ${number}`,
        evidence: [
          place('thread', idle.address, { command: `!thread ${hex(idle.address)}`, type: 'nt!_ETHREAD', thread: idle.address }),
          range('stack', ofIdle.limit, ofIdle.base),
        ],
      };
      return isGuard ? [found] : [found, ...frameOf(session, at, ofIdle, contextOf(session, idle.address))];
    }
    const tss = session.view('_KPCR', pcr).value('TssBase');
    const bytes = stackBytes(session);
    for (const { name, base, source } of stacksOf(session, prcb, tss)) {
      if (base === 0n || at < base - bytes - PAGE || at >= base) continue;
      const isGuard = at < base - bytes;
      return [
        {
          kind: 'stack',
          title: `${isGuard ? GUARD : ''}${name} of processor ${number}`,
          evidence: [
            range('stack', base - bytes, base),
            place('named at', source, { command: `dq ${hex(source)} L1` }),
            place('KPRCB', prcb.address, { command: `!prcb ${number}`, type: 'nt!_KPRCB' }),
          ],
        },
      ];
    }
  }
  return [];
} // prettier-ignore

function stackBytes(session: Session): bigint {
  return readInteger(session.memory, kernelGlobal(session, 'KeKernelStackSize'), 4);
}

function* stacksOf(session: Session, prcb: TypedView, tss: bigint): Iterable<{ name: string; base: bigint; source: bigint }> {
  for (const [field, name] of [['DpcStack', 'stack of DPCs'], ['IsrStack', 'stack of interrupts']] as const)
    if (prcb.has(field)) yield { name, base: prcb.value(field), source: prcb.at(field) };
  if (tss === 0n) return;
  const segment = session.view('_KTSS64', tss);
  for (const index of STACKS_OF_TSS) {
    try {
      if (!segment.has(`Ist[${index}]`)) return;
      const handlers = handlersOfStack(session, prcb.number('Number'), index);
      const of = handlers.length > 0 ? `, for ${handlers.join(' and ')}` : '';
      yield { name: `interrupt stack ${index}${of},`, base: segment.value(`Ist[${index}]`), source: segment.at(`Ist[${index}]`) };
    } catch (error) {
      if (!(error instanceof MemoryError || error instanceof SymbolsError)) throw error;
    }
  }
} // prettier-ignore
