import { record } from '../files/record.js';
import { wideText } from '../files/text.js';
import { readInteger, readPointer, type Memory } from '../memory/memory.js';

/** UNLOADED_DRIVERS, as public symbols of Windows describe it. */
const ENTRY = record(0x28, {
  Length: [0x0, 'u16'],
  Buffer: [0x8, 'u64'],
  StartAddress: [0x10, 'u64'],
  EndAddress: [0x18, 'u64'],
  CurrentTime: [0x20, 'u64'],
});
const MOST = 50; // MI_UNLOADED_DRIVERS

export interface UnloadedModule {
  name: string;
  start: bigint;
  end: bigint;
  /** FILETIME. */
  time: bigint;
}

/** Drivers that were unloaded, the last one first. */
export function readUnloadedModules(memory: Memory, array: bigint, last: bigint): UnloadedModule[] {
  try {
    const table = readPointer(memory, array);
    const count = Number(readInteger(memory, last, 4));
    const modules: UnloadedModule[] = [];
    for (let i = count - 1; i >= Math.max(0, count - MOST); i--) {
      const bytes = memory.read(table + BigInt((i % MOST) * ENTRY.size), ENTRY.size);
      if (bytes.length < ENTRY.size) break;
      const entry = ENTRY.read(bytes);
      if (entry.Buffer === 0n) break;
      modules.push({
        name: wideText(memory.read(entry.Buffer, entry.Length)),
        start: entry.StartAddress,
        end: entry.EndAddress,
        time: entry.CurrentTime,
      });
    }
    return modules;
  } catch {
    return [];
  }
}
