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
import type { Command } from '../command.js';
import { siteText } from '../stack.js';

const KUSER_TICK_COUNT = 0xfffff78000000320n; // KUSER_SHARED_DATA.TickCount
const MOST_FRAMES = 128;

/** `!thread`: one thread. */
export const thread: Command = {
  names: ['!thread'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).optionalValue() ?? session.thread;
    print(threadText(session, new TypedView(session, '_ETHREAD', at), true, ''));
  },
};

export function threadText(session: Session, entry: TypedView, withStack: boolean, indent: string): string {
  try {
    const text =
      headText(session, entry) + (withStack ? detailsText(session, entry) + stackText(session, entry) : '');
    return text.replace(/^(?=.)/gm, indent);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `${indent}*** Error in reading nt!_ETHREAD @ ${hex(entry.address, 16)}\n`;
  }
}

function headText(session: Session, entry: TypedView): string {
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
    `Base ${hex(entry.value('Tcb.StackBase'), 16)} Limit ${hex(entry.value('Tcb.StackLimit'), 16)}\n` +
    `Priority ${entry.value('Tcb.Priority')}  BasePriority ${entry.value('Tcb.BasePriority')}  IoPriority ${entry.value('ThreadIoPriority')}  PagePriority ${entry.value('ThreadPagePriority')}\n`
  );
}

function stackText(session: Session, entry: TypedView): string {
  const context = session.target.threadContext(entry.address);
  const space = session.target.processSpace(entry.value('Tcb.Process'));
  const target = { memory: space, moduleAt: (at: bigint) => session.moduleAt(at) };
  const lines = walkStack(target, context, MOST_FRAMES).map(
    (frame) =>
      `${address(frame.context.registers.rsp)} ${address(frame.returnAddress)}     ${siteText(session, frame)}\n`,
  );
  return `Child-SP          RetAddr               Call Site\n${lines.join('')}\n`;
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

/** `!running`: what each processor runs. */
export const running: Command = {
  names: ['!running'],
  run({ session, print }, args) {
    const prcbs = session.target.processors.map(
      (processor) => processor && new TypedView(session, '_KPRCB', processor.prcb),
    );
    const idle = prcbs.map(
      (prcb) => prcb !== undefined && prcb.value('CurrentThread') === prcb.value('IdleThread'),
    );
    const mask = (chosen: readonly boolean[]) =>
      hex(
        chosen.reduce((sum, on, i) => (on ? sum | (1n << BigInt(i)) : sum), 0n),
        16,
      );
    print(`System Processors:  (${mask(prcbs.map(() => true))})\n  Idle Processors:  (${mask(idle)})\n\n`);
    print('       Prcbs             Current         (pri) Next            (pri) Idle\n');
    prcbs.forEach((prcb, number) => {
      if (!prcb || idle[number]) return;
      const cell = (field: string) => {
        const at = prcb.value(field);
        if (at === 0n) return ' '.repeat(22);
        return `${hex(at, 16)} (${String(new TypedView(session, '_KTHREAD', at).number('Priority')).padStart(2)})`;
      };
      print(
        `${String(number).padStart(3)}    ${hex(prcb.address, 16)}  ${cell('CurrentThread')} ${cell('NextThread')} ${hex(prcb.value('IdleThread'), 16)}\n`,
      );
      if (args.includes('-t'))
        print(`\n${stackText(session, new TypedView(session, '_ETHREAD', prcb.value('CurrentThread')))}`);
    });
  },
};

const PRIORITIES = 32;

/** `!ready`: threads on ready queues. */
export const ready: Command = {
  names: ['!ready'],
  run({ session, print }) {
    const shared = new Set<bigint>();
    session.target.processors.forEach((processor, number) => {
      if (!processor) return;
      const prcb = new TypedView(session, '_KPRCB', processor.prcb);
      const queue = prcb.has('SharedReadyQueue') ? prcb.value('SharedReadyQueue') : 0n;
      if (queue !== 0n && !shared.has(queue)) {
        shared.add(queue);
        const view = new TypedView(session, '_KSHARED_READY_QUEUE', queue);
        print(
          `KSHARED_READY_QUEUE ${hex(queue, 16)}:\n${queuesText(session, view, 'ReadyListHead', `SharedReadyQueue ${hex(queue, 16)}`)}`,
        );
      }
      print(queuesText(session, prcb, 'DispatcherReadyListHead', `Processor ${number}`));
    });
  },
};

function queuesText(session: Session, view: TypedView, field: string, name: string): string {
  let text = '';
  for (let priority = PRIORITIES - 1; priority >= 0; priority--) {
    const threads = [
      ...listEntries(session, view.at(`${field}[${priority}]`), '_ETHREAD', 'Tcb.WaitListEntry'),
    ];
    if (threads.length === 0) continue;
    text += `${name}: Ready Threads at priority ${priority}\n${threads.map((entry) => `    ${headText(session, entry)}`).join('')}`;
  }
  return text || `${name}: No threads in READY state\n`;
}
