// A frame's PFN entry in words, with what the frame is to dumps.
import { MIPFNBLINK, MMPFN, MMPFNENTRY1, MMPFNENTRY3, MMPTE } from '../generated/types';
import { beginClasses, NO_CLASS } from '../dump/page-class';
import { importantFrames, markFrames, requiredFrames } from '../dump/marks';
import { exchangeBuffer } from '../host-buffer';
import { get, offsetOf } from '../layout/fields';
import { rangeOf } from '../memory/ranges';
import { beginReading, entryAt } from '../paging/pfn-reader';
import { dumpClassOfFrame, kindOfFrame, NO_MEMORY } from './frame-kind';
import { beginOwners, tellOwner } from './frame-owner';

const REQUIRED: i32 = 0;
const IMPORTANT: i32 = 1;

let next: usize = 0;

function tell(value: u64): void {
  store<u64>(next, value);
  next += 8;
}

/**
 * Reads a frame to the exchange buffer as u64, in the order of `WORDS` in sim/machine/frame-readings.ts: its kind, its
 * entry, and whose it is. Returns whether Windows has an entry for it; without one there is only the kind.
 */
export function readFrame(pfn: u32): bool {
  next = exchangeBuffer();
  beginReading();
  beginClasses();
  tell(u64(kindOfFrame(pfn)));
  if (rangeOf(pfn) < 0) return false;
  const entry = entryAt(pfn);
  const state = entry + offsetOf(MMPFN.u3_e1);
  const more = entry + offsetOf(MMPFN.u3_e3);
  tell(get(state, MMPFNENTRY1.PageLocation));
  tell(get(state, MMPFNENTRY1.Modified));
  tell(get(state, MMPFNENTRY1.WriteInProgress));
  tell(get(state, MMPFNENTRY1.ReadInProgress));
  tell(get(state, MMPFNENTRY1.CacheAttribute));
  tell(get(more, MMPFNENTRY3.Priority));
  tell(get(entry, MMPFN.u3_ReferenceCount));
  tell(get(entry + offsetOf(MMPFN.u2), MIPFNBLINK.ShareCount));
  tell(get(entry + offsetOf(MMPFN.u2), MIPFNBLINK.Blink));
  tell(get(entry, MMPFN.u1_Flink));
  tell(get(entry, MMPFN.PteAddress));
  tell(get(entry + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long));
  tell(get(entry, MMPFN.u4_PteFrame));
  tell(get(entry, MMPFN.u4_PrototypePte));
  beginOwners();
  tellOwner(pfn, next);
  return true;
}

/** Class of sim/livedump/page-classes.json by which a live dump of now would take a frame, -1 when none would. */
export function frameDumpClass(pfn: u32): i32 {
  beginReading();
  beginClasses();
  const found = kindOfFrame(pfn) == NO_MEMORY ? NO_CLASS : dumpClassOfFrame(pfn);
  if (found == NO_CLASS || rangeOf(pfn) < 0) return found;
  markFrames();
  if (requiredFrames.has(pfn)) return REQUIRED;
  return importantFrames.has(pfn) ? IMPORTANT : found;
}
