import type { LabMachine } from '../lab-machine.js';

/** Physical memory as the machine keeps it, in pages of 4 KiB. */
export interface TruthMemory {
  /** Pages that exist. */
  pages: number;
  /** Pages on each list of the memory manager. */
  lists: TruthLists;
  /** Pages on no list: in use. */
  active: number;
  pageFiles: TruthPageFile[];
}

export interface TruthLists {
  zeroed: number;
  free: number;
  /** By memory priority, 0 to 7. */
  standby: number[];
  /** Modified pages of programs, to be written to a page file. */
  modifiedPrivate: number;
  /** Modified pages of mapped files. */
  modifiedFile: number;
  modifiedNoWrite: number;
  bad: number;
}

export interface TruthPageFile {
  /** NT path. */
  name: string;
  pages: number;
  /** Pages in use, the file's own header among them. */
  used: number;
}

/** _MMLISTS. */
const [ZEROED, FREE, STANDBY, MODIFIED, MODIFIED_NO_WRITE, BAD] = [0, 1, 2, 3, 4, 5];
const PRIORITIES = 8;
/** Lists of modified pages, as the core tells them apart: paging/page-lists.ts. */
const [PRIVATE, OF_FILES] = [0, 5];

export function truthOfMemory({ kernel: { core }, stage }: LabMachine): TruthMemory {
  const { exports } = core;
  const all = (location: number): number => Number(exports.memoryFramesOn(location));
  const list = (location: number, which: number): number =>
    Number(exports.memoryFramesOnList(location, which, 0));
  const pages = exports.machineFrames();
  const locations = [ZEROED, FREE, STANDBY, MODIFIED, MODIFIED_NO_WRITE, BAD];
  return {
    pages,
    lists: {
      zeroed: all(ZEROED!),
      free: all(FREE!),
      standby: Array.from({ length: PRIORITIES }, (_, priority) => list(STANDBY!, priority)),
      modifiedPrivate: list(MODIFIED!, PRIVATE!),
      modifiedFile: list(MODIFIED!, OF_FILES!),
      modifiedNoWrite: all(MODIFIED_NO_WRITE!),
      bad: all(BAD!),
    },
    active: locations.reduce((left, location) => left! - all(location!), pages)!,
    pageFiles: stage.pageFiles.map(({ name, pages: size }, index) => ({
      name,
      pages: size,
      used: exports.memoryPagingFilePagesUsed(index),
    })),
  };
}
