import type { KernelDumpHeader } from '../dump/kernel-header.js';
import type { TriageDump } from '../dump/triage-dump.js';
import { RangeMemory } from '../memory/range-memory.js';
import { readInteger, readPointer, type Memory } from '../memory/memory.js';
import { Context } from '../unwind/context.js';
import type { DebuggerData } from './debugger-data.js';
import { readSpecial, type Processor } from './processor.js';

/** Of a KPRCB; it is larger on all builds, and what is read of it lies at its beginning. */
const PRCB_BYTES = 0x10000;

/**
 * The processor that stopped the system, from the copy of its KPRCB and the context that a small dump has apart:
 * that it has their addresses too is not said. `undefined` when the copy is not there.
 */
export function triageProcessor(
  dump: TriageDump,
  header: KernelDumpHeader,
  data: DebuggerData,
): Processor | undefined {
  const { PrcbOffset } = dump.header;
  if (PrcbOffset === 0) return undefined;
  const copy: Memory = new RangeMemory(dump.file, [{ start: 0n, bytes: PRCB_BYTES, offset: PrcbOffset }]);
  try {
    return {
      number: Number(readInteger(copy, BigInt(data.OffsetPrcbNumber), 2)),
      prcb: 0n,
      pcr: 0n,
      currentThread: readPointer(copy, BigInt(data.OffsetPrcbCurrentThread)),
      context: Context.read(header.context),
      special: readSpecial(copy, BigInt(data.OffsetPrcbProcStateSpecialReg)),
    };
  } catch {
    return undefined;
  }
}
