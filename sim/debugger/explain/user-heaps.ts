import { viewOf } from '../files/record.js';
import { hex } from '../format/numbers.js';
import { atMost, listEntries } from '../kernel/lists.js';
import { readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { place, range, type Finding } from './explanation.js';
import { typeName } from './fields.js';

/** Signatures of a heap's first bytes. Source: public symbols and Microsoft's documentation of !heap. */
const NT_SEGMENT = 0xffeeffeen;
const SEGMENT_HEAP = 0xddeeddeen;
/** HEAP_ENTRY counts in units of this many bytes. */
const UNIT = 16n;
const BUSY = 1n; // HEAP_ENTRY.Flags
const SIZE_MASK = 0xffffn;
const FLAGS_AT = 16n;
const MOST_HEAPS = 0x400;
const PAGE = 0x1000n;
const MOST_BLOCKS = 0x20000;
const MOST_SEGMENTS = 0x400;
const ENTRIES_AT = 8n; // the word of a HEAP_ENTRY that is encoded

/** The heap that an address lies in, and the block of it. */
export function heapFindings(session: Session, peb: bigint, at: bigint): Finding[] {
  const view = new TypedView(session, '_PEB', peb);
  const list = view.value('ProcessHeaps');
  const count = Math.min(view.number('NumberOfHeaps'), MOST_HEAPS);
  const main = view.value('ProcessHeap');
  for (let i = 0; i < count; i++) {
    const at8 = list + BigInt(i * 8);
    if (session.memory.read(at8, 8).length < 8) return [];
    const heap = readPointer(session.memory, at8);
    const name = heap === main ? 'the process heap' : `heap ${i + 1} of the process`;
    const found = inHeap(session, heap, name, at);
    if (found.length > 0) return found;
  }
  return [];
}

function inHeap(session: Session, heap: bigint, name: string, at: bigint): Finding[] {
  const view = new TypedView(session, '_HEAP', heap);
  const signature = view.value('SegmentSignature');
  if (signature === SEGMENT_HEAP) {
    if (at < heap || at >= heap + PAGE) return [];
    return [{ kind: 'environment', title: `SEGMENT_HEAP, ${name}`, evidence: [place('heap', heap)] }];
  }
  if (signature !== NT_SEGMENT) return [];
  const segments = [view.inner('Segment'), ...atMost(MOST_SEGMENTS, listEntries(session, view.at('SegmentList'), '_HEAP_SEGMENT', 'SegmentListEntry'))];
  for (const segment of segments) {
    const start = segment.value('BaseAddress');
    const end = segment.value('LastValidEntry');
    if (at < start || at >= end) continue;
    return [heapFinding(session, view, segment, name, at)];
  }
  return [];
} // prettier-ignore

function heapFinding(session: Session, heap: TypedView, segment: TypedView, name: string, at: bigint): Finding {
  const type = typeName(session, '_HEAP');
  const evidence = [
    place('heap', heap.address, { command: `dt ${type} ${hex(heap.address)}`, type }),
    range('segment', segment.value('BaseAddress'), segment.value('LastValidEntry')),
  ];
  const headEnd = heap.address + BigInt(session.struct('_HEAP').size);
  if (at >= heap.address && at < headEnd) return { kind: 'environment', title: `HEAP, the head of ${name}`, evidence };
  const block = blockAt(session, heap, segment, at);
  if (!block) return { kind: 'environment', title: `in ${name}`, evidence };
  const state = block.isBusy ? 'in use' : 'free';
  const isHeader = at < block.start + UNIT;
  return {
    kind: 'environment',
    title: `block of ${name}, ${state}, 0x${hex(block.bytes)} bytes${isHeader ? ': its header' : ''}`,
    evidence: [
      place('block', block.start, { type: typeName(session, '_HEAP_ENTRY') }),
      { label: 'offset behind its header', value: isHeader ? 'in the header' : `0x${hex(at - block.start - UNIT)}` },
      ...evidence,
    ],
  };
} // prettier-ignore

interface Block {
  start: bigint;
  bytes: bigint;
  isBusy: boolean;
}

/** Blocks follow each other; the header of each is mixed with the heap's key. */
function blockAt(session: Session, heap: TypedView, segment: TypedView, at: bigint): Block | undefined {
  const encoding = new TypedView(session, '_HEAP', heap.address).at('Encoding') + ENTRIES_AT;
  const key = heap.value('EncodeFlagMask') === 0n ? 0n : readPointer(session.memory, encoding);
  const end = segment.value('LastValidEntry');
  let start = segment.value('FirstEntry');
  for (let count = 0; start < end && count < MOST_BLOCKS; count++) {
    const bytes = session.memory.read(start + ENTRIES_AT, 8);
    if (bytes.length < 8) return undefined;
    const word = viewOf(bytes).getBigUint64(0, true) ^ key;
    const size = (word & SIZE_MASK) * UNIT;
    if (size === 0n) return undefined;
    if (at < start + size)
      return at < start ? undefined : { start, bytes: size, isBusy: ((word >> FLAGS_AT) & BUSY) !== 0n };
    start += size;
  }
  return undefined;
}
