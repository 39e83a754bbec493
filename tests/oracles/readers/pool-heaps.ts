// The kernel's segment heaps, walked as readers of Windows 11 do (PoolViewer, ntoseye): from nt!ExPoolState to every
// segment, range, chunk and block, by the types and the two keys of nt!RtlpHpHeapGlobals alone.
import { PAGE_BYTES } from './dump-file.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';

const UNITS = 256;
const GRANULE = 16;
const HEAP_SIGNATURE = 0xddeeddeen;
const SEGMENT_MAGIC = 0xa2e64eada2e64eadn;
const TREE_SIGNATURE = 0xccddccddn;
const VS_MAGIC = 0x2bedn;
const ALLOCATED = 1;
const FIRST = 2;
const KINDS = new Map([
  [3, 'direct'],
  [11, 'lfh'],
  [15, 'vs'],
]);

export interface Block {
  /** Where the POOL_HEADER is, or the first byte of an allocation without one. */
  address: bigint;
  bytes: number;
  isAllocated: boolean;
  by: 'lfh' | 'vs' | 'direct' | 'large';
}

export interface HeapWalk {
  heap: bigint;
  index: number;
  blocks: Block[];
  /** Bytes by what they are; they add up to the segments' size. */
  bytes: Record<string, number>;
  /** What does not fit, in words. */
  faults: string[];
  /** Pages mapped in VS subsegments, and those of them that lie in free chunks whole. */
  vsPages: { mapped: number; free: number };
  /** Pages mapped according to the descriptors, the segments' headers included. */
  committedPages: number;
}

const hex = (value: bigint) => `0x${value.toString(16)}`;

/** What the walk needs of a kernel: symbols, fields, lists and memory. */
export interface PoolKernel extends Pick<Kernel, 'address' | 'get' | 'list'> {
  space: { u64(address: bigint): bigint; isReadable(address: bigint): boolean };
}

export class PoolReader {
  private readonly heapKey: bigint;
  private readonly lfhKey: bigint;

  constructor(private readonly kernel: PoolKernel) {
    const globals = kernel.address('RtlpHpHeapGlobals');
    this.heapKey = kernel.get(globals, '_RTLP_HP_HEAP_GLOBALS', 'HeapKey');
    this.lfhKey = kernel.get(globals, '_RTLP_HP_HEAP_GLOBALS', 'LfhKey');
  }

  /** Every heap of every pool node. */
  *heaps(): Generator<HeapWalk> {
    const state = this.kernel.address('ExPoolState');
    const nodes = Number(this.kernel.get(state, '_EX_POOL_HEAP_MANAGER_STATE', 'NumberOfPools'));
    const first = state + BigInt(offsetOf('_EX_POOL_HEAP_MANAGER_STATE', 'PoolNode'));
    for (let node = 0; node < nodes; node++)
      for (let index = 0; index < 4; index++) {
        const at = first + BigInt(node * sizeOf('_EX_HEAP_POOL_NODE') + index * 8);
        yield this.walk(this.kernel.space.u64(at), index);
      }
  }

  private get(address: bigint, type: string, path: string): bigint {
    return this.kernel.get(address, type, path);
  }

  private walk(heap: bigint, index: number): HeapWalk {
    const result: HeapWalk = {
      heap,
      index,
      blocks: [],
      bytes: {},
      faults: [],
      committedPages: 0,
      vsPages: { mapped: 0, free: 0 },
    };
    if (this.get(heap, '_SEGMENT_HEAP', 'Signature') !== HEAP_SIGNATURE) result.faults.push('signature');
    for (let size = 0; size < 2; size++) {
      const context =
        heap + BigInt(offsetOf('_SEGMENT_HEAP', 'SegContexts') + size * sizeOf('_HEAP_SEG_CONTEXT'));
      const head = context + BigInt(offsetOf('_HEAP_SEG_CONTEXT', 'SegmentListHead'));
      const segments = this.kernel.list(head, '_HEAP_PAGE_SEGMENT', 'ListEntry');
      if (BigInt(segments.length) !== this.get(context, '_HEAP_SEG_CONTEXT', 'SegmentCount'))
        result.faults.push('SegmentCount');
      const free: bigint[] = [];
      for (const segment of segments) this.walkSegment(result, context, segment, free);
      this.checkTree(result, context + BigInt(offsetOf('_HEAP_SEG_CONTEXT', 'FreePageRanges')), free);
    }
    const vs = heap + BigInt(offsetOf('_SEGMENT_HEAP', 'VsContext'));
    const freeChunks = result.blocks.filter((block) => block.by === 'vs' && !block.isAllocated);
    this.checkTree(
      result,
      vs + BigInt(offsetOf('_HEAP_VS_CONTEXT', 'FreeChunkTree')),
      freeChunks.map(({ address }) => address + BigInt(offsetOf('_HEAP_VS_CHUNK_FREE_HEADER', 'Node'))),
    );
    this.walkLarge(result);
    return result;
  }

  private count(result: HeapWalk, what: string, bytes: number): void {
    result.bytes[what] = (result.bytes[what] ?? 0) + bytes;
  }

  private walkSegment(result: HeapWalk, context: bigint, segment: bigint, free: bigint[]): void {
    const shift = Number(this.get(context, '_HEAP_SEG_CONTEXT', 'UnitShift'));
    const mask = this.get(context, '_HEAP_SEG_CONTEXT', 'SegmentMask');
    const first = Number(this.get(context, '_HEAP_SEG_CONTEXT', 'FirstDescriptorIndex'));
    if ((segment & ~mask & 0xffffffffffffffffn) !== 0n) result.faults.push(`${hex(segment)} is not aligned`);
    const signature = this.get(segment, '_HEAP_PAGE_SEGMENT', 'Signature');
    if ((signature ^ segment ^ this.heapKey ^ SEGMENT_MAGIC) !== context)
      result.faults.push(`signature of ${hex(segment)}`);
    this.count(result, 'headers', first << shift);
    result.committedPages += sizeOf('_HEAP_PAGE_SEGMENT') / PAGE_BYTES;
    for (let unit = first; unit < UNITS;) {
      const entry = segment + BigInt(unit * sizeOf('_HEAP_PAGE_RANGE_DESCRIPTOR'));
      const flags = Number(this.get(entry, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'RangeFlags'));
      const units = Number(this.get(entry, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'UnitSize'));
      const address = segment + (BigInt(unit) << BigInt(shift));
      if ((flags & FIRST) === 0 || units === 0 || unit + units > UNITS) {
        result.faults.push(`descriptor ${unit} of ${hex(segment)}: flags ${flags}, ${units} units`);
        return;
      }
      let pages = 0;
      for (let i = 0; i < units; i++) {
        const at = entry + BigInt(i * sizeOf('_HEAP_PAGE_RANGE_DESCRIPTOR'));
        pages += Number(this.get(at, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'CommittedPageCount'));
        if (i === 0 || (flags & ALLOCATED) === 0) continue;
        const back = Number(this.get(at, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'UnitOffset'));
        if (back !== i) result.faults.push(`UnitOffset ${unit + i} of ${hex(segment)}`);
      }
      result.committedPages += pages;
      this.walkRange(result, { address, entry, flags, pages, bytes: units << shift }, free);
      unit += units;
    }
  }

  private walkRange(
    result: HeapWalk,
    range: { address: bigint; entry: bigint; flags: number; pages: number; bytes: number },
    free: bigint[],
  ): void {
    const { address, entry, flags, bytes, pages } = range;
    if ((flags & ALLOCATED) === 0) {
      this.count(result, 'free ranges', bytes);
      free.push(entry);
      return;
    }
    if (this.get(entry, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'TreeSignature') !== TREE_SIGNATURE)
      result.faults.push(`TreeSignature of ${hex(address)}`);
    const kind = KINDS.get(flags);
    if (kind === 'lfh') this.walkLfh(result, address, bytes);
    else if (kind === 'vs') this.walkVs(result, address, bytes);
    else if (kind === 'direct') {
      const unused = Number(this.get(entry, '_HEAP_PAGE_RANGE_DESCRIPTOR', 'UnusedBytes'));
      const used = pages * PAGE_BYTES - unused;
      result.blocks.push({ address, bytes: used, isAllocated: true, by: 'direct' });
      this.count(result, 'direct', bytes);
    } else result.faults.push(`RangeFlags ${flags} of ${hex(address)}`);
  }

  private walkVs(result: HeapWalk, subsegment: bigint, bytes: number): void {
    const size = this.get(subsegment, '_HEAP_VS_SUBSEGMENT', 'Size');
    if (this.get(subsegment, '_HEAP_VS_SUBSEGMENT', 'Signature') !== ((size ^ VS_MAGIC) & 0x7fffn))
      result.faults.push(`VS signature of ${hex(subsegment)}`);
    const start = subsegment + BigInt((sizeOf('_HEAP_VS_SUBSEGMENT') + GRANULE - 1) & ~(GRANULE - 1));
    const end = start + size * BigInt(GRANULE);
    if (end !== subsegment + BigInt(bytes - PAGE_BYTES)) result.faults.push(`VS size of ${hex(subsegment)}`);
    const bitmap = this.get(subsegment, '_HEAP_VS_SUBSEGMENT', 'CommitBitmap');
    for (let page = 0; page < bytes / PAGE_BYTES; page++) {
      const mapped = this.kernel.space.isReadable(subsegment + BigInt(page * PAGE_BYTES));
      if (mapped !== ((bitmap >> BigInt(page)) & 1n) > 0n)
        result.faults.push(`CommitBitmap of ${hex(subsegment)} for page ${page}`);
      if (mapped) result.vsPages.mapped++;
    }
    this.count(result, 'VS headers and guards', PAGE_BYTES + Number(start - subsegment));
    let previous = 0n;
    let wasFree = false;
    for (let chunk = start; chunk < end;) {
      const bits = this.kernel.space.u64(chunk) ^ chunk ^ this.heapKey;
      const units = (bits >> 16n) & 0xffffn;
      const isAllocated = ((bits >> 48n) & 0xffn) !== 0n;
      if (units === 0n || chunk + units * 16n > end || ((bits >> 32n) & 0xffffn) !== previous) {
        result.faults.push(`chunk ${hex(chunk)}`);
        return;
      }
      if (!isAllocated && wasFree) result.faults.push(`two free chunks side by side: ${hex(chunk)}`);
      if (isAllocated) {
        const page = this.get(chunk, '_HEAP_VS_CHUNK_HEADER', 'EncodedSegmentPageOffset');
        if (((page ^ chunk ^ this.heapKey) & 0xffn) !== (chunk - subsegment) >> 12n)
          result.faults.push(`EncodedSegmentPageOffset of ${hex(chunk)}`);
      }
      if (!isAllocated)
        for (let page = (chunk + 4095n) & ~4095n; page + 4096n <= chunk + units * 16n; page += 4096n)
          if ((bitmap >> ((page - subsegment) >> 12n)) & 1n) result.vsPages.free++;
      const header = BigInt(sizeOf('_HEAP_VS_CHUNK_HEADER'));
      result.blocks.push({
        address: isAllocated ? chunk + header : chunk,
        bytes: Number(isAllocated ? units * 16n - header : units * 16n),
        isAllocated,
        by: 'vs',
      });
      this.count(result, isAllocated ? 'VS allocated' : 'VS free', Number(units) * GRANULE);
      previous = units;
      wasFree = !isAllocated;
      chunk += units * 16n;
    }
  }

  private walkLfh(result: HeapWalk, subsegment: bigint, bytes: number): void {
    const get = (path: string) => this.get(subsegment, '_HEAP_LFH_SUBSEGMENT', path);
    const encoded = this.kernel.get(
      subsegment + BigInt(offsetOf('_HEAP_LFH_SUBSEGMENT', 'BlockOffsets')),
      '_HEAP_LFH_SUBSEGMENT_ENCODED_OFFSETS',
      'EncodedData',
    );
    const offsets = (encoded ^ this.lfhKey ^ (subsegment >> 12n)) & 0xffffffffn;
    const size = Number(offsets & 0xffffn);
    const first = Number(offsets >> 16n);
    if (size === 0 || size % GRANULE !== 0) {
      result.faults.push(`BlockOffsets of ${hex(subsegment)}`);
      return;
    }
    const bitmap = subsegment + BigInt(offsetOf('_HEAP_LFH_SUBSEGMENT', 'BlockBitmap'));
    const end = bytes - PAGE_BYTES;
    let [usable, free, crossing] = [0, 0, 0];
    for (let index = 0, at = first; at + size <= end; index++, at += size) {
      const word = this.kernel.space.u64(bitmap + BigInt((index >> 5) * 8));
      const isBusy = ((word >> BigInt((index & 31) * 2)) & 1n) !== 0n;
      if (at >> 12 !== (at + size - 1) >> 12) {
        crossing++;
        if (!isBusy) result.faults.push(`${hex(subsegment)}: block ${index} crosses a page and is free`);
        continue;
      }
      usable++;
      if (!isBusy) free++;
      const address = subsegment + BigInt(at);
      result.blocks.push({ address, bytes: size, isAllocated: isBusy, by: 'lfh' });
      this.count(result, isBusy ? 'LFH allocated' : 'LFH free', size);
    }
    this.count(result, 'LFH headers, withheld blocks and guards', bytes - usable * size);
    if (get('BlockCount') !== BigInt(usable)) result.faults.push(`BlockCount of ${hex(subsegment)}`);
    if (get('FreeCount') !== BigInt(free)) result.faults.push(`FreeCount of ${hex(subsegment)}`);
    if (get('WitheldBlockCount') !== BigInt(crossing))
      result.faults.push(`WitheldBlockCount of ${hex(subsegment)}`);
    const owner = get('Owner');
    const list = free > 0 ? 'AvailableSubsegmentList' : 'FullSubsegmentList';
    const head = owner + BigInt(offsetOf('_HEAP_LFH_SUBSEGMENT_OWNER', list));
    if (!this.kernel.list(head, '_HEAP_LFH_SUBSEGMENT', 'ListEntry').includes(subsegment))
      result.faults.push(`${hex(subsegment)} is not on its owner's ${list}`);
  }

  private walkLarge(result: HeapWalk): void {
    const tree = result.heap + BigInt(offsetOf('_SEGMENT_HEAP', 'LargeAllocMetadata'));
    for (const node of this.nodes(result, tree)) {
      const raw = this.get(node, '_HEAP_LARGE_ALLOC_DATA', 'VirtualAddress');
      const pages = Number(this.get(node, '_HEAP_LARGE_ALLOC_DATA', 'AllocatedPages'));
      const address = raw & ~0xffffn;
      const bytes = pages * PAGE_BYTES - Number(raw & 0xffffn);
      result.blocks.push({ address, bytes, isAllocated: true, by: 'large' });
      result.committedPages += pages;
    }
  }

  /** Nodes of a red-black tree in order; what is wrong with its links and colours goes to the faults. */
  private nodes(result: HeapWalk, tree: bigint): bigint[] {
    const found: bigint[] = [];
    const depths = new Set<number>();
    const visit = (node: bigint, parent: bigint, parentIsRed: boolean, black: number): void => {
      if (node === 0n) {
        depths.add(black);
        return;
      }
      const value = this.get(node, '_RTL_BALANCED_NODE', 'ParentValue');
      const isRed = (value & 1n) !== 0n;
      if ((value & ~7n) !== parent) result.faults.push(`parent of node ${hex(node)}`);
      if (isRed && parentIsRed) result.faults.push(`two red nodes: ${hex(node)}`);
      visit(this.get(node, '_RTL_BALANCED_NODE', 'Left'), node, isRed, black + (isRed ? 0 : 1));
      found.push(node);
      visit(this.get(node, '_RTL_BALANCED_NODE', 'Right'), node, isRed, black + (isRed ? 0 : 1));
    };
    visit(this.get(tree, '_RTL_RB_TREE', 'Root'), 0n, true, 0);
    if (depths.size > 1) result.faults.push(`tree ${hex(tree)} is not balanced`);
    if (this.get(tree, '_RTL_RB_TREE', 'Min') !== (found[0] ?? 0n))
      result.faults.push(`Min of tree ${hex(tree)}`);
    return found;
  }

  /** Compares a tree's nodes with what the walk found free. */
  private checkTree(result: HeapWalk, tree: bigint, expected: bigint[]): void {
    const found = new Set(this.nodes(result, tree));
    if (found.size !== expected.length || expected.some((node) => !found.has(node)))
      result.faults.push(`tree ${hex(tree)} has ${found.size} nodes, the walk found ${expected.length} free`);
  }
}
