// Selected frames of the kernel's and its drivers' images.
import { Region, regionBase } from '../memory/address-space';
import { copyFrame, frameWord } from '../memory/frames';
import { frameOf, LARGE, PRESENT } from '../paging/pte';
import { indexAt, PML4_LEVEL } from '../paging/tables';
import { firstSessionTable } from '../kernel/memory-manager/session-space';
import { systemPml4 } from '../kernel/processes/process';
import { selected } from './selection';

const ENTRIES: u32 = 512;
const copies: usize = memory.data(4096 * 4, 16); // of the table of each level, for rendered ones

/** Frames of the selection that images are in; of session space those that the first session sees. */
export function selectedImageFrames(): u32 {
  const slot = frameWord(systemPml4(), indexAt(regionBase(<i32>Region.SystemImages), PML4_LEVEL));
  const ofSession = framesIn(firstSessionTable(), PML4_LEVEL - 1);
  return ofSession + (slot & PRESENT ? framesIn(frameOf(slot), PML4_LEVEL - 1) : 0);
}

function framesIn(table: u32, level: i32): u32 {
  const copy = copies + usize(level) * 4096;
  copyFrame(table, copy);
  let found: u32 = 0;
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const entry = load<u64>(copy + i * 8);
    if ((entry & PRESENT) == 0) continue;
    const frame = frameOf(entry);
    if (level == 1) found += u32(selected.has(frame));
    else if (entry & LARGE) for (let k: u32 = 0; k < ENTRIES; k++) found += u32(selected.has(frame + k));
    else found += framesIn(frame, level - 1);
  }
  return found;
}
