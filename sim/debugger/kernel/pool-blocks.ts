import { viewOf } from '../files/record.js';
import { printable } from '../format/numbers.js';
import { MemoryError, readInteger } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelGlobal, kernelPointer, listEntries } from './lists.js';

/** Constants of the kernel's segment heap. Source: public research on Windows 11's pool (PoolViewer, ntoseye). */
const SEGMENT_MAGIC = 0xa2e64eada2e64eadn;
const UNITS = 256n;
const RANGE = { allocated: 1, first: 2, lfh: 11, vs: 15 };
const GRANULE = 16n;
const PAGE = 0x1000n;
const MOST_CHUNKS = 0x10000;
const CONTEXTS = [0, 1];

/** A piece of pool, in use or free. */
export interface PoolBlock {
  /** Where its POOL_HEADER is; the first byte of an allocation that has none. */
  start: bigint;
  bytes: bigint;
  isAllocated: boolean;
  /** The part of the heap that it comes from. */
  kind: 'low fragmentation' | 'variable size' | 'page range' | 'large';
  hasHeader: boolean;
  /** '' for free blocks. */
  tag: string;
  /** SEGMENT_HEAP; 0 for a large allocation, which only the table of large ones tells of. */
  heap: bigint;
  /** The subsegment or range it lies in. */
  container: bigint;
}

interface Segment {
  at: bigint;
  heap: bigint;
  context: TypedView;
}

interface Range {
  start: bigint;
  bytes: bigint;
  flags: number;
  descriptor: TypedView;
}

/** The block of pool that an address lies in; `undefined` for one outside of pool. */
export function poolBlockAt(session: Session, at: bigint): PoolBlock | undefined {
  for (const block of poolBlocksAround(session, at, at + 1n)) return block;
  return undefined;
}

/** Blocks of pool that reach into a range of addresses, in order; the range is a page at most. */
export function* poolBlocksAround(session: Session, from: bigint, to: bigint): Iterable<PoolBlock> {
  try {
    const segment = segmentOf(session, from);
    const range = segment && rangeOf(session, segment, from);
    if (segment && range) yield* blocksIn(session, segment, range, from, to);
    else if (!segment) yield* largeAllocation(session, from);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
}

const heapGlobals = (session: Session) =>
  new TypedView(session, '_RTLP_HP_HEAP_GLOBALS', kernelGlobal(session, 'RtlpHpHeapGlobals'));

/** Segments are aligned to their size, and their signature leads back to the heap. */
function segmentOf(session: Session, address: bigint): Segment | undefined {
  const state = kernelGlobal(session, 'ExPoolState');
  const first = new TypedView(session, '_EX_POOL_HEAP_MANAGER_STATE', state).value('PoolNode[0].Heaps[0]');
  const key = heapGlobals(session).value('HeapKey');
  for (const i of CONTEXTS) {
    const mask = new TypedView(session, '_SEGMENT_HEAP', first).value(`SegContexts[${i}].SegmentMask`);
    const at = address & mask;
    try {
      const signature = new TypedView(session, '_HEAP_PAGE_SEGMENT', at).value('Signature');
      const context = new TypedView(session, '_HEAP_SEG_CONTEXT', signature ^ at ^ key ^ SEGMENT_MAGIC);
      if (context.value('SegmentMask') === mask) return { at, heap: context.value('Heap'), context };
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  return undefined;
}

/** A part of pool that is no block: what describes blocks, or addresses that no block has. */
export interface PoolPart {
  kind: 'segment header' | 'subsegment header' | 'block header' | 'free pages' | 'end of a range';
  start: bigint;
  /** 0 where it is not known. */
  bytes: bigint;
  segment: bigint;
  heap: bigint;
}

/** The part of pool that an address lies in where no block is; `undefined` outside of pool's segments. */
export function poolPartAt(session: Session, at: bigint): PoolPart | undefined {
  const segment = segmentOf(session, at);
  if (!segment) return undefined;
  const { at: start, heap, context } = segment;
  const common = { segment: start, heap };
  const shift = context.value('UnitShift');
  const headerBytes = context.value('FirstDescriptorIndex') << shift;
  if (at < start + headerBytes) return { ...common, kind: 'segment header', start, bytes: headerBytes };
  const range = rangeOf(session, segment, at);
  if (!range) {
    const unit = start + (((at - start) >> shift) << shift);
    return { ...common, kind: 'free pages', start: unit, bytes: 1n << shift };
  }
  const isHeader = at < firstOf(session, range);
  if (isHeader) return { ...common, kind: 'subsegment header', start: range.start, bytes: firstOf(session, range) - range.start };
  if (range.flags !== RANGE.vs) return { ...common, kind: 'end of a range', start: range.start, bytes: range.bytes };
  const chunk = BigInt(session.struct('_HEAP_VS_CHUNK_HEADER').size);
  return { ...common, kind: 'block header', start: at & ~(GRANULE - 1n), bytes: chunk };
} // prettier-ignore

/** Where the first block of a range lies, behind the header of its subsegment. */
function firstOf(session: Session, { start, flags }: Range): bigint {
  if (flags === RANGE.lfh) return start + (blockOffsets(session, start) >> 16n);
  if (flags === RANGE.vs) return firstChunk(session, start);
  return start;
}

/** BlockOffsets of a subsegment of small blocks: their size in the lower half, where the first is in the upper one. */
function blockOffsets(session: Session, subsegment: bigint): bigint {
  const encoded = new TypedView(session, '_HEAP_LFH_SUBSEGMENT', subsegment).value(
    'BlockOffsets.EncodedData',
  );
  return (encoded ^ heapGlobals(session).value('LfhKey') ^ (subsegment >> 12n)) & 0xffffffffn;
}

function firstChunk(session: Session, subsegment: bigint): bigint {
  return subsegment + ((BigInt(session.struct('_HEAP_VS_SUBSEGMENT').size) + GRANULE - 1n) & ~(GRANULE - 1n));
}

function rangeOf(session: Session, { at, context }: Segment, address: bigint): Range | undefined {
  const shift = context.value('UnitShift');
  let unit = (address - at) >> shift;
  if (unit < context.value('FirstDescriptorIndex') || unit >= UNITS) return undefined;
  const size = BigInt(session.struct('_HEAP_PAGE_RANGE_DESCRIPTOR').size);
  const descriptorAt = (index: bigint) =>
    new TypedView(session, '_HEAP_PAGE_RANGE_DESCRIPTOR', at + index * size);
  let descriptor = descriptorAt(unit);
  // Of a range in use, each unit says how far behind the first it is.
  if (descriptor.number('RangeFlags') & RANGE.allocated && !(descriptor.number('RangeFlags') & RANGE.first)) {
    unit -= descriptor.value('UnitOffset');
    descriptor = descriptorAt(unit);
  }
  const flags = descriptor.number('RangeFlags');
  if (!(flags & RANGE.allocated)) return undefined;
  return { start: at + (unit << shift), bytes: descriptor.value('UnitSize') << shift, flags, descriptor };
}

function* blocksIn(
  session: Session,
  { heap }: Segment,
  range: Range,
  from: bigint,
  to: bigint,
): Iterable<PoolBlock> {
  const common = { heap, container: range.start };
  if (range.flags === RANGE.lfh) yield* smallBlocks(session, common, range, from, to);
  else if (range.flags === RANGE.vs) yield* chunks(session, common, range.start, from, to);
  else {
    const known = bigPage(session, range.start);
    yield {
      ...common,
      start: range.start,
      bytes: known?.bytes ?? range.bytes,
      isAllocated: true,
      kind: 'page range',
      hasHeader: false,
      tag: known?.tag ?? '',
    };
  }
}

type Common = Pick<PoolBlock, 'heap' | 'container'>;

const WORD_BYTES = 8;
const BLOCKS_A_WORD_BITS = 5n; // 32 blocks, two bits each
const BLOCKS_A_BYTE_BITS = 2;
const BLOCKS_A_BYTE_MASK = 3;

/** Blocks of one size; two bits for each say whether it is in use. */
function* smallBlocks(
  session: Session,
  place: Common,
  { start: subsegment, bytes }: Range,
  from: bigint,
  to: bigint,
): Iterable<PoolBlock> {
  const view = new TypedView(session, '_HEAP_LFH_SUBSEGMENT', subsegment);
  const offsets = blockOffsets(session, subsegment);
  const size = offsets & 0xffffn;
  const first = subsegment + (offsets >> 16n);
  if (size === 0n || size % GRANULE !== 0n) return;
  const end = subsegment + bytes - PAGE;
  const begin = from > first ? (from - first) / size : 0n;
  // The bitmap of all blocks at once: a dump has hundreds of thousands of them.
  const wordsFrom = begin >> BLOCKS_A_WORD_BITS;
  const wordBytes = Number((((end - first) / size) >> BLOCKS_A_WORD_BITS) - wordsFrom + 1n) * WORD_BYTES;
  const bitmapAt = view.at('BlockBitmap') + wordsFrom * BigInt(WORD_BYTES);
  const bitmap = viewOf(session.memory.read(bitmapAt, Math.max(wordBytes, 0)));
  let index = Number(begin - (wordsFrom << BLOCKS_A_WORD_BITS));
  const common = { ...place, bytes: size, kind: 'low fragmentation' as const };
  const tagAt = tagOffset(session);
  for (let start = first + begin * size; start < to && start + size <= end; start += size, index++) {
    const at = (index >> BLOCKS_A_BYTE_BITS) >>> 0;
    if (at >= bitmap.byteLength) return;
    const isAllocated = ((bitmap.getUint8(at) >> ((index & BLOCKS_A_BYTE_MASK) * 2)) & 1) !== 0;
    yield withTag(session, tagAt, { ...common, start, isAllocated });
  }
}

/** Chunks follow each other; the header of each is masked with its address and the heap's key. */
function* chunks(
  session: Session,
  common: Common,
  subsegment: bigint,
  from: bigint,
  to: bigint,
): Iterable<PoolBlock> {
  const key = heapGlobals(session).value('HeapKey');
  const headerBytes = BigInt(session.struct('_HEAP_VS_CHUNK_HEADER').size);
  const begin = firstChunk(session, subsegment);
  const end = begin + new TypedView(session, '_HEAP_VS_SUBSEGMENT', subsegment).value('Size') * GRANULE;
  const tagAt = tagOffset(session);
  let count = 0;
  for (let chunk = begin; chunk < end && chunk < to && count < MOST_CHUNKS; count++) {
    const bytes = session.memory.read(chunk, 8);
    if (bytes.length < 8) return;
    const bits = viewOf(bytes).getBigUint64(0, true) ^ chunk ^ key;
    const size = ((bits >> 16n) & 0xffffn) * GRANULE;
    if (size === 0n) return;
    const isAllocated = ((bits >> 48n) & 0xffn) !== 0n;
    if (chunk + size > from) {
      const start = isAllocated ? chunk + headerBytes : chunk;
      const block = { ...common, start, bytes: chunk + size - start, isAllocated };
      yield withTag(session, tagAt, { ...block, kind: 'variable size' });
    }
    chunk += size;
  }
}

/** Where the tag is in POOL_HEADER. */
function tagOffset(session: Session): bigint {
  return new TypedView(session, '_POOL_HEADER', 0n).at('PoolTag');
}

/** Allocations of a page and more are aligned to a page and have no header: their tags are in the table of large ones. */
const LARGEST_WITH_HEADER = 0xff0n;

function withTag(session: Session, tagAt: bigint, block: Omit<PoolBlock, 'hasHeader' | 'tag'>): PoolBlock {
  if (!block.isAllocated) return { ...block, hasHeader: false, tag: '' };
  const last = block.start + block.bytes - 1n;
  const large = block.bytes > LARGEST_WITH_HEADER ? bigPage(session, last) : undefined;
  if (large && large.start >= block.start) return { ...block, hasHeader: false, tag: large.tag };
  const tag = tagText(readInteger(session.memory, block.start + tagAt, 4));
  return { ...block, hasHeader: true, tag };
}

/** Four characters, the first in the lowest byte. The top bit marks protected ones. */
export function tagText(tag: bigint): string {
  const value = Number(tag);
  return [value, value >>> 8, value >>> 16, (value >>> 24) & 0x7f]
    .map((code) => printable(code & 0xff))
    .join('');
}

function* largeAllocation(session: Session, at: bigint): Iterable<PoolBlock> {
  const found = bigPage(session, at);
  if (found)
    yield {
      heap: 0n,
      container: found.start,
      start: found.start,
      bytes: found.bytes,
      isAllocated: true,
      kind: 'large',
      hasHeader: false,
      tag: found.tag,
    };
}

const FREE_ENTRY = 1n; // of POOL_TRACKER_BIG_PAGES.Va
const MOST_ENTRIES = 0x100000n;
const ENTRIES_AT_ONCE = 0x800n;

export interface BigPage {
  start: bigint;
  bytes: bigint;
  tag: string;
}

/** Allocations of a page and more, from PoolBigPageTable. */
export function* bigPages(session: Session): Iterable<BigPage> {
  const table = kernelPointer(session, 'PoolBigPageTable');
  const sized = kernelPointer(session, 'PoolBigPageTableSize');
  const count = sized < MOST_ENTRIES ? sized : MOST_ENTRIES;
  const type = session.struct('_POOL_TRACKER_BIG_PAGES');
  const size = BigInt(type.size);
  const [va, key, bytes] = ['Va', 'Key', 'NumberOfBytes'].map((name) =>
    Number(new TypedView(session, type, 0n).at(name)),
  ) as [number, number, number];
  for (let index = 0n; index < count; index += ENTRIES_AT_ONCE) {
    const left = count - index;
    const entries = left < ENTRIES_AT_ONCE ? left : ENTRIES_AT_ONCE;
    const block = viewOf(session.memory.read(table + index * size, Number(entries * size)));
    for (let at = 0; at + type.size <= block.byteLength; at += type.size) {
      const start = block.getBigUint64(at + va, true);
      if (start === 0n || start & FREE_ENTRY) continue;
      yield {
        start,
        bytes: block.getBigUint64(at + bytes, true),
        tag: tagText(BigInt(block.getUint32(at + key, true))),
      };
    }
  }
}

/** A dump does not change: its table is read once. */
const tables = new WeakMap<Session, readonly BigPage[]>();

function bigPage(session: Session, at: bigint): BigPage | undefined {
  let pages = tables.get(session);
  if (!pages) {
    pages = [...bigPages(session)].sort((a, b) => (a.start < b.start ? -1 : 1));
    tables.set(session, pages);
  }
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pages[middle]!.start <= at) low = middle + 1;
    else high = middle;
  }
  const page = pages[low - 1];
  return page && at < page.start + page.bytes ? page : undefined;
}

const HEAPS_OF_A_NODE = 4;
const MOST_NODES = 64;

/** All blocks of pool: heap by heap, then the allocations that have pages of their own. */
export function* poolBlocks(session: Session): Iterable<PoolBlock> {
  const state = new TypedView(session, '_EX_POOL_HEAP_MANAGER_STATE', kernelGlobal(session, 'ExPoolState'));
  const nodes = Math.min(state.number('NumberOfPools'), MOST_NODES);
  for (let node = 0; node < nodes; node++)
    for (let heap = 0; heap < HEAPS_OF_A_NODE; heap++)
      yield* heapBlocks(session, state.value(`PoolNode[${node}].Heaps[${heap}]`));
  for (const { start } of bigPages(session))
    if (!segmentOf(session, start)) yield* largeAllocation(session, start);
}

function* heapBlocks(session: Session, heap: bigint): Iterable<PoolBlock> {
  const view = new TypedView(session, '_SEGMENT_HEAP', heap);
  for (const i of CONTEXTS) {
    const context = view.inner(`SegContexts[${i}]`);
    const shift = context.value('UnitShift');
    for (const { address: at } of listEntries(
      session,
      context.at('SegmentListHead'),
      '_HEAP_PAGE_SEGMENT',
      'ListEntry',
    )) {
      const segment = { at, heap, context };
      for (let unit = context.value('FirstDescriptorIndex'); unit < UNITS;) {
        const range = rangeOf(session, segment, at + (unit << shift));
        if (range) yield* blocksIn(session, segment, range, range.start, range.start + range.bytes);
        unit += range ? range.bytes >> shift || 1n : 1n;
      }
    }
  }
}
