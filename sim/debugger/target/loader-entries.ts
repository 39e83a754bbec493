import { record } from '../files/record.js';
import { wideText } from '../files/text.js';
import { readPointer, type Memory } from '../memory/memory.js';
import type { ModuleFacts } from './module.js';

/** KLDR_DATA_TABLE_ENTRY, x64, as public symbols of Windows describe it; unchanged since Windows 8. */
const ENTRY = record(0xa0, {
  Flink: [0x0, 'u64'],
  DllBase: [0x30, 'u64'],
  EntryPoint: [0x38, 'u64'],
  SizeOfImage: [0x40, 'u32'],
  FullLength: [0x48, 'u16'],
  FullBuffer: [0x50, 'u64'],
  BaseLength: [0x58, 'u16'],
  BaseBuffer: [0x60, 'u64'],
  CheckSum: [0x78, 'u32'],
  TimeDateStamp: [0x9c, 'u32'],
});
/** A damaged list may lead anywhere: no system loads so many, */
const MOST_MODULES = 0x1000;
/** and no path of theirs is so long. Bytes. */
const LONGEST_NAME = 0x800;

/** Modules on the kernel's list, the kernel first. Ends where the list cannot be read on. */
export function readLoadedModules(memory: Memory, head: bigint): ModuleFacts[] {
  const modules: ModuleFacts[] = [];
  const seen = new Set<bigint>([head]);
  let at = tryPointer(memory, head);
  while (at !== undefined && !seen.has(at) && modules.length < MOST_MODULES) {
    seen.add(at);
    const bytes = memory.read(at, ENTRY.size);
    if (bytes.length < ENTRY.size) break;
    const entry = ENTRY.read(bytes);
    const path = text(memory, entry.FullBuffer, entry.FullLength);
    const base = text(memory, entry.BaseBuffer, entry.BaseLength) || path.split('\\').pop()!;
    modules.push({
      name: modules.length === 0 ? 'nt' : moduleName(base),
      base: entry.DllBase,
      size: entry.SizeOfImage,
      imagePath: path || base,
      timeDateStamp: entry.TimeDateStamp,
      checkSum: entry.CheckSum,
    });
    at = entry.Flink;
  }
  return modules;
}

/** A file's name without its extension; what could not be part of a symbol becomes `_`. */
export function moduleName(file: string): string {
  return file.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9_$]/g, '_');
}

function text(memory: Memory, at: bigint, bytes: number): string {
  return wideText(memory.read(at, Math.min(bytes, LONGEST_NAME)));
}

function tryPointer(memory: Memory, at: bigint): bigint | undefined {
  try {
    return readPointer(memory, at);
  } catch {
    return undefined;
  }
}
