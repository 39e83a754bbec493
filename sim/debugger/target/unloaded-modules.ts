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
/** RTL_UNLOAD_EVENT_TRACE of x64, as the documentation of RtlGetUnloadEventTrace declares it. */
const TRACE = record(0x68, {
  BaseAddress: [0x0, 'u64'],
  SizeOfImage: [0x8, 'u64'],
  TimeDateStamp: [0x14, 'u32'],
  CheckSum: [0x18, 'u32'],
});
const TRACE_NAME = 0x1c; // u16[32]
const NAME_BYTES = 64;
const MOST_DLLS = 64; // RTL_UNLOAD_EVENT_TRACE_NUMBER

export interface UnloadedModule {
  name: string;
  start: bigint;
  end: bigint;
  /** FILETIME. */
  time: bigint;
  /** Of its file, where they are kept. */
  timeDateStamp?: number;
  checkSum?: number;
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

/** DLLs that a process has unloaded, as its ntdll has noted them at `trace`: the first one first. */
export function readUnloadedDlls(memory: Memory, trace: bigint): UnloadedModule[] {
  const modules: UnloadedModule[] = [];
  for (let i = 0; i < MOST_DLLS; i++) {
    const bytes = memory.read(trace + BigInt(i * TRACE.size), TRACE.size);
    if (bytes.length < TRACE.size) break;
    const { BaseAddress, SizeOfImage, TimeDateStamp, CheckSum } = TRACE.read(bytes);
    if (BaseAddress === 0n) break;
    modules.push({
      name: zeroEnded(wideText(bytes.subarray(TRACE_NAME, TRACE_NAME + NAME_BYTES))),
      start: BaseAddress,
      end: BaseAddress + SizeOfImage,
      time: 0n,
      timeDateStamp: TimeDateStamp,
      checkSum: CheckSum,
    });
  }
  return modules;
}

function zeroEnded(text: string): string {
  return text.split('\0')[0]!;
}
