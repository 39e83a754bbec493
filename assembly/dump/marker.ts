// Marking what a debugger reads: the frames of a range of kernel addresses, and the page tables it finds them by.
import { UNICODE_STRING } from '../generated/types';
import { offsetOf } from '../layout/fields';

import { isIn, Region } from '../memory/address-space';
import { frameCount, frameWord } from '../memory/frames';
import { nextPage, peekField } from '../memory/peek';
import { MOST_SESSIONS, sessionTable } from '../kernel/memory-manager/session';
import { systemPml4 } from '../kernel/processes/process';
import { frameOf, LARGE, PRESENT } from '../paging/pte';
import { isTransition } from '../paging/software-pte';
import { indexAt, PML4_LEVEL } from '../paging/tables';
import { FrameSet } from './frame-set';

const NONE: u64 = u64.MAX_VALUE;

let set: FrameSet = new FrameSet();
let lastPage: u64 = NONE;

/** Marks go into this set from now on. */
export function markInto(frames: FrameSet): void {
  set = frames;
  lastPage = NONE;
}

/** Marks the pages of `bytes` bytes at a kernel address, as far as they are mapped. */
export function mark(address: u64, bytes: u64): void {
  if (bytes == 0) return;
  const end = address + bytes;
  for (let at = address; at < end; at = nextPage(at)) markPage(at);
}

/**
 * Marks the page of a kernel address, if it is mapped or in transition, and the tables that lead to it; of session
 * space in every session, because a debugger reads it in the context of any process.
 */
export function markPage(address: u64): void {
  if (address >> 12 == lastPage) return;
  lastPage = address >> 12;
  if (!isIn(<i32>Region.Session, address)) markBelow(systemPml4(), PML4_LEVEL, address);
  else
    for (let id: u32 = 0; id < MOST_SESSIONS; id++)
      if (sessionTable(id) != 0) markBelow(sessionTable(id), PML4_LEVEL - 1, address);
}

function markBelow(top: u32, from: i32, address: u64): void {
  let table = top;
  for (let level = from; level > 0; level--) {
    const entry = frameWord(table, indexAt(address, level));
    const isKept = (entry & PRESENT) != 0 || (level == 1 && isTransition(entry));
    if (!isKept) return;
    markFrame(table);
    table = frameOf(entry);
    if (level == 2 && (entry & LARGE) != 0) {
      markFrame(table + indexAt(address, 1));
      return;
    }
  }
  markFrame(table);
}

/** Marks a frame. */
export function markFrame(pfn: u32): void {
  if (pfn < frameCount()) set.add(pfn);
}

/** Marks a structure. */
export function markStructure(address: u64, size: i32): void {
  if (address != 0) mark(address, offsetOf(size));
}

/** Marks the text of the UNICODE_STRING at an address. */
export function markText(text: u64): void {
  mark(peekField(text, UNICODE_STRING.Buffer), peekField(text, UNICODE_STRING.Length));
}
