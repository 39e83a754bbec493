import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelPointer } from './lists.js';

const MOST_RUNS = 256;
/** 256 GiB: a damaged description of memory must not be walked for ever. */
const MOST_FRAMES = 0x4000000n;
const PAGE_BYTES = 0x1000;
const CHUNK_ENTRIES = 0x400n;

/** Runs of MmPhysicalMemoryBlock. */
export function physicalRuns(session: Session): { base: bigint; count: bigint }[] {
  const view = new TypedView(
    session,
    '_PHYSICAL_MEMORY_DESCRIPTOR',
    kernelPointer(session, 'MmPhysicalMemoryBlock'),
  );
  const first = view.at('Run');
  const size = BigInt(session.struct('_PHYSICAL_MEMORY_RUN').size);
  return Array.from({ length: Math.min(view.number('NumberOfRuns'), MOST_RUNS) }, (_, i) => {
    const run = new TypedView(session, '_PHYSICAL_MEMORY_RUN', first + BigInt(i) * size);
    return { base: run.value('BasePage'), count: run.value('PageCount') };
  });
}

/** Where the entry of a frame lies in bytes at hand; `undefined` where it is not in the dump. */
export type FrameEntry = { bytes: DataView; at: number } | undefined;

/** Calls for each frame of physical memory with its entry of the PFN database. */
export function forEachFrame(session: Session, visit: (entry: FrameEntry) => void): void {
  const size = session.struct('_MMPFN').size;
  const database = kernelPointer(session, 'MmPfnDatabase');
  let left = MOST_FRAMES;
  for (const { base, count: given } of physicalRuns(session)) {
    const count = given < left ? given : left;
    left -= count;
    for (let done = 0n; done < count; done += CHUNK_ENTRIES) {
      const entries = Number(count - done < CHUNK_ENTRIES ? count - done : CHUNK_ENTRIES);
      visitChunk(session, database + (base + done) * BigInt(size), entries, size, visit);
    }
  }
}

function visitChunk(
  session: Session,
  start: bigint,
  entries: number,
  size: number,
  visit: (entry: FrameEntry) => void,
): void {
  const whole = session.memory.read(start, entries * size);
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  let i = 0;
  for (; (i + 1) * size <= whole.length; i++) visit({ bytes: view, at: i * size });
  // A page is missing: what lies on it is passed over, and entries behind it are taken one by one.
  for (let gone = -1; i < entries; i++) {
    const from = start + BigInt(i * size);
    const page =
      Number(from % BigInt(PAGE_BYTES)) + size <= PAGE_BYTES ? Number(from / BigInt(PAGE_BYTES)) : -1;
    if (page >= 0 && page === gone) {
      visit(undefined);
      continue;
    }
    const one = session.memory.read(from, size);
    if (one.length < size) gone = page;
    visit(one.length < size ? undefined : { bytes: new DataView(one.buffer, one.byteOffset, size), at: 0 });
  }
}
