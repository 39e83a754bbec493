// Reading kernel memory without making anything resident and without trapping: what is not mapped reads as zero.
import { getAt, offsetOf } from '../layout/fields';
import { systemPml4 } from '../kernel/processes/process';
import { firstSessionTable } from '../kernel/memory-manager/session-space';
import { PML4_LEVEL } from '../paging/tables';
import { NOT_MAPPED, translateBelow, translateKept } from '../paging/walk';
import { isIn, Region } from './address-space';
import { zeroPage } from './arena';
import { copyFrame, residentFrame } from './frames';

const IN_PAGE: u64 = 4095;
const NO_PAGE: u64 = 0;
const copy: usize = memory.data(4096, 16);
let page: u64 = NO_PAGE; // number + 1 of the page looked at last
let host: usize = 0; // its contents

/** To be called before the first look after anything was written. */
export function beginPeeking(): void {
  page = NO_PAGE;
}

/** Host address of the byte at an address, good to the end of its page until the next look. */
export function peekAt(address: u64): usize {
  const number = (address >> 12) + 1;
  if (number != page) {
    page = number;
    host = contents(physicalOf(address));
  }
  return host + usize(address & IN_PAGE);
}

/** Session space is looked at as the first session sees it. */
function physicalOf(address: u64): u64 {
  const physical = translateKept(systemPml4(), address);
  return physical == NOT_MAPPED && isIn(<i32>Region.Session, address)
    ? translateBelow(firstSessionTable(), PML4_LEVEL - 1, address)
    : physical;
}

function contents(physical: u64): usize {
  if (physical == NOT_MAPPED) return zeroPage;
  const resident = residentFrame(u32(physical >> 12));
  if (resident != 0) return resident;
  copyFrame(u32(physical >> 12), copy);
  return copy;
}

export function peek64(address: u64): u64 {
  return load<u64>(peekAt(address));
}

/** Reads a field of the structure at `structure`; fields do not straddle pages. */
export function peekField(structure: u64, field: i32): u64 {
  return getAt(peekAt(structure + offsetOf(field)), field);
}

/** First address of the page after the one of an address. */
export function nextPage(address: u64): u64 {
  return (address | IN_PAGE) + 1;
}
