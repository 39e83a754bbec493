// Subsegments of the low-fragmentation heap: blocks of one size, a bitmap, and the lists of each bucket.
import { Rule } from '../../generated/rules';
import {
  HEAP_LFH_AFFINITY_SLOT,
  HEAP_LFH_BUCKET,
  HEAP_LFH_CONTEXT,
  HEAP_LFH_SUBSEGMENT,
  HEAP_LFH_SUBSEGMENT_OWNER,
  RTLP_HP_HEAP_GLOBALS,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { expect, follow, holderOf } from '../expect';
import { nextOn } from '../lists';
import { peek32, peek64, value } from '../memory';
import { broken, disagree } from '../report';
import { checkBlock, heapKeyAt } from './blocks';

const GRANULE: u32 = 16;
const BLOCKS_PER_WORD: u32 = 32;
const NOT_IN_USE: u64 = 1; // lowest bit of a bucket's pointer
const BUCKETS: u32 = 129;
const ON_AVAILABLE_LIST: u64 = 0;
const ON_FULL_LIST: u64 = 1;

let free: u32 = 0;
let withheld: u32 = 0;

/** Checks the subsegment at `subsegment`, in a range of `bytes` bytes. */
export function checkLfhSubsegment(subsegment: u64, bytes: u32, paged: bool): bool {
  const rule = Rule.PoolSubsegmentAgrees;
  const key = u32(heapKeyAt(RTLP_HP_HEAP_GLOBALS.LfhKey)) ^ u32(subsegment >> 12);
  const offsets = peek32(subsegment + offsetOf(HEAP_LFH_SUBSEGMENT.BlockOffsets)) ^ key;
  const size = offsets & 0xffff;
  const first = offsets >>> 16;
  const blocks = u32(value(subsegment, HEAP_LFH_SUBSEGMENT.BlockCount));
  const total = blocks + u32(value(subsegment, HEAP_LFH_SUBSEGMENT.WitheldBlockCount));
  const owner = follow(subsegment, HEAP_LFH_SUBSEGMENT.Owner);
  if (broken()) return false;
  if (size == 0 || size % GRANULE != 0 || first + total * size > bytes)
    return disagree(rule, subsegment, HEAP_LFH_SUBSEGMENT.BlockOffsets, bytes, first + total * size);
  if (!expect(rule, owner, HEAP_LFH_SUBSEGMENT_OWNER.BucketIndex, size / GRANULE)) return false;
  checkBlocks(subsegment, first, total, size, paged);
  return (
    expect(Rule.PoolBlocksAreCounted, subsegment, HEAP_LFH_SUBSEGMENT.FreeCount, free) &&
    expect(Rule.PoolBlocksAreCounted, subsegment, HEAP_LFH_SUBSEGMENT.WitheldBlockCount, withheld)
  );
}

/** Blocks that would cross a page are withheld: busy, and nobody's. */
function checkBlocks(subsegment: u64, first: u32, total: u32, size: u32, paged: bool): void {
  free = 0;
  withheld = 0;
  const bitmap = subsegment + offsetOf(HEAP_LFH_SUBSEGMENT.BlockBitmap);
  for (let i: u32 = 0; i < total && !broken(); i++) {
    const word = peek64(bitmap + u64(i / BLOCKS_PER_WORD) * 8);
    const start = first + i * size;
    if (start / PAGE_SIZE != (start + size - 1) / PAGE_SIZE) withheld++;
    else if (((word >> ((i % BLOCKS_PER_WORD) * 2)) & 1) == 0) free++;
    else checkBlock(subsegment + start, size, paged);
  }
}

/** Checks the buckets of a heap; returns how many subsegments are on their lists. */
export function checkBuckets(context: u64): u32 {
  let subsegments: u32 = 0;
  for (let i: u32 = 0; i < BUCKETS && !broken(); i++) {
    const bucket = peek64(context + offsetOf(HEAP_LFH_CONTEXT.Buckets) + u64(i) * 8);
    if (bucket == 0 || (bucket & NOT_IN_USE) != 0) continue;
    expect(Rule.PoolSubsegmentAgrees, bucket, HEAP_LFH_SUBSEGMENT_OWNER.BucketIndex, i);
    const slot = peek64(follow(bucket, HEAP_LFH_BUCKET.AffinitySlots));
    const owner = slot + offsetOf(HEAP_LFH_AFFINITY_SLOT.State);
    if (broken()) return 0;
    const available = count(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentList, ON_AVAILABLE_LIST);
    const full = count(owner, HEAP_LFH_SUBSEGMENT_OWNER.FullSubsegmentList, ON_FULL_LIST);
    expect(Rule.PoolBlocksAreCounted, owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentCount, available);
    expect(Rule.PoolBlocksAreCounted, bucket, HEAP_LFH_BUCKET.TotalSubsegmentCount, available + full);
    subsegments += available + full;
  }
  return subsegments;
}

function count(owner: u64, list: i32, location: u64): u32 {
  const head = owner + offsetOf(list);
  const link = HEAP_LFH_SUBSEGMENT.ListEntry;
  let found: u32 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    expect(Rule.PoolSubsegmentAgrees, holderOf(entry, link), HEAP_LFH_SUBSEGMENT.Location, location);
    expect(Rule.PoolSubsegmentAgrees, holderOf(entry, link), HEAP_LFH_SUBSEGMENT.Owner, owner);
    found++;
  }
  return found;
}
