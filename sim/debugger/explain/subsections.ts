import { fastReference } from '../kernel/lists.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { place, type Evidence } from './explanation.js';

const PROTOTYPE = 1n << 10n; // MMPTE_SUBSECTION.Prototype
const VALID = 1n;
const ADDRESS_AT = 16n; // MMPTE_SUBSECTION.SubsectionAddress
const SECTOR_BYTES = 0x200n;
const PAGE_BYTES = 0x1000n;
const PTE_BYTES = 8n;
const MOST_SUBSECTIONS = 0x1000;

/** The page of a file that a prototype PTE stands for. */
export interface FilePage {
  path: string;
  isImage: boolean;
  /** In the file, bytes. */
  offset: bigint;
  subsection: bigint;
  controlArea: bigint;
  file: bigint;
}

/** Where an entry of the form MMPTE_SUBSECTION leads to; `undefined` for one of another form. */
export function subsectionIn(entry: bigint): bigint | undefined {
  if (entry & VALID || !(entry & PROTOTYPE)) return undefined;
  return BigInt.asUintN(64, BigInt.asIntN(64, entry) >> ADDRESS_AT);
}

/** What the prototype PTE at an address stands for, by the subsection that is said to have it; `undefined` when it has not. */
export function filePageOf(session: Session, subsection: bigint, prototype: bigint): FilePage | undefined {
  try {
    const view = session.view('_SUBSECTION', subsection);
    const first = view.value('SubsectionBase');
    const index = (prototype - first) / PTE_BYTES;
    if (prototype < first || index >= view.value('PtesInSubsection')) return undefined;
    const controlArea = view.value('ControlArea');
    const area = session.view('_CONTROL_AREA', controlArea);
    const file = fastReference(area.value('FilePointer.Value'));
    if (file === 0n) return undefined;
    const isImage = area.value('u.Flags.Image') !== 0n;
    const before = isImage
      ? view.value('StartingSector') * SECTOR_BYTES
      : pagesBefore(session, controlArea, subsection) * PAGE_BYTES;
    return {
      path: session.view('_FILE_OBJECT', file).unicode('FileName'),
      isImage,
      offset: before + index * PAGE_BYTES,
      subsection,
      controlArea,
      file,
    };
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** Subsections of a data file follow each other, the first right behind the control area. */
function pagesBefore(session: Session, controlArea: bigint, subsection: bigint): bigint {
  let pages = 0n;
  let at = controlArea + BigInt(session.struct('_CONTROL_AREA').size);
  for (let count = 0; at !== 0n && at !== subsection && count < MOST_SUBSECTIONS; count++) {
    const view = session.view('_SUBSECTION', at);
    pages += view.value('PtesInSubsection');
    at = view.value('NextSubsection');
  }
  return at === subsection ? pages : 0n;
}

export function filePageEvidence({ offset, subsection, controlArea, file }: FilePage): Evidence[] {
  return [
    { label: 'offset in the file', value: `0x${offset.toString(16)}` },
    place('subsection', subsection, { type: 'nt!_SUBSECTION' }),
    place('control area', controlArea, { type: 'nt!_CONTROL_AREA' }),
    place('file object', file, { command: `!object ${file.toString(16)}`, type: 'nt!_FILE_OBJECT' }),
  ];
}
