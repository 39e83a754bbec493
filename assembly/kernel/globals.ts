// The kernel's own variables: list heads, what the debugger looks up first, and the version block.
import { NT } from '../generated/symbols';
import {
  DBGKD_GET_VERSION64,
  MI_FLAGS,
  MI_SYSTEM_VA_ASSIGNMENT,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_STATE,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
} from '../generated/types';
import { listed } from '../host-buffer';
import { offsetOf } from '../layout/fields';
import { Region, regionBase } from '../memory/address-space';
import { physicalFrames } from '../memory/physical-layout';
import * as ranges from '../memory/ranges';
import { at, initialiseList, read32, read64, setField, write32, write64, write8 } from '../memory/virtual';
import { LARGE } from '../paging/pte';
import { entryAddress, pteBase } from '../paging/tables';
import { createMemoryManager } from './memory-manager/counters';
import { systemTime, TICK } from './scheduler/clock';
import { allocatePool, NON_PAGED, tag } from './pool/pool';
import { FEATURE_BITS } from './processors/features';
import { publishTopology, setTopology } from './processors/topology';
import { addressOf } from './symbols';
import { initialiseQuotaBlock } from './processes/quota-block';
import { KERNEL_STACK_PAGES } from './processes/thread';

const REGIONS: i32 = 15;
const NO_REGION: u64 = u64.MAX_VALUE;
const SLOT_BYTES: u64 = u64(1) << 39;
const FREE_BUILD: u32 = 0xf;
const PROTOCOL_64: u32 = 6; // DBGKD_64BIT_PROTOCOL_VERSION2
const KD_SECONDARY_VERSION: u32 = 2;
const VERSION_FLAGS: u32 = 0x7; // MP, data, 64-bit pointers
const AMD64: u32 = 0x8664;
const MAX_PACKET_TYPE: u32 = 12;
const MAX_STATE_CHANGE: u32 = 3;
const MAX_MANIPULATE: u32 = 0x3a;
const HIGHEST_USER_ADDRESS: u64 = 0x00007ffffffeffff;
const USER_PROBE_ADDRESS: u64 = 0x00007fffffff0000;

/** Initialises the lists that other parts of the kernel then fill. To be called once the kernel's image is loaded. */
export function initialiseLists(): void {
  initialiseList(addressOf(NT.PsActiveProcessHead));
  initialiseList(addressOf(NT.PsLoadedModuleList));
  initialiseList(addressOf(NT.HandleTableListHead));
  initialiseList(addressOf(NT.KiProcessListHead));
  initialiseList(addressOf(NT.ExpSystemResourcesList));
  initialiseList(addressOf(NT.KeBugCheckCallbackListHead));
  initialiseList(addressOf(NT.IopErrorLogListHead));
}

/** Fills the variables that say how the machine is laid out. */
export function publishGlobals(kernelBase: u64, build: u32, processors: u32, nodes: u32): void {
  setTopology(processors, nodes);
  publishTopology();
  write32(addressOf(NT.KeTimeIncrement), u32(TICK));
  write64(addressOf(NT.KeFeatureBits), FEATURE_BITS);
  write32(addressOf(NT.KiStackProtectTime), u32(systemTime())); // when the first stack cookie was made
  write32(addressOf(NT.KeKernelStackSize), KERNEL_STACK_PAGES << 12);
  write64(addressOf(NT.MmPfnDatabase), regionBase(<i32>Region.PfnDatabase));
  write64(addressOf(NT.MmPteBase), pteBase());
  write64(addressOf(NT.MmSystemRangeStart), 0xffff800000000000);
  write64(addressOf(NT.MmHighestUserAddress), HIGHEST_USER_ADDRESS);
  write64(addressOf(NT.MmUserProbeAddress), USER_PROBE_ADDRESS);
  write32(addressOf(NT.NtBuildNumber), build | (FREE_BUILD << 28));
  write8(addressOf(NT.KdpDataBlockEncoded), 0);
  write64(addressOf(NT.PsIdleProcess), addressOf(NT.KiInitialProcess));
  const memoryBlock = physicalMemoryBlock();
  write64(addressOf(NT.MmPhysicalMemoryBlock), memoryBlock);
  createMemoryManager(memoryBlock);
  publishFlags(kernelBase);
  initialiseQuotaBlock();
  fillVersionBlock(kernelBase, build);
}

/** PHYSICAL_MEMORY_DESCRIPTOR: the runs of memory that exist, neighbours joined. */
function physicalMemoryBlock(): u64 {
  const runBytes = offsetOf(PHYSICAL_MEMORY_RUN.SIZE);
  const block = allocatePool(
    offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.SIZE) + u32(ranges.rangeCount()) * runBytes,
    tag(0x4d, 0x6d, 0x50, 0x68), // 'MmPh'
    NON_PAGED,
    0,
  );
  const runs = at(block, PHYSICAL_MEMORY_DESCRIPTOR.Run);
  let count: u32 = 0;
  let base: u32 = 0;
  for (let i = 0; i < ranges.rangeCount(); i++) {
    if (i == 0 || ranges.rangeBase(i) != ranges.rangeEnd(i - 1)) {
      base = ranges.rangeBase(i);
      count++;
    }
    const run = runs + u64(count - 1) * runBytes;
    setField(run, PHYSICAL_MEMORY_RUN.BasePage, base);
    setField(run, PHYSICAL_MEMORY_RUN.PageCount, ranges.rangeEnd(i) - base);
  }
  setField(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns, count);
  setField(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfPages, physicalFrames());
  return block;
}

/**
 * nt!MiState.Vs.SystemVaRegions: where debuggers find which region an address belongs to. The host lists the place of each
 * {@link Region}, which differs between builds; NO_REGION for those that the build does not have.
 */
export function publishRegions(): void {
  const visible = at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.Vs);
  const assignments = at(visible, MI_VISIBLE_STATE.SystemVaRegions);
  const types = at(visible, MI_VISIBLE_STATE.SystemVaType);
  for (let region = 0; region < REGIONS; region++) {
    const place = listed(region);
    if (place == NO_REGION) continue;
    const base = regionBase(region) & ~(SLOT_BYTES - 1);
    const assignment = assignments + place * offsetOf(MI_SYSTEM_VA_ASSIGNMENT.SIZE);
    setField(assignment, MI_SYSTEM_VA_ASSIGNMENT.BaseAddress, base);
    setField(assignment, MI_SYSTEM_VA_ASSIGNMENT.NumberOfBytes, SLOT_BYTES);
    write8(types + ((base >> 39) & 0xff), vaType(region));
  }
}

/** nt!MiFlags: how far the memory manager has come, and how the kernel's image is mapped. */
function publishFlags(kernelBase: u64): void {
  const flags = addressOf(NT.MiFlags);
  const isLarge = (read64(entryAddress(kernelBase, 2)) & LARGE) != 0;
  setField(flags, MI_FLAGS.LargePageKernel, isLarge ? 1 : 0);
  setField(flags, MI_FLAGS.InitializationPhase, read32(addressOf(NT.InitializationPhase)));
  setField(flags, MI_FLAGS.ExceptionHandlingReady, 1);
  setField(flags, MI_FLAGS.PfnDatabaseExists, 1);
  setField(flags, MI_FLAGS.SystemPtesReady, 1);
}

/** _MI_SYSTEM_VA_TYPE of a region. */
function vaType(region: i32): u8 {
  switch (region) {
    case <i32>Region.PfnDatabase:
      return 4;
    case <i32>Region.NonPagedPool:
      return 5;
    case <i32>Region.PagedPool:
      return 6;
    case <i32>Region.SystemCache:
      return 8;
    case <i32>Region.SystemPtes:
      return 9;
    case <i32>Region.SystemImages:
      return 12;
    case <i32>Region.KernelStacks:
      return 14;
    case <i32>Region.SecureNonPagedPool:
      return 15;
    case <i32>Region.KernelShadowStacks:
      return 16;
    case <i32>Region.Session:
      return 1;
    case <i32>Region.HyperSpace:
    case <i32>Region.PageTables:
      return 2;
    default:
      return 0;
  }
}

function fillVersionBlock(kernelBase: u64, build: u32): void {
  const version = addressOf(NT.KdVersionBlock);
  setField(version, DBGKD_GET_VERSION64.MajorVersion, FREE_BUILD);
  setField(version, DBGKD_GET_VERSION64.MinorVersion, build);
  setField(version, DBGKD_GET_VERSION64.ProtocolVersion, PROTOCOL_64);
  setField(version, DBGKD_GET_VERSION64.KdSecondaryVersion, KD_SECONDARY_VERSION);
  setField(version, DBGKD_GET_VERSION64.Flags, VERSION_FLAGS);
  setField(version, DBGKD_GET_VERSION64.MachineType, AMD64);
  setField(version, DBGKD_GET_VERSION64.MaxPacketType, MAX_PACKET_TYPE);
  setField(version, DBGKD_GET_VERSION64.MaxStateChange, MAX_STATE_CHANGE);
  setField(version, DBGKD_GET_VERSION64.MaxManipulate, MAX_MANIPULATE);
  setField(version, DBGKD_GET_VERSION64.KernBase, kernelBase);
  setField(version, DBGKD_GET_VERSION64.PsLoadedModuleList, addressOf(NT.PsLoadedModuleList));
  setField(version, DBGKD_GET_VERSION64.DebuggerDataList, addressOf(NT.KdpDebuggerDataListHead));
  const head = addressOf(NT.KdpDebuggerDataListHead);
  write64(head, addressOf(NT.KdDebuggerDataBlock));
  write64(head + 8, addressOf(NT.KdDebuggerDataBlock));
}
