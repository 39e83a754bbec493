import { clockText } from '../../format/durations.js';
import { hex } from '../../format/numbers.js';
import { MemoryError, readInteger } from '../../memory/memory.js';
import {
  activeProcesses,
  handleCount,
  imageName,
  processAt,
  sessionOf,
  threadsOf,
  tokenOf,
} from '../../kernel/processes.js';
import { kernelGlobal } from '../../kernel/lists.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { CommandError } from '../command.js';
import { THREAD_FLAG, threadText } from './thread-text.js';

/** The bit of the flags of `!process` that threads have none of: times, sizes and quotas. Source: Microsoft, "!process". */
export const PROCESS_FLAG_DETAILS = 1;
const FIRST_SYSTEM = 0xffff800000000000n;
/** -1 stands for the current process, or thread. */
const CURRENT = 0xffffffffffffffffn;

/** Whether an argument asks for the current process or thread. */
export function isCurrent(given: bigint | undefined): given is undefined {
  return given === undefined || given === CURRENT;
}

/** Does something with the user addresses and modules of a process at hand, and goes back to the current one's. */
export function inProcess<T>(session: Session, process: bigint, work: () => T): T {
  const { process: current, userModules } = session;
  try {
    session.useProcess(process);
    session.loadUserModules();
    return work();
  } finally {
    session.useProcess(current);
    session.userModules = userModules;
  }
}

/** By address, by process id, or the current one. @throws CommandError when there is none */
export function findProcess(session: Session, given: bigint | undefined): TypedView {
  if (isCurrent(given)) return processAt(session, session.process);
  if (given >= FIRST_SYSTEM) return processAt(session, given);
  for (const entry of activeProcesses(session)) if (entry.value('UniqueProcessId') === given) return entry;
  throw new CommandError(`Searching for Process with Cid == ${hex(given)}\nNo process found.\n`);
}

export function processText(session: Session, entry: TypedView, flags: number): string {
  try {
    const number = sessionOf(session, entry);
    const handles = handleCount(session, entry);
    let text =
      `PROCESS ${hex(entry.address, 16)}\n` +
      `    SessionId: ${number ?? 'none'}  Cid: ${hex(entry.value('UniqueProcessId'), 4)}    ` +
      `Peb: ${pebText(entry.value('Peb'))}  ParentCid: ${hex(entry.value('InheritedFromUniqueProcessId'), 4)}\n` +
      `    DirBase: ${hex(entry.value('Pcb.DirectoryTableBase'), 8)}  ObjectTable: ${hex(entry.value('ObjectTable'), 16)}  ` +
      `HandleCount: ${handles === undefined ? '<Data Not Accessible>' : `${handles}.`}\n` +
      `    Image: ${imageName(session, entry)}\n`;
    if (flags & PROCESS_FLAG_DETAILS) text += detailsText(session, entry);
    if (flags & (THREAD_FLAG.waits | THREAD_FLAG.stack))
      for (const thread of threadsOf(session, entry))
        text += `\n${threadText(session, thread, flags, '        ')}`;
    return `${text}\n`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `*** Error in reading nt!_EPROCESS @ ${hex(entry.address, 16)}\n\n`;
  }
}

const pebText = (peb: bigint) => (peb === 0n ? '00000000' : hex(peb, 10));
const PAGE_KB = 4;

function detailsText(session: Session, entry: TypedView): string {
  const row = (name: string, value: string) => `    ${name.padEnd(34)}${value}\n`;
  const increment = readInteger(session.memory, kernelGlobal(session, 'KeMaximumIncrement'), 4);
  const time = (field: string) => clockText(entry.value(field) * increment);
  const pages = (field: string) => entry.number(field);
  const size = (count: number) => `${count * PAGE_KB}KB`;
  const [now, least, most] = ['WorkingSetLeafSize', 'MinimumWorkingSetSize', 'MaximumWorkingSetSize'].map(
    (name) => (entry.has(`Vm.Instance.${name}`) ? pages(`Vm.Instance.${name}`) : 0),
  ) as [number, number, number];
  const peak = pages('Vm.Instance.PeakWorkingSetSize');
  const megabytes = (field: string) => Math.floor(entry.number(field) / 0x100000);
  return (
    `    VadRoot ${hex(entry.value('VadRoot.Root'), 16)} Vads ${entry.value('VadCount')} Clone ${hex(entry.value('CloneRoot'))} ` +
    `Private ${entry.value('NumberOfPrivatePages')}. Modified ${entry.value('ModifiedPageCount')}. Locked ${entry.value('NumberOfLockedPages')}.\n` +
    `    DeviceMap ${hex(entry.value('DeviceMap'), 16)}\n` +
    row('Token', hex(tokenOf(entry), 16)) +
    row('ElapsedTime', clockText(elapsed(session, entry))) +
    row('UserTime', time('Pcb.UserTime')) +
    row('KernelTime', time('Pcb.KernelTime')) +
    row('QuotaPoolUsage[PagedPool]', `${entry.value('ProcessQuotaUsage[1]')}`) +
    row('QuotaPoolUsage[NonPagedPool]', `${entry.value('ProcessQuotaUsage[0]')}`) +
    row(
      'Working Set Sizes (now,min,max)',
      `(${now}, ${least}, ${most}) (${size(now)}, ${size(least)}, ${size(most)})`,
    ) +
    row('PeakWorkingSetSize', `${peak}`) +
    row('VirtualSize', `${megabytes('VirtualSize')} Mb`) +
    row('PeakVirtualSize', `${megabytes('PeakVirtualSize')} Mb`) +
    row('PageFaultCount', `${entry.value('Vm.Instance.PageFaultCount')}`) +
    row('BasePriority', `${entry.value('Pcb.BasePriority')}`) +
    row('CommitCharge', `${entry.value('CommitCharge')}`) +
    (entry.value('Job') === 0n ? '' : row('Job', hex(entry.value('Job'), 16)))
  );
}

function elapsed(session: Session, entry: TypedView): bigint {
  const created = entry.value('CreateTime.QuadPart');
  const now = session.target.header.SystemTime;
  return now > created ? now - created : 0n;
}
