// Subsegments of variable-size chunks: a chain of encoded headers, and the tree of those that are free.
import { Rule } from '../../generated/rules';
import {
  HEAP_VS_CHUNK_FREE_HEADER,
  HEAP_VS_CHUNK_HEADER,
  HEAP_VS_CHUNK_HEADER_SIZE,
  HEAP_VS_CONTEXT,
  HEAP_VS_SUBSEGMENT,
  RTLP_HP_HEAP_GLOBALS,
} from '../../generated/types';
import { get, offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { expect } from '../expect';
import { walkList } from '../lists';
import { mapped, peek64, value } from '../memory';
import { broken, disagree, disagreeAt } from '../report';
import { checkBig, checkBlock, heapKeyAt, isBig } from './blocks';
import { checkTree } from './trees';

const GRANULE: u32 = 16;
const SIGNATURE: u64 = 0x2bed; // XORed with Size
const SIGNATURE_MASK: u64 = 0x7fff;
const MOST_PAGES: u32 = 64; // bits of CommitBitmap

const sizes: usize = memory.data(8, 8);
let freeChunks: u32 = 0;
let committed: u64 = 0;

/** Forgets the chunks of the heap before. */
export function beginChunks(): void {
  freeChunks = 0;
  committed = 0;
}

/** Decodes the sizes of the chunk at `chunk` for {@link part}. */
function decode(chunk: u64): void {
  store<u64>(sizes, peek64(chunk) ^ chunk ^ heapKeyAt(RTLP_HP_HEAP_GLOBALS.HeapKey));
}

function part(field: i32): u32 {
  return u32(get(sizes, field));
}

/** Checks the subsegment at `subsegment`, in a range of `bytes` bytes. */
export function checkVsSubsegment(subsegment: u64, bytes: u32, paged: bool): bool {
  const rule = Rule.PoolSubsegmentAgrees;
  const size = value(subsegment, HEAP_VS_SUBSEGMENT.Size);
  const signature = value(subsegment, HEAP_VS_SUBSEGMENT.Signature);
  const expected = (size ^ SIGNATURE) & SIGNATURE_MASK;
  if (signature != expected)
    return disagree(rule, subsegment, HEAP_VS_SUBSEGMENT.Signature, expected, signature);
  const start = subsegment + ((offsetOf(HEAP_VS_SUBSEGMENT.SIZE) + GRANULE - 1) & ~(GRANULE - 1));
  const end = start + size * GRANULE;
  if (end > subsegment + bytes)
    return disagree(rule, subsegment, HEAP_VS_SUBSEGMENT.Size, bytes / GRANULE, size);
  const pages = u32((end - subsegment + PAGE_SIZE - 1) / PAGE_SIZE);
  const bitmap = value(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap);
  for (let i: u32 = 0; i < min(pages, MOST_PAGES); i++)
    if (((bitmap >> i) & 1) != (mapped(subsegment + u64(i) * PAGE_SIZE) ? 1 : 0))
      return disagree(
        Rule.PoolRangeIsMapped,
        subsegment,
        HEAP_VS_SUBSEGMENT.CommitBitmap,
        bitmap ^ (u64(1) << i),
        bitmap,
      );
  committed += popcnt(bitmap);
  return checkChunks(subsegment, start, end, paged);
}

function checkChunks(subsegment: u64, start: u64, end: u64, paged: bool): bool {
  const rule = Rule.PoolChunkIsChained;
  const key = heapKeyAt(RTLP_HP_HEAP_GLOBALS.HeapKey);
  let before: u32 = 0;
  for (let chunk = start; chunk < end; chunk += before) {
    decode(chunk);
    const size = part(HEAP_VS_CHUNK_HEADER_SIZE.UnsafeSize) * GRANULE;
    const previous = part(HEAP_VS_CHUNK_HEADER_SIZE.UnsafePrevSize) * GRANULE;
    const isFree = part(HEAP_VS_CHUNK_HEADER_SIZE.Allocated) == 0;
    if (broken()) return false;
    if (size <= offsetOf(HEAP_VS_CHUNK_HEADER.SIZE) || chunk + size > end || previous != before)
      return disagreeAt(rule, HEAP_VS_CHUNK_HEADER.Sizes, chunk, before, previous);
    before = size;
    if (isFree) {
      freeChunks++;
      continue;
    }
    const page = u32((chunk - subsegment) / PAGE_SIZE) ^ (u32(chunk ^ key) & 0xff);
    if (!expect(rule, chunk, HEAP_VS_CHUNK_HEADER.EncodedSegmentPageOffset, page)) return false;
    const block = chunk + offsetOf(HEAP_VS_CHUNK_HEADER.SIZE);
    const room = size - offsetOf(HEAP_VS_CHUNK_HEADER.SIZE);
    if (!(isBig(block) ? checkBig(block, room, paged) : checkBlock(block, room, paged))) return false;
  }
  return true;
}

/** Size of the free chunk that a node is in; a node of a chunk that is not free is a finding. */
function chunkKey(node: u64): u64 {
  const chunk = node - offsetOf(HEAP_VS_CHUNK_FREE_HEADER.Node);
  decode(chunk);
  const allocated = part(HEAP_VS_CHUNK_HEADER_SIZE.Allocated);
  if (allocated != 0)
    disagreeAt(Rule.PoolFreeChunksAreInTree, HEAP_VS_CHUNK_HEADER.Sizes, chunk, 0, allocated);
  return part(HEAP_VS_CHUNK_HEADER_SIZE.UnsafeSize);
}

/** Checks the context of a heap whose subsegments, `subsegments` of them, were all seen. */
export function checkVsContext(context: u64, subsegments: u32): void {
  const nodes = checkTree(context + offsetOf(HEAP_VS_CONTEXT.FreeChunkTree), chunkKey);
  if (!broken() && nodes != freeChunks)
    disagree(Rule.PoolFreeChunksAreInTree, context, HEAP_VS_CONTEXT.FreeChunkTree, freeChunks, nodes);
  const listed = walkList(context + offsetOf(HEAP_VS_CONTEXT.SubsegmentList), HEAP_VS_SUBSEGMENT.ListEntry);
  if (!broken() && listed != subsegments)
    disagree(Rule.PoolSubsegmentAgrees, context, HEAP_VS_CONTEXT.SubsegmentList, subsegments, listed);
  expect(Rule.PoolStatsAddUp, context, HEAP_VS_CONTEXT.TotalCommittedUnits, committed);
}
