// Pages of large pool allocations whose contents follow from what they are for: rendered when somebody reads them.
// Runs of pages are numbered as they come; a frame keeps its page's number.
import { allocateTable, PAGE_SIZE } from '../../memory/arena';
import { isUntouched, POOL_PAGES, renderFrame } from '../../memory/frames';
import { attachedRoot, hostFor } from '../../memory/virtual';
import { translate } from '../../paging/walk';
import { coversPages, fillContents } from './contents';

const FIRST_CAPACITY: u32 = 4096;
const RUN_BYTES: u32 = 24; // u32 number of its first page, u32 kind of contents, u64 address, u64 key

let runs: usize = 0;
let capacity: u32 = 0;
let runCount: u32 = 0;
let pageCount: u32 = 0;

function grow(): void {
  const before = runs;
  capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
  runs = allocateTable(usize(capacity) * RUN_BYTES);
  if (before != 0) memory.copy(runs, before, usize(runCount) * RUN_BYTES);
}

/** Lets the contents of the pages at `address` be of a kind. */
export function describePages(address: u64, pages: u32, kind: u32, key: u64): void {
  if (runCount == capacity) grow();
  const run = runs + usize(runCount++) * RUN_BYTES;
  store<u32>(run, pageCount);
  store<u32>(run, kind, 4);
  store<u64>(run, address, 8);
  store<u64>(run, key, 16);
  for (let i: u32 = 0; i < pages; i++) {
    const page = address + u64(i) * PAGE_SIZE;
    const pfn = u32(translate(attachedRoot(), page) >> 12);
    if (isUntouched(pfn)) renderFrame(pfn, POOL_PAGES, pageCount + i);
    else fillContents(hostFor(page), PAGE_SIZE, page, 0, 0, kind, key);
  }
  pageCount += pages;
}

/** Fills `target` with the page of a number. */
export function renderPoolPage(number: u32, target: usize): void {
  let low: u32 = 0;
  let high = runCount;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (load<u32>(runs + usize(middle) * RUN_BYTES) <= number) low = middle;
    else high = middle;
  }
  const run = runs + usize(low) * RUN_BYTES;
  const kind = load<u32>(run, 4);
  if (!coversPages(kind)) memory.fill(target, 0, PAGE_SIZE);
  const address = load<u64>(run, 8) + u64(number - load<u32>(run)) * PAGE_SIZE;
  fillContents(target, PAGE_SIZE, address, 0, 0, kind, load<u64>(run, 16));
}
