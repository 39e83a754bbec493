// Pages of mapped files that are not in memory: what the file system would read from the disk.
import { renderSeeded } from '../../memory/seeded';
import { PAGE_SIZE } from '../../memory/arena';

const FILE_CONTENTS: u64 = 1 << 40; // apart from frame numbers, which other seeded pages go by

/** Part of an image file that is kept because its pages have left memory. */
class Kept {
  firstPage: u32 = 0;
  bytes: u32 = 0;
  copy: usize = 0;
}

const kept = new Map<u64, Kept>(); // by control area
const numbers = new Map<u64, u32>(); // of data files, by control area

/** Keeps `bytes` bytes of an image file from host address `source`: its pages from `firstPage` on are not in memory. */
export function keepFilePages(area: u64, firstPage: u32, source: usize, bytes: u32): void {
  const part = new Kept();
  part.firstPage = firstPage;
  part.bytes = bytes;
  part.copy = heap.alloc(bytes);
  memory.copy(part.copy, source, bytes);
  kept.set(area, part);
}

/** Numbers a data file: its contents follow from the seed, the number and the page. */
export function numberFile(area: u64, number: u32): void {
  numbers.set(area, number);
}

/** Copies a page of the file behind a control area to `target`. */
export function copyMappedFilePage(area: u64, page: u32, target: usize): void {
  memory.fill(target, 0, PAGE_SIZE);
  if (kept.has(area)) {
    const part = kept.get(area);
    if (page < part.firstPage) return;
    const from = (page - part.firstPage) * u32(PAGE_SIZE);
    if (from < part.bytes) memory.copy(target, part.copy + from, min(u32(PAGE_SIZE), part.bytes - from));
  } else if (numbers.has(area)) renderSeeded(FILE_CONTENTS | (u64(numbers.get(area)) << 20) | page, target);
}
