import { hex } from '../../format/numbers.js';
import { kernelGlobal } from '../../kernel/lists.js';
import { activeProcesses, imageName, threadsOf } from '../../kernel/processes.js';
import { sessionSpaces } from '../../kernel/session-spaces.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { THREAD_FLAG, threadText } from './thread-text.js';

const PAGE_KB = 4n;
const KB = 1024n;
const MOST_REGIONS = 64;
const REGION_NAME = 'AssignedRegion';
const STACKS = THREAD_FLAG.waits | THREAD_FLAG.stack | THREAD_FLAG.noArguments;
/** Where threads of the memory manager begin: its own, and those that write out working sets and stacks. */
const MANAGER_ROUTINE = /^nt!(?:Mi|Mm|KeBalanceSetManager|KeSwapProcessOrStack)/;
const SYSTEM_ID = 4n;
/** Bits of the ETHREAD that say that a thread holds what guards a working set or an address space. */
const OWNED = [
  'OwnsProcessWorkingSetExclusive',
  'OwnsProcessWorkingSetShared',
  'OwnsProcessAddressSpaceExclusive',
  'OwnsProcessAddressSpaceShared',
  'OwnsSystemCacheWorkingSetExclusive',
  'OwnsSystemCacheWorkingSetShared',
];

/** What `!vm` adds by the bits of its flags. Source: Microsoft, "!vm". */
export const VM_DETAILS: readonly (readonly [bit: number, text: (session: Session) => string])[] = [
  [0x2, managerThreadsText],
  [0x4, sessionsText],
  [0x10, ownersText],
  [0x20, regionsText],
];

/** Threads of System that begin in the memory manager, with their stacks. */
function managerThreadsText(session: Session): string {
  const texts: string[] = [];
  for (const owner of activeProcesses(session)) {
    if (owner.value('UniqueProcessId') !== SYSTEM_ID) continue;
    for (const thread of threadsOf(session, owner))
      if (MANAGER_ROUTINE.test(session.symbolText(thread.value('StartAddress'))))
        texts.push(threadText(session, thread, STACKS, ''));
  }
  return `\nMemory Management Thread Stacks:\n\n${texts.join('') || 'None was found.\n'}`;
}

/** What each session takes. */
function sessionsText(session: Session): string {
  const row = (name: string, bytes: bigint) => `${name.padEnd(20)}${String(bytes / KB).padStart(10)} Kb\n`;
  const texts = sessionSpaces(session)
    .sort((a, b) => a.number('SessionId') - b.number('SessionId'))
    .map(
      (space) =>
        `\nSession ID ${space.number('SessionId')} @ ${hex(space.address, 16)}:\n` +
        row('NonPagable Usage:', space.value('NonPagablePages') * PAGE_KB * KB) +
        row('Commit Usage:', space.value('CommittedPages') * PAGE_KB * KB),
    );
  return `\nTerminal Server Memory Usage By Session:\n${texts.join('')}`;
}

/** Threads that hold a lock of a working set or of an address space. */
function ownersText(session: Session): string {
  const texts: string[] = [];
  for (const owner of activeProcesses(session))
    for (const thread of threadsOf(session, owner)) {
      const owned = OWNED.filter((field) => thread.has(field) && thread.value(field) !== 0n);
      if (owned.length > 0)
        texts.push(
          `${imageName(session, owner)}: ${owned.join(', ')}\n${threadText(session, thread, STACKS, '')}`,
        );
    }
  return `\nWorking Set Owner Thread Stacks:\n\n${texts.join('') || 'No thread owns a working set.\n'}`;
}

/** The parts of the kernel's half of addresses, by what they are for. */
function regionsText(session: Session): string {
  const state = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
  const kinds = session.type('nt!_MI_ASSIGNED_REGION_TYPES');
  if (kinds?.kind !== 'enum' || !state.has('Vs.SystemVaRegions'))
    return '\nThe symbols of nt do not describe the regions of system addresses.\n';
  const rows = kinds.values
    .filter(({ value }) => value < MOST_REGIONS && state.has(`Vs.SystemVaRegions[${value}]`))
    .map(({ name, value }) => {
      const region = state.inner(`Vs.SystemVaRegions[${value}]`);
      const bytes = region.value('NumberOfBytes');
      return bytes === 0n
        ? ''
        : `${name.replace(REGION_NAME, '').padEnd(22)}: ${hex(region.value('BaseAddress'), 16)}   ${hex(bytes).padStart(16)}\n`;
    });
  return `\nSystem Region               Base Address    NumberOfBytes\n\n${rows.join('')}`;
}
