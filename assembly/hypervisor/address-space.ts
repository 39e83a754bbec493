// The hypervisor's own address space: its page tables lie in its own memory.
import { writableFrame } from '../memory/frames';
import { PAGE_SIZE } from '../memory/arena';
import { forget } from '../memory/virtual';
import { entryFor, frameOf, KERNEL_DATA, KERNEL_TABLE, PRESENT } from '../paging/pte';
import { indexAt, PML4_LEVEL } from '../paging/tables';
import { takeHypervisorFrame } from './region';

let root: u32 = 0;
let next: u64 = 0; // first address that is not taken

/** Makes the first page table. Addresses are given out from `base` on. */
export function createHypervisorSpace(base: u64): void {
  root = takeHypervisorFrame();
  next = base;
}

/** Frame of the hypervisor's PML4. */
export function hypervisorRoot(): u32 {
  return root;
}

/** Sets `pages` pages of addresses aside, after a page that is not mapped. */
export function reservePages(pages: u32): u64 {
  const address = next;
  next += u64(pages + 1) * PAGE_SIZE;
  return address;
}

/** Maps a frame at an address. */
export function mapFrame(address: u64, pfn: u32, bits: u64): void {
  let table = root;
  for (let level = PML4_LEVEL; level > 1; level--) {
    const slot = writableFrame(table) + indexAt(address, level) * 8;
    let entry = load<u64>(slot);
    if ((entry & PRESENT) == 0) {
      entry = entryFor(takeHypervisorFrame(), KERNEL_TABLE);
      store<u64>(slot, entry);
    }
    table = frameOf(entry);
  }
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entryFor(pfn, bits));
  forget(address);
}

/** `pages` fresh zeroed pages of data; returns their address. */
export function allocatePages(pages: u32): u64 {
  const address = reservePages(pages);
  for (let i: u32 = 0; i < pages; i++)
    mapFrame(address + u64(i) * PAGE_SIZE, takeHypervisorFrame(), KERNEL_DATA);
  return address;
}
