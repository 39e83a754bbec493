import type { Core } from '../machine/core.js';

const WORD = 8;

/** Names of what the core tells, in its order: assembly/dump/process/counters.ts. */
const OF_PROCESS = [
  'pid',
  'priorityClass',
  'protection',
  'createTime',
  'exitTime',
  'kernelTicks',
  'userTicks',
  'cookie',
  'executeOptions',
  'integrity',
  'isMinimal',
  'peb',
  'pageFaults',
  'peakWorkingSet',
  'workingSet',
  'peakPagedPool',
  'pagedPool',
  'peakNonPagedPool',
  'nonPagedPool',
  'commit',
  'peakCommit',
  'peakVirtualSize',
  'virtualSize',
  'privateWorkingSet',
  'sharedCommit',
] as const;

const OF_MACHINE = [
  'processorType',
  'processorRevision',
  'megahertz',
  'productType',
  'suiteMask',
  'features0',
  'features1',
  'extendedState',
  'timeZoneBias',
  'timeZoneId',
  'physicalPages',
  'highestPage',
  'availablePages',
  'committedPages',
  'commitLimit',
  'peakCommitment',
  'residentAvailablePages',
  'sharedCommittedPages',
  'nonPagedPoolPages',
  'pagedPoolPages',
] as const;

export type ProcessCounters = Readonly<Record<(typeof OF_PROCESS)[number], bigint>>;
export type MachineCounters = Readonly<Record<(typeof OF_MACHINE)[number], bigint>>;

function take<Name extends string>({ exchange }: Core, names: readonly Name[]): Record<Name, bigint> {
  const pairs = names.map((name, index) => [name, exchange.getBigUint64(index * WORD, true)]);
  return Object.fromEntries(pairs) as Record<Name, bigint>;
}

/** What the kernel says of the process at `address`: sizes are in pages where the kernel counts pages. */
export function readProcessCounters(core: Core, address: bigint): ProcessCounters {
  core.exports.processReadCounters(address);
  return take(core, OF_PROCESS);
}

/** What the kernel says of the machine. */
export function readMachineCounters(core: Core): MachineCounters {
  core.exports.systemReadCounters();
  return take(core, OF_MACHINE);
}
