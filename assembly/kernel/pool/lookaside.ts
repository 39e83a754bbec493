// Lookaside lists: blocks of one size that a driver, or a processor, keeps at hand after it freed them.
//
//   nt!ExNPagedLookasideListHead, nt!ExPagedLookasideListHead ─▶ GENERAL_LOOKASIDE ─▶ kept blocks, an SLIST
//   nt!ExPoolLookasideListHead ─▶ 3 × 32 GENERAL_LOOKASIDE_POOLs in each KPRCB
//
// To the heaps and the tag tables a kept block is allocated: allocations that missed the list, less frees that missed
// it, are the tag's blocks.
import { NT } from '../../generated/symbols';
import {
  EX_HEAP_POOL_NODE,
  EX_POOL_HEAP_MANAGER_STATE,
  GENERAL_LOOKASIDE,
  GENERAL_LOOKASIDE_POOL,
  KPRCB,
  NPAGED_LOOKASIDE_LIST,
  RTL_DYNAMIC_LOOKASIDE,
  SLIST_HEADER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { nodeCount } from '../../memory/physical-layout';
import { at, initialiseList, insertTail, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { allocatePool, NON_PAGED, PAGED } from './pool';
import { GRANULE } from './sizes';
import { trackHistory } from './tag-tables';

const NON_PAGED_POOL: u64 = 0; // _POOL_TYPE
const PAGED_POOL: u64 = 1;
const NON_PAGED_NX: u64 = 0x200;
const LISTS: u32 = 32; // of each type in a KPRCB
const LEAST_DEPTH: u64 = 4;
const MAXIMUM_DEPTH: u64 = 256;
const DYNAMIC_LISTS: u32 = 2;
const DYNAMIC_BUCKETS: u64 = 64;
const ENTRY_SHIFT: u64 = 4; // SLIST entries lie on multiples of 16

/** Initialises the heads of the lists of lists, and the pool nodes' own lists, of which none is enabled. */
export function initialiseLookasides(): void {
  initialiseList(addressOf(NT.ExNPagedLookasideListHead));
  initialiseList(addressOf(NT.ExPagedLookasideListHead));
  initialiseList(addressOf(NT.ExPoolLookasideListHead));
  const nodes = at(addressOf(NT.ExPoolState), EX_POOL_HEAP_MANAGER_STATE.PoolNode);
  for (let i: u32 = 0; i < nodeCount() * DYNAMIC_LISTS; i++) {
    const node = nodes + u64(i / DYNAMIC_LISTS) * offsetOf(EX_HEAP_POOL_NODE.SIZE);
    const list = u64(i % DYNAMIC_LISTS) * offsetOf(RTL_DYNAMIC_LOOKASIDE.SIZE);
    setField(
      at(node, EX_HEAP_POOL_NODE.Lookasides) + list,
      RTL_DYNAMIC_LOOKASIDE.BucketCount,
      DYNAMIC_BUCKETS,
    );
  }
}

/** Initialises a processor's lists of small pool blocks: one for each size in steps of 16 bytes, nothing kept. */
export function initialiseProcessorLookasides(prcb: u64): void {
  initialiseLists(at(prcb, KPRCB.PPNxPagedLookasideList), NON_PAGED_NX);
  initialiseLists(at(prcb, KPRCB.PPNPagedLookasideList), NON_PAGED_POOL);
  initialiseLists(at(prcb, KPRCB.PPPagedLookasideList), PAGED_POOL);
}

function initialiseLists(first: u64, type: u64): void {
  for (let i: u32 = 0; i < LISTS; i++) {
    const list = first + u64(i) * offsetOf(GENERAL_LOOKASIDE_POOL.SIZE);
    setField(list, GENERAL_LOOKASIDE_POOL.Depth, LEAST_DEPTH);
    setField(list, GENERAL_LOOKASIDE_POOL.MaximumDepth, MAXIMUM_DEPTH);
    setField(list, GENERAL_LOOKASIDE_POOL.Type, type);
    setField(list, GENERAL_LOOKASIDE_POOL.Tag, 0x6c6f6f50); // 'Pool'
    setField(list, GENERAL_LOOKASIDE_POOL.Size, (i + 1) * GRANULE);
    insertTail(addressOf(NT.ExPoolLookasideListHead), at(list, GENERAL_LOOKASIDE_POOL.ListEntry));
  }
}

/**
 * Creates a driver's lookaside list of blocks of `bytes` bytes. `kept` blocks lie on it, `used` are in somebody's
 * hands; `allocations` of all allocations so far, `missed` found the list empty. Returns the list.
 */
export function createLookasideList(
  poolTag: u32,
  isPaged: bool,
  bytes: u32,
  kept: u32,
  used: u32,
  allocations: u32,
  missed: u32,
): u64 {
  assert(missed >= kept + used && allocations >= missed, 'more blocks than were allocated');
  const list = allocatePool(offsetOf(NPAGED_LOOKASIDE_LIST.SIZE), poolTag, NON_PAGED, 0);
  setField(list, GENERAL_LOOKASIDE.Depth, kept < u32(LEAST_DEPTH) ? LEAST_DEPTH : kept);
  setField(list, GENERAL_LOOKASIDE.MaximumDepth, MAXIMUM_DEPTH);
  setField(list, GENERAL_LOOKASIDE.TotalAllocates, allocations);
  setField(list, GENERAL_LOOKASIDE.AllocateMisses, missed);
  setField(list, GENERAL_LOOKASIDE.TotalFrees, allocations - used);
  setField(list, GENERAL_LOOKASIDE.FreeMisses, missed - kept - used);
  setField(list, GENERAL_LOOKASIDE.LastTotalAllocates, allocations);
  setField(list, GENERAL_LOOKASIDE.LastAllocateMisses, missed);
  setField(list, GENERAL_LOOKASIDE.Type, isPaged ? PAGED_POOL : NON_PAGED_NX);
  setField(list, GENERAL_LOOKASIDE.Tag, poolTag);
  setField(list, GENERAL_LOOKASIDE.Size, bytes);
  setField(list, GENERAL_LOOKASIDE.AllocateEx, addressOf(NT.ExAllocatePoolWithTag));
  setField(list, GENERAL_LOOKASIDE.FreeEx, addressOf(NT.ExFreePool));
  trackHistory(poolTag, isPaged, missed - kept - used);
  let first: u64 = 0;
  for (let i: u32 = 0; i < kept + used; i++) {
    const block = allocatePool(bytes, poolTag, isPaged ? PAGED : NON_PAGED, 0);
    if (i < used) continue;
    write64(block, first);
    first = block;
  }
  const head = at(list, GENERAL_LOOKASIDE.ListHead);
  setField(head, SLIST_HEADER.HeaderX64_Depth, kept);
  setField(head, SLIST_HEADER.HeaderX64_Sequence, u64(allocations) * 2 - missed);
  setField(head, SLIST_HEADER.HeaderX64_NextEntry, first >> ENTRY_SHIFT);
  const lists = isPaged ? addressOf(NT.ExPagedLookasideListHead) : addressOf(NT.ExNPagedLookasideListHead);
  insertTail(lists, at(list, GENERAL_LOOKASIDE.ListEntry));
  return list;
}
