import { ByteWriter } from '../../images/byte-writer.js';
import type { MachineCounters, ProcessCounters } from '../counters.js';
import type { DumpPrefix } from '../dump-prefix.js';
import settings from '../minidump.json';
import { sizeOf, structure } from '../structure.js';

const AMD64 = 9; // PROCESSOR_ARCHITECTURE_AMD64
const WIN32_NT = 2;
const TICKS_PER_SECOND = 64n;
const FILETIME_1970 = 116444736000000000n;
const FILETIME_PER_SECOND = 10_000_000n;
const FILETIME_PER_MINUTE = 60n * FILETIME_PER_SECOND;
const PAGE = 4096n;
const GRANULARITY = 0x10000;
/** MINIDUMP_MISC1_, MISC3_, MISC4_ and MISC5_ flags of all that is filled. */
const MISC_FLAGS = 0x1 | 0x2 | 0x4 | 0x10 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200;
/** XSTATE_CONFIG_FEATURE_MSC_INFO, and the CONTEXT of x64. */
const XSTATE_BYTES = 528;
const CONTEXT_BYTES = 1232;
/** MINIDUMP_SYSMEMINFO1_: file cache's counts, basic counts, and the additions of later versions. */
const MEMORY_FLAGS = 0x3f;
/** MINIDUMP_PROCESS_VM_COUNTERS: the first, VIRTUALSIZE, EX and EX2. */
const COUNTER_FLAGS = 0xf;

/** The machine and its Windows. Returns the stream's RVA, for the service pack's name is written later. */
export function writeSystemInfo(
  prefix: DumpPrefix,
  machine: MachineCounters,
  { build, processors }: { build: number; processors: number },
): (servicePackRva: number) => void {
  const bytes = (servicePackRva: number) =>
    structure('MINIDUMP_SYSTEM_INFO', {
      ProcessorArchitecture: AMD64,
      ProcessorLevel: machine.processorType,
      ProcessorRevision: machine.processorRevision,
      NumberOfProcessors: processors,
      ProductType: machine.productType,
      MajorVersion: 10,
      MinorVersion: 0,
      BuildNumber: build,
      PlatformId: WIN32_NT,
      CSDVersionRva: servicePackRva,
      SuiteMask: machine.suiteMask,
      ProcessorFeatures0: machine.features0,
      ProcessorFeatures1: machine.features1,
    });
  const rva = prefix.stream('SystemInfoStream', bytes(0));
  return (servicePackRva) => prefix.set(rva, bytes(servicePackRva));
}

/** What else is said of the process: times, integrity, time zone, build. */
export function writeMiscInfo(
  prefix: DumpPrefix,
  machine: MachineCounters,
  process: ProcessCounters,
  buildString: string,
): void {
  const size = sizeOf('MINIDUMP_MISC_INFO_5');
  const zone = new ByteWriter().utf16(settings.timeZoneName).bytes;
  prefix.stream(
    'MiscInfoStream',
    structure('MINIDUMP_MISC_INFO_5', {
      SizeOfInfo: size,
      Flags1: MISC_FLAGS,
      ProcessId: process.pid,
      ProcessCreateTime: (process.createTime - FILETIME_1970) / FILETIME_PER_SECOND,
      ProcessUserTime: process.userTicks / TICKS_PER_SECOND,
      ProcessKernelTime: process.kernelTicks / TICKS_PER_SECOND,
      ProcessorMaxMhz: machine.megahertz,
      ProcessorCurrentMhz: machine.megahertz,
      ProcessorMhzLimit: machine.megahertz,
      ProcessorMaxIdleState: settings.maxIdleState,
      ProcessIntegrityLevel: process.integrity,
      ProcessExecuteFlags: process.executeOptions,
      ProtectedProcess: process.protection === 0n ? 0 : 1,
      TimeZoneId: machine.timeZoneId,
      Bias: BigInt.asIntN(64, machine.timeZoneBias) / FILETIME_PER_MINUTE,
      StandardName: zone,
      DaylightName: zone,
      BuildString: new ByteWriter().utf16(buildString).bytes,
      DbgBldStr: new ByteWriter().utf16(settings.dbgBuildString).bytes,
      XStateSizeOfInfo: XSTATE_BYTES,
      XStateContextSize: CONTEXT_BYTES,
      XStateEnabledFeatures: machine.extendedState,
      ProcessCookie: process.cookie,
    }),
  );
}

/** The machine's memory, as its memory manager counts it. */
export function writeSystemMemory(prefix: DumpPrefix, machine: MachineCounters, processors: number): void {
  prefix.stream(
    'SystemMemoryInfoStream',
    structure('MINIDUMP_SYSTEM_MEMORY_INFO_2', {
      Revision: 2,
      Flags: MEMORY_FLAGS,
      TimerResolution: 156_250,
      PageSize: PAGE,
      NumberOfPhysicalPages: machine.physicalPages,
      LowestPhysicalPageNumber: 1,
      HighestPhysicalPageNumber: machine.highestPage,
      AllocationGranularity: GRANULARITY,
      MinimumUserModeAddress: 0x10000,
      MaximumUserModeAddress: 0x7ffffffeffffn,
      ActiveProcessorsAffinityMask: (1n << BigInt(processors)) - 1n,
      NumberOfProcessors: processors,
      BasicAvailablePages: machine.availablePages,
      BasicCommittedPages: machine.committedPages,
      BasicCommitLimit: machine.commitLimit,
      BasicPeakCommitment: machine.peakCommitment,
      AvailablePages: machine.availablePages,
      CommittedPages: machine.committedPages,
      CommitLimit: machine.commitLimit,
      PeakCommitment: machine.peakCommitment,
      PagedPoolPages: machine.pagedPoolPages,
      NonPagedPoolPages: machine.nonPagedPoolPages,
      ResidentAvailablePages: machine.residentAvailablePages,
      SharedCommittedPages: machine.sharedCommittedPages,
    }),
  );
}

/** The process's memory, as the kernel counts it; sizes in bytes. */
export function writeVmCounters(prefix: DumpPrefix, process: ProcessCounters): void {
  prefix.stream(
    'ProcessVmCountersStream',
    structure('MINIDUMP_PROCESS_VM_COUNTERS_2', {
      Revision: 2,
      Flags: COUNTER_FLAGS,
      PageFaultCount: process.pageFaults,
      PeakWorkingSetSize: process.peakWorkingSet * PAGE,
      WorkingSetSize: process.workingSet * PAGE,
      QuotaPeakPagedPoolUsage: process.peakPagedPool,
      QuotaPagedPoolUsage: process.pagedPool,
      QuotaPeakNonPagedPoolUsage: process.peakNonPagedPool,
      QuotaNonPagedPoolUsage: process.nonPagedPool,
      PagefileUsage: process.commit * PAGE,
      PeakPagefileUsage: process.peakCommit * PAGE,
      PeakVirtualSize: process.peakVirtualSize,
      VirtualSize: process.virtualSize,
      PrivateUsage: process.commit * PAGE,
      PrivateWorkingSetSize: process.privateWorkingSet * PAGE,
      SharedCommitUsage: process.sharedCommit * PAGE,
    }),
  );
}
