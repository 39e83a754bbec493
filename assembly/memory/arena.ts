// Pages of WebAssembly memory that hold what was written to emulated frames. WebAssembly's memory begins as zeros, so
// that what is fresh needs no clearing until something was given back to the allocator, which may hand it out again.
export const PAGE_SIZE: u32 = 4096;

const BLOCK_PAGES: u32 = 256; // 1 MiB: few calls of the allocator, little waste for small machines
let next: usize = 0;
let end: usize = 0;

let isDirty: bool = false; // whether the allocator has got anything back
let freed: usize = 0; // pages given back, each with the address of the next one at its start

/** A zeroed page, aligned to its size. */
export function allocatePage(): usize {
  if (freed != 0) {
    const page = freed;
    freed = load<u32>(page);
    memory.fill(page, 0, PAGE_SIZE);
    return page;
  }
  if (next == end) {
    const block = allocateTable((BLOCK_PAGES + 1) * PAGE_SIZE);
    next = (block + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    end = next + BLOCK_PAGES * PAGE_SIZE;
  }
  const page = next;
  next += PAGE_SIZE;
  return page;
}

/** Gives a page back. */
export function freePage(page: usize): void {
  store<u32>(page, u32(freed));
  freed = page;
}

/** Zeroed memory for the core's own tables. */
export function allocateTable(bytes: usize): usize {
  const table = heap.alloc(bytes);
  if (isDirty) memory.fill(table, 0, bytes);
  return table;
}

/** Gives what the allocator handed out back to it. */
export function giveBack(address: usize): void {
  heap.free(address);
  isDirty = true;
}

/** The page that everything never written shares when it is read. */
export const zeroPage: usize = memory.data(4096, 16);
