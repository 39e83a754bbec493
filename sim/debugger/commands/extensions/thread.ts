import { clockText, daysText } from '../../format/durations.js';
import { address, hex } from '../../format/numbers.js';
import { kernelGlobal, listEntries } from '../../kernel/lists.js';
import { activeProcesses, imageName, processAt, threadsOf } from '../../kernel/processes.js';
import { stateText, waitedText } from '../../kernel/wait-text.js';
import { MemoryError, readInteger } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { walkStack } from '../../unwind/stack.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { siteText, threadStackText } from '../stack.js';

const KUSER_TICK_COUNT = 0xfffff78000000320n; // KUSER_SHARED_DATA.TickCount
const MOST_FRAMES = 128;

/** Bits of the flags of `!thread`, and of `!process` for its threads. Source: the debugger's documentation. */
export const THREAD_FLAG = { waits: 2, stack: 4, noArguments: 8 };
const DEFAULT_FLAGS = BigInt(THREAD_FLAG.waits | THREAD_FLAG.stack);
const TERMINATED = 4; // KTHREAD_STATE
const THREAD_OBJECT = 6;
const OBJECT_TYPE_BITS = 0x7f;

/** `!thread`: one thread. */
export const thread: Command = {
  names: ['!thread'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options();
    const odd = options.find((option) => option !== 'p' && option !== 't');
    if (odd !== undefined) throw new CommandError(`Option -${odd} of !thread is not supported here.\n`);
    const given = rest.optionalValue();
    const flags = Number(rest.optionalValue() ?? DEFAULT_FLAGS);
    const isId = options.includes('t') && given !== undefined;
    const at = isId ? threadById(session, given) : given || session.thread;
    if (at === undefined) throw new CommandError(`Could not find a thread with the id ${hex(given!)}.\n`);
    const entry = new TypedView(session, '_ETHREAD', at);
    if ((entry.number('Tcb.Header.Type') & OBJECT_TYPE_BITS) !== THREAD_OBJECT)
      throw new CommandError(
        `${hex(at, 16)} is not a thread object, interpreting as stack value is not supported.\n`,
      );
    if (options.includes('p')) print(ownerText(session, entry));
    print(threadText(session, entry, flags, ''));
  },
};

function threadById(session: Session, id: bigint): bigint | undefined {
  for (const owner of activeProcesses(session))
    for (const entry of threadsOf(session, owner))
      if (entry.value('Cid.UniqueThread') === id) return entry.address;
  return undefined;
}

function ownerText(session: Session, entry: TypedView): string {
  const owner = processAt(session, entry.value('Tcb.Process'));
  return `PROCESS ${hex(owner.address, 16)}  Cid: ${hex(owner.value('UniqueProcessId'), 4)}  Image: ${imageName(session, owner)}\n\n`;
}

/** Looks at everything of a thread before it prints, so that no half of it is told. */
export function threadText(session: Session, entry: TypedView, flags: number, indent: string): string {
  try {
    const withStack = (flags & THREAD_FLAG.stack) !== 0;
    const details = withStack ? detailsText(session, entry) + stackText(session, entry, flags) : '';
    return (headText(session, entry) + details).replace(/^(?=.)/gm, indent);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `${indent}*** Error in reading nt!_ETHREAD @ ${hex(entry.address, 16)}\n`;
  }
}

export function headText(session: Session, entry: TypedView): string {
  const cid = `${hex(entry.value('Cid.UniqueProcess'), 4)}.${hex(entry.value('Cid.UniqueThread'), 4)}`;
  return (
    `THREAD ${hex(entry.address, 16)}  Cid ${cid}  Teb: ${hex(entry.value('Tcb.Teb'), 16)} ` +
    `Win32Thread: ${hex(entry.value('Tcb.Win32Thread'), 16)} ${stateText(session, entry)}\n` +
    waitedText(session, entry, '    ') +
    irpsText(session, entry)
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
  const now = readInteger(session.memory, KUSER_TICK_COUNT, 4);
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
    `Priority ${entry.value('Tcb.Priority')}  BasePriority ${entry.value('Tcb.BasePriority')}  IoPriority ${entry.value('ThreadIoPriority')}  PagePriority ${entry.value('ThreadPagePriority')}\n`
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

/** `!stacks`: where each thread blocks. */
export const stacks: Command = {
  names: ['!stacks'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const level = rest.ended ? 0 : Number(rest.value());
    const filter = rest.word()?.toLowerCase();
    print('Proc.Thread  .Thread  Ticks   ThreadState Blocker\n');
    for (const owner of activeProcesses(session)) {
      let text = `                            [${hex(owner.address, 16)} ${imageName(session, owner)}]\n`;
      let any = filter === undefined;
      for (const entry of threadsOf(session, owner)) {
        const line = blockerText(session, owner, entry, level);
        if (filter !== undefined && !line.toLowerCase().includes(filter)) continue;
        text += line;
        any = true;
      }
      if (any) print(`${text}\n`);
    }
  },
};

const STATES = ['INITED', 'READY', 'RUNNING', 'STANDBY', 'TERMINA', 'Blocked', 'TRANSIT', 'DEFREADY'];
/** Functions that every waiting thread passes through tell nothing of why it waits. */
const WAITING =
  /^nt!(?:KiSwapContext|KiSwapThread|KiCommitThreadWait|SwapContext|Ke(?:WaitFor|RemoveQueue|DelayExecution)\w*)\+/;

function blockerText(session: Session, owner: TypedView, entry: TypedView, level: number): string {
  try {
    const context = session.target.threadContext(entry.address);
    const target = {
      memory: session.target.processSpace(owner.address),
      moduleAt: (at: bigint) => session.moduleAt(at),
    };
    const sites = walkStack(target, context, MOST_FRAMES).map((frame) => siteText(session, frame));
    const blocker = sites.find((site) => !WAITING.test(site)) ?? sites[0] ?? '';
    const ticks = readInteger(session.memory, KUSER_TICK_COUNT, 4) - entry.value('Tcb.WaitTime');
    const cid = `${hex(entry.value('Cid.UniqueProcess')).padStart(4)}.${hex(entry.value('Cid.UniqueThread'), 6)}`;
    const state = (STATES[entry.number('Tcb.State')] ?? '').padEnd(10);
    const head = `${cid}  ${hex(entry.address, 16)} ${hex(BigInt.asUintN(32, ticks), 7)} ${state} `;
    if (level < 2) return `${head}${blocker}\n`;
    return `${head}${sites.map((site, i) => `${i === 0 ? '' : ' '.repeat(head.length)}${site}\n`).join('')}`;
  } catch (error) {
    if (error instanceof MemoryError) return `${' '.repeat(8)}${hex(entry.address, 16)} Stack paged out\n`;
    throw error;
  }
}
