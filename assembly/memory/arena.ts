// Pages of WebAssembly memory that hold what was written to emulated frames.
export const PAGE_SIZE: u32 = 4096;

const BLOCK_PAGES: u32 = 256; // 1 MiB: few calls of the allocator, little waste for small machines
let next: usize = 0;
let end: usize = 0;

/** A zeroed page, aligned to its size. Never freed: a machine only grows. */
export function allocatePage(): usize {
  if (next == end) {
    const block = heap.alloc((BLOCK_PAGES + 1) * PAGE_SIZE);
    next = (block + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    end = next + BLOCK_PAGES * PAGE_SIZE;
    memory.fill(next, 0, BLOCK_PAGES * PAGE_SIZE);
  }
  const page = next;
  next += PAGE_SIZE;
  return page;
}

/** Zeroed memory for the core's own tables. */
export function allocateTable(bytes: usize): usize {
  const table = heap.alloc(bytes);
  memory.fill(table, 0, bytes);
  return table;
}

/** The page that everything never written shares when it is read. */
export const zeroPage: usize = memory.data(4096, 16);
