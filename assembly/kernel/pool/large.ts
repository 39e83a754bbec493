// Allocations too large for a segment: addresses of their own, each with a HEAP_LARGE_ALLOC_DATA in the heap's tree.
import { HEAP_LARGE_ALLOC_DATA, SEGMENT_HEAP } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, attachedRoot, getField, read64, setField } from '../../memory/virtual';
import { unmapPage } from '../../paging/map';
import { KERNEL_DATA } from '../../paging/pte';
import { Heap } from './heap';
import { firstFrom, insertNode, removeNode } from './rb-tree';
import { dropAddresses, LARGE_ALLOCATION, takeAddresses } from './va-manager';

const ALIGNMENT: u64 = 1 << 20;
const ADDRESS_MASK: u64 = ~0xffff; // the low bits of VirtualAddress are UnusedBytes

function largeKey(node: u64): u64 {
  return read64(node + offsetOf(HEAP_LARGE_ALLOC_DATA.VirtualAddress)) & ADDRESS_MASK;
}

/** Maps a zeroed allocation of `bytes` bytes. What is known of it lies behind the heap's own structures. */
export function allocateLarge(heap: Heap, bytes: u64): u64 {
  const pages = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
  const address = takeAddresses(heap, pages * PAGE_SIZE, ALIGNMENT, LARGE_ALLOCATION);
  commit(address, u32(pages), KERNEL_DATA);
  const data = takeData(heap);
  setField(data, HEAP_LARGE_ALLOC_DATA.VirtualAddress, address);
  setField(data, HEAP_LARGE_ALLOC_DATA.UnusedBytes, pages * PAGE_SIZE - bytes);
  setField(data, HEAP_LARGE_ALLOC_DATA.AllocatedPages, pages);
  insertNode(at(heap.address, SEGMENT_HEAP.LargeAllocMetadata), data, largeKey);
  addToField(heap.address, SEGMENT_HEAP.LargeReservedPages, pages);
  addToField(heap.address, SEGMENT_HEAP.LargeCommittedPages, pages);
  heap.largePages += pages;
  return address;
}

/** A HEAP_LARGE_ALLOC_DATA that nothing uses: one given back, or a new one. */
function takeData(heap: Heap): u64 {
  if (heap.spareData.length != 0) return heap.spareData.pop();
  return heap.extend(offsetOf(HEAP_LARGE_ALLOC_DATA.SIZE));
}

/** Unmaps an allocation. Its addresses are not given out again. */
export function freeLarge(heap: Heap, address: u64): void {
  const tree = at(heap.address, SEGMENT_HEAP.LargeAllocMetadata);
  const data = firstFrom(tree, address, largeKey);
  assert(data != 0 && largeKey(data) == address, 'not a large allocation of the heap');
  removeNode(tree, data);
  const pages = getField(data, HEAP_LARGE_ALLOC_DATA.AllocatedPages);
  for (let i: u64 = 0; i < pages; i++) unmapPage(attachedRoot(), address + i * PAGE_SIZE);
  dropAddresses(address, pages * PAGE_SIZE);
  addToField(heap.address, SEGMENT_HEAP.LargeReservedPages, -pages);
  addToField(heap.address, SEGMENT_HEAP.LargeCommittedPages, -pages);
  heap.largePages -= pages;
  heap.spareData.push(data);
}
