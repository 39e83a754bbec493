// Allocations too large for a segment: addresses of their own, each with a HEAP_LARGE_ALLOC_DATA in the heap's tree.
import { HEAP_LARGE_ALLOC_DATA, SEGMENT_HEAP } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, read64, setField } from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';
import { Heap } from './heap';
import { insertNode } from './rb-tree';
import { LARGE_ALLOCATION, takeAddresses } from './va-manager';

const ALIGNMENT: u64 = 1 << 20;
const ADDRESS_MASK: u64 = ~0xffff; // the low bits of VirtualAddress are UnusedBytes

function largeKey(node: u64): u64 {
  return read64(node + offsetOf(HEAP_LARGE_ALLOC_DATA.VirtualAddress)) & ADDRESS_MASK;
}

/** Maps a zeroed allocation of `bytes` bytes. Its metadata lies behind the heap's own structures. */
export function allocateLarge(heap: Heap, bytes: u64): u64 {
  const pages = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
  const address = takeAddresses(heap, pages * PAGE_SIZE, ALIGNMENT, LARGE_ALLOCATION);
  commit(address, u32(pages), KERNEL_DATA);
  const data = heap.extend(offsetOf(HEAP_LARGE_ALLOC_DATA.SIZE));
  setField(data, HEAP_LARGE_ALLOC_DATA.VirtualAddress, address);
  setField(data, HEAP_LARGE_ALLOC_DATA.UnusedBytes, pages * PAGE_SIZE - bytes);
  setField(data, HEAP_LARGE_ALLOC_DATA.AllocatedPages, pages);
  insertNode(at(heap.address, SEGMENT_HEAP.LargeAllocMetadata), data, largeKey);
  addToField(heap.address, SEGMENT_HEAP.LargeReservedPages, pages);
  addToField(heap.address, SEGMENT_HEAP.LargeCommittedPages, pages);
  heap.largePages += pages;
  return address;
}
