// What the memory manager counts, as debuggers and Task Manager read it: computed from the machine as it is.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  HAL_NODE_RANGE,
  KPROCESS,
  MI_HARDWARE_STATE,
  MI_PARTITION,
  MI_PARTITION_COMMIT,
  MI_PARTITION_CORE,
  MI_PARTITION_PAGE_LISTS,
  MI_POOL_STATE,
  MI_SYSTEM_INFORMATION,
  MI_SYSTEM_PTE_STATE,
  MI_VISIBLE_PARTITION,
  MI_VISIBLE_STATE,
  MM_PAGED_POOL_INFO,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { Region } from '../../memory/address-space';
import { frameCount } from '../../memory/frames';
import { COLORS } from '../../memory/list-order';
import { nodeCount, physicalFrames, secondNodeBase } from '../../memory/physical-layout';
import { FREE, STANDBY, ZEROED } from '../../memory/ranges';
import { at, getField, initialiseList, setField, write64, write8 } from '../../memory/virtual';
import { relinkLists } from '../../paging/frame-states';
import { addedOn, framesOn } from '../../paging/page-lists';
import { processNext } from '../processes/process-list';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { sharedCommit } from '../sections/data-section';
import { addressOf } from '../symbols';
import { createSegmentLists } from './cached-files';
import { stackPagesAway } from './kernel-stacks';
import { countKernelPages, kernelTables, pagesInRegion, processTables } from './kernel-usage';
import { createColorLists, pageLists, publishListHeads, visiblePartition } from './list-heads';
import { pagingFilePages } from './paging-files';
import { createSessionLists, sessionCommit, sessionTables } from './session';
import { createSystemPtes, publishSystemPtes } from './system-ptes';

const PAGE_SIZE: u64 = 4096;
const POOL_LIMIT: u64 = u64(1) << (44 - 12); // 16 TiB of addresses for either pool, in pages
const ADDRESS_BITS: u32 = 40;
const PAGING_LEVELS: u8 = 4;
const KERNEL_STACK_PAGES: u8 = 7;

function state(): u64 {
  return addressOf(NT.MiState);
}

function visible(): u64 {
  return at(state(), MI_SYSTEM_INFORMATION.Vs);
}

/** Creates what counters are kept in, and writes what never changes. To be called once there is pool. */
export function createMemoryManager(memoryBlock: u64): void {
  createColorLists();
  createSystemPtes();
  createSegmentLists();
  createSessionLists();
  initialiseList(addressOf(NT.CcCleanSharedCacheMapList));
  write64(addressOf(NT.MiVisibleState), visible());
  const partition = visiblePartition();
  setField(partition, MI_VISIBLE_PARTITION.LowestPhysicalPage, 1);
  setField(partition, MI_VISIBLE_PARTITION.HighestPhysicalPage, frameCount() - 1);
  setField(partition, MI_VISIBLE_PARTITION.NumberOfPhysicalPages, physicalFrames());
  setField(partition, MI_VISIBLE_PARTITION.SystemCacheInitialized, 1);
  const core = at(addressOf(NT.MiSystemPartition), MI_PARTITION.Core);
  setField(core, MI_PARTITION_CORE.MemoryRuns, memoryBlock);
  setField(core, MI_PARTITION_CORE.MemoryNodeRuns, memoryBlock);
  setField(core, MI_PARTITION_CORE.MemoryBlockReferences, 1);
  const frames = u64(physicalFrames());
  const lists = pageLists();
  setField(lists, MI_PARTITION_PAGE_LISTS.LowMemoryThreshold, min(frames / 32, 0x4000));
  setField(lists, MI_PARTITION_PAGE_LISTS.HighMemoryThreshold, min(frames / 10, 0xc000));
  setField(visible(), MI_VISIBLE_STATE.MaximumNonPagedPoolInPages, min(frames, POOL_LIMIT));
  setField(visible(), MI_VISIBLE_STATE.SizeOfPagedPoolInPages, POOL_LIMIT);
  setField(at(visible(), MI_VISIBLE_STATE.PagedPoolInfo), MM_PAGED_POOL_INFO.MaximumSize, POOL_LIMIT);
  write64(addressOf(NT.MmSizeOfPagedPoolInBytes), POOL_LIMIT * PAGE_SIZE);
  write8(at(visible(), MI_VISIBLE_STATE.PagingLevels), PAGING_LEVELS);
  const ptes = at(state(), MI_SYSTEM_INFORMATION.SystemPtes);
  write8(at(ptes, MI_SYSTEM_PTE_STATE.KernelStackPages), KERNEL_STACK_PAGES);
  describeHardware(at(state(), MI_SYSTEM_INFORMATION.Hardware));
}

function describeHardware(hardware: u64): void {
  const nodes = nodeCount();
  const bytes = offsetOf(HAL_NODE_RANGE.SIZE);
  const nodeRanges = allocatePool(nodes * bytes, tag(0x4d, 0x6d, 0x4e, 0x75), NON_PAGED, 0); // 'MmNu'
  for (let node: u32 = 0; node < nodes; node++) {
    const range = nodeRanges + u64(node) * bytes;
    setField(range, HAL_NODE_RANGE.PageFrameIndex, node == 0 ? 0 : secondNodeBase());
    setField(range, HAL_NODE_RANGE.Node, node);
  }
  setField(hardware, MI_HARDWARE_STATE.NumaMemoryRanges, nodeRanges);
  setField(hardware, MI_HARDWARE_STATE.NumaLastRangeIndexInclusive, nodes - 1);
  setField(hardware, MI_HARDWARE_STATE.NodeMask, nodes - 1);
  setField(hardware, MI_HARDWARE_STATE.SecondaryColors, COLORS);
  setField(hardware, MI_HARDWARE_STATE.SecondaryColorMask, COLORS - 1);
  setField(hardware, MI_HARDWARE_STATE.PhysicalAddressBits, ADDRESS_BITS);
  setField(hardware, MI_HARDWARE_STATE.HighestPossiblePhysicalPage, (u64(1) << (ADDRESS_BITS - 12)) - 1);
  setField(hardware, MI_HARDWARE_STATE.TotalPagesAllowed, physicalFrames());
}

/**
 * Links the lists, counts and writes everything that counts memory. To be called at the end of the boot, after time
 * has passed and before a dump.
 */
export function publishCounters(): void {
  relinkLists();
  publishListHeads();
  publishSystemPtes();
  countKernelPages();
  const nonPaged = pagesInRegion(<i32>Region.NonPagedPool);
  const paged = pagesInRegion(<i32>Region.PagedPool);
  const images = pagesInRegion(<i32>Region.SystemImages);
  const stacks = pagesInRegion(<i32>Region.KernelStacks);
  const mapped = pagesInRegion(<i32>Region.SystemPtes);
  const database = pagesInRegion(<i32>Region.PfnDatabase);
  let userTables: u64 = 0;
  let userCommit: u64 = 0;
  for (let process = processNext(0); process != 0; process = processNext(process)) {
    const root = u32(getField(process, KPROCESS.DirectoryTableBase) >> 12);
    if (getField(process, EPROCESS.SystemProcess) == 0) userTables += processTables(root);
    userCommit += getField(process, EPROCESS.CommitCharge);
  }
  const vs = visible();
  const pools = at(state(), MI_SYSTEM_INFORMATION.Pools);
  setField(pools, MI_POOL_STATE.AllocatedNonPagedPool, nonPaged);
  setField(at(vs, MI_VISIBLE_STATE.PagedPoolInfo), MM_PAGED_POOL_INFO.AllocatedPagedPool, paged);
  setField(vs, MI_VISIBLE_STATE.NonPagedPoolCommit, nonPaged);
  setField(vs, MI_VISIBLE_STATE.SystemPageTableCommit, kernelTables());
  setField(vs, MI_VISIBLE_STATE.ProcessCommit, userTables);
  setField(vs, MI_VISIBLE_STATE.DriverCommit, images);
  setField(vs, MI_VISIBLE_STATE.PfnDatabaseCommit, database);
  const tables = kernelTables() + userTables + sessionTables();
  const fixed = nonPaged + images + stacks + mapped + database + tables;
  const session = sessionCommit() - sessionTables();
  const committed = fixed + stackPagesAway() + paged + session + userCommit + sharedCommit();
  const available = framesOn(ZEROED) + framesOn(FREE) + framesOn(STANDBY);
  const partition = visiblePartition();
  setField(partition, MI_VISIBLE_PARTITION.AvailablePages, available);
  setField(partition, MI_VISIBLE_PARTITION.ResidentAvailablePages, physicalFrames() - fixed);
  setField(partition, MI_VISIBLE_PARTITION.SharedCommit, sharedCommit());
  setField(partition, MI_VISIBLE_PARTITION.TotalCommittedPages, committed);
  const limit = u64(physicalFrames()) + pagingFilePages();
  setField(partition, MI_VISIBLE_PARTITION.TotalCommitLimit, limit);
  setField(partition, MI_VISIBLE_PARTITION.TotalPagesForPagingFile, pagingFilePages());
  setField(commitState(), MI_PARTITION_COMMIT.TotalCommitLimitMaximum, limit + 2 * pagingFilePages());
  if (peakCommitment() < committed) setPeakCommitment(committed);
  setField(pageLists(), MI_PARTITION_PAGE_LISTS.TransitionPrivatePages, addedOn(STANDBY));
}

function commitState(): u64 {
  return at(addressOf(NT.MiSystemPartition), MI_PARTITION.Commit);
}

/** Most pages that were ever committed. */
export function peakCommitment(): u64 {
  return getField(commitState(), MI_PARTITION_COMMIT.PeakCommitment);
}

export function setPeakCommitment(pages: u64): void {
  setField(commitState(), MI_PARTITION_COMMIT.PeakCommitment, pages);
}
