// One range of a process's addresses, read from its VAD, and what lies behind each of its pages: found the way the page
// fault handler finds it, from the PTE, else from the descriptor and the section's prototype PTE.
import {
  MMSUBSECTION_FLAGS,
  MMVAD,
  MMVAD_FLAGS,
  MMVAD_FLAGS1,
  MMVAD_SHORT,
  SUBSECTION,
} from '../../generated/types';
import { frameWord } from '../../memory/frames';
import { at, attachedRoot, getField } from '../../memory/virtual';
import { COPY_ON_WRITE, frameOf, LARGE, NO_EXECUTE, PRESENT, WRITE } from '../../paging/pte';
import { filePageOf, isTransition, softwareProtection, transitionFrame } from '../../paging/software-pte';
import { indexAt, PML4_LEVEL } from '../../paging/tables';
import { translate } from '../../paging/walk';
import {
  PROTECT_EXECUTE_READ,
  PROTECT_EXECUTE_READ_WRITE,
  PROTECT_EXECUTE_WRITE_COPY,
  PROTECT_GUARD,
  PROTECT_NO_ACCESS,
  PROTECT_READ_ONLY,
  PROTECT_READ_WRITE,
  PROTECT_WRITE_COPY,
} from '../../kernel/sections/protection';
import { VAD_IMAGE } from '../../kernel/sections/vad';

const PTE_BYTES: u64 = 8;
const PROTOTYPE: u64 = 1 << 10; // MMPTE_PROTOTYPE.Prototype
const ACCESS_MASK: u32 = 7; // of a protection: 0 means that nobody may access the page
const DECOMMITTED: u32 = 0x10; // MM_DECOMMIT: a protection of nothing but the guard bit

/** Where a page's bytes come from. */
export const enum Backing {
  /** It is reserved, not committed. */
  Nothing = 0,
  /** A frame, valid or in transition. */
  Frame = 1,
  /** Zero when it is touched. */
  Zeros = 2,
  /** A page of the first page file. */
  PageFile = 3,
  /** A page of a mapped file that is not in memory. */
  File = 4,
}

// The page looked at last.
let backing: Backing = Backing.Nothing;
let protection: u32 = 0;
let place: u64 = 0;

export function pageBacking(): Backing {
  return backing;
}

/** Index into nt!MmProtectToValue; of no meaning for what is not committed. */
export function pageProtection(): u32 {
  return protection;
}

/** Frame, page of the page file or page of the file, as the backing says. */
export function pagePlace(): u64 {
  return place;
}

/** Whether the process could read the page looked at last: committed, not a guard page, not without access. */
export function isReadable(): bool {
  return (
    backing != Backing.Nothing &&
    protection != PROTECT_NO_ACCESS &&
    (protection & PROTECT_GUARD) == 0 &&
    (protection & ACCESS_MASK) != 0
  );
}

/** A VAD. */
export class View {
  start: u64 = 0;
  end: u64 = 0;
  /** As it was reserved: index into nt!MmProtectToValue. */
  protection: u32 = 0;
  isPrivate: bool = false;
  isImage: bool = false;
  /** CONTROL_AREA of what is mapped, 0 for private memory. */
  area: u64 = 0;
  private isWhole: bool = false;
  private subsection: u64 = 0;
  private prototypes: u64 = 0;

  /** Reads the descriptor at `vad`. */
  open(vad: u64): void {
    const low = getField(vad, MMVAD_SHORT.StartingVpn) | (getField(vad, MMVAD_SHORT.StartingVpnHigh) << 32);
    const high = getField(vad, MMVAD_SHORT.EndingVpn) | (getField(vad, MMVAD_SHORT.EndingVpnHigh) << 32);
    this.start = low << 12;
    this.end = (high + 1) << 12;
    const flags = at(vad, MMVAD_SHORT.u);
    this.protection = u32(getField(flags, MMVAD_FLAGS.Protection));
    this.isPrivate = getField(flags, MMVAD_FLAGS.PrivateMemory) != 0;
    this.isImage = getField(flags, MMVAD_FLAGS.VadType) == VAD_IMAGE;
    this.isWhole = getField(at(vad, MMVAD_SHORT.u1), MMVAD_FLAGS1.MemCommit) != 0;
    this.subsection = this.isPrivate ? 0 : getField(vad, MMVAD.Subsection);
    this.prototypes = this.isPrivate ? 0 : getField(vad, MMVAD.FirstPrototypePte);
    this.area = this.isPrivate ? 0 : getField(this.subsection, SUBSECTION.ControlArea);
  }

  /** Looks at a page whose PTE is `entry`. */
  look(address: u64, entry: u64): void {
    if (entry & PRESENT) {
      backing = Backing.Frame;
      place = frameOf(entry);
      protection = grantedBy(entry);
    } else if (isTransition(entry)) {
      backing = Backing.Frame;
      place = transitionFrame(entry);
      protection = u32(softwareProtection(entry));
    } else if (entry == 0 || (entry & PROTOTYPE) != 0) this.lookBehind(address);
    else {
      protection = u32(softwareProtection(entry));
      place = filePageOf(entry);
      backing = place != 0 ? Backing.PageFile : Backing.Zeros;
      if (place == 0 && protection == DECOMMITTED) backing = Backing.Nothing;
    }
  }

  /** What a page is that has no PTE of its own. */
  private lookBehind(address: u64): void {
    protection = this.protection;
    if (this.isPrivate) {
      backing = this.isWhole ? Backing.Zeros : Backing.Nothing;
      return;
    }
    const prototype = this.prototypes + ((address - this.start) >> 12) * PTE_BYTES;
    if (this.isImage) protection = this.sectionProtection(prototype);
    const entry = wordAt(prototype);
    if (entry & PRESENT) {
      backing = Backing.Frame;
      place = frameOf(entry);
    } else if (isTransition(entry)) {
      backing = Backing.Frame;
      place = transitionFrame(entry);
    } else if (entry & PROTOTYPE) {
      backing = Backing.File;
      place = (prototype - getField(this.subsection, SUBSECTION.SubsectionBase)) / PTE_BYTES;
    } else {
      place = filePageOf(entry);
      backing = place != 0 ? Backing.PageFile : Backing.Zeros;
    }
  }

  /** Protection that an image's section gives to the page of a prototype PTE. */
  private sectionProtection(prototype: u64): u32 {
    for (let part = this.subsection; part != 0; part = getField(part, SUBSECTION.NextSubsection)) {
      const base = getField(part, SUBSECTION.SubsectionBase);
      if (prototype < base || prototype >= base + getField(part, SUBSECTION.PtesInSubsection) * PTE_BYTES)
        continue;
      return u32(getField(at(part, SUBSECTION.u), MMSUBSECTION_FLAGS.Protection));
    }
    return PROTECT_NO_ACCESS; // between two sections of the file
  }
}

/** The protection that a valid PTE grants. */
function grantedBy(entry: u64): u32 {
  const isCode = (entry & NO_EXECUTE) == 0;
  if (entry & COPY_ON_WRITE) return isCode ? PROTECT_EXECUTE_WRITE_COPY : PROTECT_WRITE_COPY;
  if (entry & WRITE) return isCode ? PROTECT_EXECUTE_READ_WRITE : PROTECT_READ_WRITE;
  return isCode ? PROTECT_EXECUTE_READ : PROTECT_READ_ONLY;
}

/** A word of the kernel's half, read without making its page resident; 0 where nothing is mapped. */
function wordAt(address: u64): u64 {
  const physical = translate(attachedRoot(), address);
  return physical == u64.MAX_VALUE ? 0 : frameWord(u32(physical >> 12), u32(physical >> 3) & 511);
}

/** Frame of the page table that holds the PTE of an address of the attached process, 0 when there is none. */
export function pageTableOf(address: u64): u32 {
  let table = attachedRoot();
  for (let level = PML4_LEVEL; level > 1; level--) {
    const entry = frameWord(table, indexAt(address, level));
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) return 0;
    table = frameOf(entry);
  }
  return table;
}
