// The bytes of all memory that a process can read, region after region: a window at a time, as kernel dumps are read.
import { copyFrame, frameWord } from '../../memory/frames';
import { PAGE_SIZE } from '../../memory/arena';
import { indexAt } from '../../paging/tables';
import { copyFilePage } from '../../kernel/memory-manager/paging-files';
import { copyMappedFilePage } from '../../kernel/sections/mapped-file-pages';
import { pieceBytes, windowFor } from '../window';
import { readableBytes, regionCount, regionStart } from './regions';
import { Backing, pageBacking, pagePlace, pageTableOf, View } from './view';
import { findView } from './find-view';

let region: u32 = 0;
let done: u64 = 0; // bytes of the region
let pages: u32 = 0;

/** Starts at the first region listed. */
export function openProcessMemory(): void {
  region = 0;
  done = 0;
  pages = 0;
}

/** Pages read so far. */
export function processPagesRead(): u32 {
  return pages;
}

/** Fills the window with the next readable pages of the attached `process`, at most `bytes`; returns how many, 0 at the end. */
export function readProcessMemory(process: u64, bytes: u32): u32 {
  const most = pieceBytes(bytes);
  const window = windowFor(most);
  let filled: u32 = 0;
  const view = new View();
  while (filled < most && region < regionCount()) {
    const left = readableBytes(region) - done;
    if (left == 0 || readableBytes(region) == 0) {
      region++;
      done = 0;
      continue;
    }
    const start = regionStart(region) + done;
    if (start >= view.end || start < view.start) findView(process, start, view);
    const part = u32(min(left, u64(most - filled)));
    copyPages(view, start, part, window + filled);
    filled += part;
    done += part;
  }
  pages += filled / u32(PAGE_SIZE);
  return filled;
}

function copyPages(view: View, start: u64, bytes: u32, target: usize): void {
  let table: u32 = 0;
  for (let offset: u32 = 0; offset < bytes; offset += u32(PAGE_SIZE)) {
    const address = start + offset;
    if (offset == 0 || indexAt(address, 1) == 0) table = pageTableOf(address);
    view.look(address, table == 0 ? 0 : frameWord(table, indexAt(address, 1)));
    copyPage(view.area, target + offset);
  }
}

/** Copies the page looked at last. */
function copyPage(area: u64, target: usize): void {
  if (pageBacking() == Backing.Frame) copyFrame(u32(pagePlace()), target);
  else if (pageBacking() == Backing.PageFile) copyFilePage(u32(pagePlace()), target);
  else if (pageBacking() == Backing.File) copyMappedFilePage(area, u32(pagePlace()), target);
  else memory.fill(target, 0, PAGE_SIZE);
}
