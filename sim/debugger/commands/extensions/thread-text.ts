import { clockText, daysText } from '../../format/durations.js';
import { address, hex } from '../../format/numbers.js';
import { kernelGlobal, listEntries } from '../../kernel/lists.js';
import { imageName, processAt } from '../../kernel/processes.js';
import { tickCount } from '../../kernel/shared-data.js';
import { stateText, waitedText } from '../../kernel/wait-text.js';
import { MemoryError, readInteger } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { walkStack } from '../../unwind/stack.js';
import { threadStackText } from '../stack.js';

export const MOST_FRAMES = 128;

/** Bits of the flags of `!thread`, and of other commands for their threads. Source: Microsoft, "!thread" and "!process". */
export const THREAD_FLAG = { waits: 2, stack: 4, noArguments: 8, ofItsProcess: 0x10 };
const TERMINATED = 4; // KTHREAD_STATE

/**
 * Looks at everything of a thread before it prints, so that no half of it is told. Without what it waits for it is one
 * line; details and a stack come only together with what it waits for.
 */
export function threadText(session: Session, entry: TypedView, flags: number, indent: string): string {
  try {
    return shownText(session, entry, flags).replace(/^(?=.)/gm, indent);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `${indent}*** Error in reading nt!_ETHREAD @ ${hex(entry.address, 16)}\n`;
  }
}

function shownText(session: Session, entry: TypedView, flags: number): string {
  if (!(flags & THREAD_FLAG.waits)) return lineText(session, entry);
  const head = lineText(session, entry) + waitedText(session, entry, '    ') + irpsText(session, entry);
  if (!(flags & THREAD_FLAG.stack)) return head;
  return head + detailsText(session, entry) + stackText(session, entry, flags);
}

/** `THREAD ffff9103ae11b380  Cid 1be4.1c10 …`, with its state. */
export function lineText(session: Session, entry: TypedView): string {
  const cid = `${hex(entry.value('Cid.UniqueProcess'), 4)}.${hex(entry.value('Cid.UniqueThread'), 4)}`;
  return (
    `THREAD ${hex(entry.address, 16)}  Cid ${cid}  Teb: ${hex(entry.value('Tcb.Teb'), 16)} ` +
    `Win32Thread: ${hex(entry.value('Tcb.Win32Thread'), 16)} ${stateText(session, entry)}\n`
  );
}

function irpsText(session: Session, entry: TypedView): string {
  const irps = [...listEntries(session, entry.at('IrpList'), '_IRP', 'ThreadListEntry')];
  if (irps.length === 0) return '';
  const lines = irps.map(
    (irp) =>
      `    ${hex(irp.address, 16)}: (${hex(irp.number('Type'), 4)},${hex(irp.number('Size'), 4)}) ` +
      `Flags: ${hex(irp.number('Flags'), 8)}  Mdl: ${hex(irp.value('MdlAddress'), 16)}\n`,
  );
  return `IRP List:\n${lines.join('')}`;
}

function detailsText(session: Session, entry: TypedView): string {
  const owner = processAt(session, entry.value('Tcb.Process'));
  const attached = entry.value('Tcb.ApcState.Process');
  const increment = readInteger(session.memory, kernelGlobal(session, 'KeMaximumIncrement'), 4);
  const now = tickCount(session);
  const since = entry.value('Tcb.WaitTime');
  const ticks = now >= since ? now - since : 0n;
  const start = entry.value('Win32StartAddress');
  const symbol = session.symbolText(start);
  const column = (name: string, value: string) => `${name.padEnd(26)}${value}\n`;
  return (
    (entry.value('ActiveImpersonationInfo') === 0n ? 'Not impersonating\n' : 'Impersonating a client\n') +
    column('DeviceMap', hex(owner.value('DeviceMap'), 16)) +
    column('Owning Process', `${hex(owner.address, 16)}       Image:         ${imageName(session, owner)}`) +
    column(
      'Attached Process',
      attached === owner.address ? 'N/A            Image:         N/A' : hex(attached, 16),
    ) +
    column('Wait Start TickCount', `${since}         Ticks: ${ticks} (${daysText(ticks * increment)})`) +
    column(
      'Context Switch Count',
      `${entry.value('Tcb.ContextSwitches')}            IdealProcessor: ${entry.value('Tcb.IdealProcessor')}`,
    ) +
    column('UserTime', clockText(entry.value('Tcb.UserTime') * increment)) +
    column('KernelTime', clockText(entry.value('Tcb.KernelTime') * increment)) +
    `Win32 Start Address ${symbol ? `${symbol} (0x${hex(start, 16)})` : `0x${hex(start, 16)}`}\n` +
    `Stack Init ${hex(entry.value('Tcb.InitialStack'), 16)} Current ${hex(entry.value('Tcb.KernelStack'), 16)}\n` +
    `Base ${hex(entry.value('Tcb.StackBase'), 16)} Limit ${hex(entry.value('Tcb.StackLimit'), 16)} Call 0000000000000000\n` +
    `Priority ${entry.value('Tcb.Priority')}  BasePriority ${entry.value('Tcb.BasePriority')}  PriorityDecrement ${entry.value('Tcb.PriorityDecrement')}  IoPriority ${entry.value('ThreadIoPriority')}  PagePriority ${entry.value('ThreadPagePriority')}\n`
  );
}

/** A thread's stack; in a word why there is none to walk. */
export function stackText(session: Session, entry: TypedView, flags: number): string {
  if (entry.number('Tcb.State') === TERMINATED) return '\n'; // its stack went with it
  const space = session.target.processSpace(entry.value('Tcb.Process'));
  const target = { memory: space, moduleAt: (at: bigint) => session.moduleAt(at) };
  try {
    const frames = walkStack(target, session.target.threadContext(entry.address), MOST_FRAMES);
    return `${threadStackText(session, space, frames, (flags & THREAD_FLAG.noArguments) === 0)}\n`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return entry.value('Tcb.KernelStackResident') === 0n
      ? 'Kernel stack not resident.\n\n'
      : `The stack cannot be walked: ${address(error.address)} is not in the dump.\n\n`;
  }
}
