// Which frames to pack: those that became resident since it was last done. What is packed too early becomes resident
// again when somebody writes to it, and is looked at once more.
import { packFrame } from './frames';
import { flush } from './virtual';

const WORTH_IT: u32 = 4096; // 16 MiB of frames
const FIRST_CAPACITY: u32 = 4 * WORTH_IT;

let young: usize = 0; // u32 frame numbers, some of them twice
let count: u32 = 0;
let capacity: u32 = 0;

/** Notes that a frame became resident. */
export function noteResident(pfn: u32): void {
  if (count == capacity) {
    const larger = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    const table = heap.alloc(usize(larger) * 4);
    memory.copy(table, young, usize(count) * 4);
    young = table;
    capacity = larger;
  }
  store<u32>(young + usize(count++) * 4, pfn);
}

/**
 * Packs the frames that became resident, once they are many. Only to be called where nobody holds the address of a
 * frame's bytes, that is by the host; what the machine's memory holds stays the same.
 */
export function packMemory(): void {
  if (count < WORTH_IT) return;
  for (let i: u32 = 0; i < count; i++) packFrame(load<u32>(young + usize(i) * 4));
  count = 0;
  flush();
}
