// Heaps of processes: chains of blocks with encoded headers from the first to the last. Pages of theirs may have left
// memory: there the walk ends and says nothing.
import { Rule, Visited } from '../generated/rules';
import { EPROCESS, HEAP, HEAP_ENTRY, PEB } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect } from './expect';
import { mapped, peek64, value } from './memory';
import { broken, disagree, visit } from './report';

const SIGNATURE: u64 = 0xeeffeeff;
const SEGMENT_SIGNATURE: u64 = 0xffeeffee;
const GRANULE: u64 = 16;
const BUSY: u64 = 1;
const MOST_HEAPS: u64 = 64;

/** Checks the heaps in the list of the process whose user space is read. */
export function checkUserHeaps(process: u64): void {
  const peb = value(process, EPROCESS.Peb);
  if (peb == 0 || !mapped(peb)) return;
  const count = min(value(peb, PEB.NumberOfHeaps), MOST_HEAPS);
  const list = value(peb, PEB.ProcessHeaps);
  for (let i: u64 = 0; i < count && mapped(list + i * 8) && !broken(); i++) {
    const heap = peek64(list + i * 8);
    if (mapped(heap)) checkHeap(heap);
  }
}

function checkHeap(heap: u64): void {
  const rule = Rule.HeapIsAChain;
  if (!expect(rule, heap, HEAP.Signature, SIGNATURE)) return;
  if (!expect(rule, heap, HEAP.SegmentSignature, SEGMENT_SIGNATURE)) return;
  expect(rule, heap, HEAP.BaseAddress, heap);
  visit(Visited.UserHeaps);
  const key = value(heap + offsetOf(HEAP.Encoding), HEAP_ENTRY.CompactHeader);
  const end = value(heap, HEAP.LastValidEntry);
  let free: u64 = 0;
  let previous: u64 = 0;
  let block = heap;
  while (block < end && !broken()) {
    if (!mapped(block + offsetOf(HEAP_ENTRY.CompactHeader))) return;
    const word = value(block, HEAP_ENTRY.CompactHeader) ^ key;
    const units = word & 0xffff;
    const flags = (word >> 16) & 0xff;
    const sum = (units & 0xff) ^ (units >> 8) ^ flags;
    const isWhole = units != 0 && block + units * GRANULE <= end;
    if (!isWhole || ((word >> 24) & 0xff) != sum || ((word >> 32) & 0xffff) != previous) {
      disagree(rule, block, HEAP_ENTRY.CompactHeader, previous, word);
      return;
    }
    if ((flags & BUSY) == 0) free += units;
    previous = units;
    block += units * GRANULE;
  }
  expect(rule, heap, HEAP.TotalFreeSize, free);
}
