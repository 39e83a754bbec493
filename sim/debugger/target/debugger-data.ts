import { record, type RecordOf } from '../files/record.js';
import { asciiText } from '../files/text.js';
import type { Memory } from '../memory/memory.js';

/** KDDEBUGGER_DATA64, what the debugger reads of it. Source: Windows SDK, wdbgexts.h. */
const FIELDS = {
  Size: [0x14, 'u32'],
  KernBase: [0x18, 'u64'],
  PsLoadedModuleList: [0x48, 'u64'],
  PsActiveProcessHead: [0x50, 'u64'],
  PspCidTable: [0x58, 'u64'],
  MmPfnDatabase: [0xc0, 'u64'],
  NtBuildLab: [0x208, 'u64'],
  KiProcessorBlock: [0x218, 'u64'],
  MmUnloadedDrivers: [0x220, 'u64'],
  MmLastUnloadedDriver: [0x228, 'u64'],
  OffsetKThreadNextProcessor: [0x298, 'u16'],
  OffsetKThreadTeb: [0x29a, 'u16'],
  OffsetKThreadKernelStack: [0x29c, 'u16'],
  OffsetKThreadInitialStack: [0x29e, 'u16'],
  OffsetKThreadApcProcess: [0x2a0, 'u16'],
  OffsetKThreadState: [0x2a2, 'u16'],
  OffsetEprocessPeb: [0x2aa, 'u16'],
  OffsetEprocessDirectoryTableBase: [0x2ae, 'u16'],
  OffsetPrcbCurrentThread: [0x2b4, 'u16'],
  OffsetPrcbMhz: [0x2b6, 'u16'],
  OffsetPrcbProcStateContext: [0x2bc, 'u16'],
  OffsetPrcbNumber: [0x2be, 'u16'],
  OffsetPcrContainedPrcb: [0x2e6, 'u16'],
  OffsetPrcbProcStateSpecialReg: [0x2f2, 'u16'],
  OffsetPrcbContext: [0x338, 'u16'],
} as const;

const BLOCK = record(0x340, FIELDS);
const TAG_AT = 0x10;
const TAG = 'KDBG';

export type DebuggerData = RecordOf<typeof FIELDS>;

/** Reads the block; `undefined` when it is not there or encoded. */
export function readDebuggerData(memory: Memory, address: bigint): DebuggerData | undefined {
  const bytes = memory.read(address, BLOCK.size);
  if (bytes.length < BLOCK.size || asciiText(bytes.subarray(TAG_AT, TAG_AT + 4)) !== TAG) return undefined;
  return BLOCK.read(bytes);
}
