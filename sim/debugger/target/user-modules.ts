import { record } from '../files/record.js';
import { wideText } from '../files/text.js';
import { readPointer, type Memory } from '../memory/memory.js';
import { moduleName } from './loader-entries.js';
import type { ModuleFacts } from './module.js';

/** PEB.Ldr and PEB_LDR_DATA.InLoadOrderModuleList of x64, as the public headers of Windows describe them. */
const LDR_IN_PEB = 0x18n;
const LIST_IN_LDR = 0x10n;
/** LDR_DATA_TABLE_ENTRY, x64. */
const ENTRY = record(0x84, {
  Flink: [0x0, 'u64'],
  DllBase: [0x30, 'u64'],
  SizeOfImage: [0x40, 'u32'],
  FullLength: [0x48, 'u16'],
  FullBuffer: [0x50, 'u64'],
  BaseLength: [0x58, 'u16'],
  BaseBuffer: [0x60, 'u64'],
  TimeDateStamp: [0x80, 'u32'],
});
const MOST_MODULES = 0x1000;

/** Modules that the loader of a process has on its list; `undefined` when its PEB is not in the dump. */
export function readUserModules(memory: Memory, peb: bigint): ModuleFacts[] | undefined {
  try {
    const head = readPointer(memory, peb + LDR_IN_PEB) + LIST_IN_LDR;
    const modules: ModuleFacts[] = [];
    const seen = new Set<bigint>([head]);
    for (let at = readPointer(memory, head); !seen.has(at) && modules.length < MOST_MODULES;) {
      seen.add(at);
      const bytes = memory.read(at, ENTRY.size);
      if (bytes.length < ENTRY.size) break;
      const entry = ENTRY.read(bytes);
      const path = wideText(memory.read(entry.FullBuffer, entry.FullLength));
      const base = wideText(memory.read(entry.BaseBuffer, entry.BaseLength)) || path.split('\\').pop()!;
      modules.push({
        name: moduleName(base),
        base: entry.DllBase,
        size: entry.SizeOfImage,
        imagePath: path || base,
        timeDateStamp: entry.TimeDateStamp,
        checkSum: 0,
      });
      at = entry.Flink;
    }
    return modules;
  } catch {
    return undefined;
  }
}
