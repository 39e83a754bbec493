import { viewOf } from '../files/record.js';
import { readAll, readInteger, readPointer, type Memory } from '../memory/memory.js';
import { Context } from '../unwind/context.js';
import type { DebuggerData } from './debugger-data.js';

/** KSPECIAL_REGISTERS, what is shown of it. Source: Windows SDK and WDK headers (amd64). */
const SPECIAL = {
  Cr0: 0x0,
  Cr2: 0x8,
  Cr3: 0x10,
  Cr4: 0x18,
  Gdtr: 0x50,
  Idtr: 0x60,
  Tr: 0x70,
  Ldtr: 0x72,
  Cr8: 0xa0,
};
const SPECIAL_BYTES = 0xf0;
const DEBUG_REGISTERS = { dr0: 0x20, dr1: 0x28, dr2: 0x30, dr3: 0x38, dr6: 0x40, dr7: 0x48 };
/** Of a CONTEXT: everything up to the floating-point registers. */
const INTEGER_BYTES = 0x100;
const DESCRIPTOR = { limit: 6, base: 8 };

/** A processor of the machine. */
export interface Processor {
  number: number;
  /** Address of its KPRCB and KPCR. */
  prcb: bigint;
  pcr: bigint;
  /** ETHREAD that runs on it. */
  currentThread: bigint;
  /** `undefined` when the dump does not hold it. */
  context: Context | undefined;
  special: Record<string, bigint>;
}

/** Reads a processor's state; `undefined` when its KPRCB is not in the dump. */
export function readProcessor(memory: Memory, data: DebuggerData, number: number): Processor | undefined {
  try {
    const prcb = readPointer(memory, data.KiProcessorBlock + BigInt(number * 8));
    if (!isNumbered(memory, data, prcb, number)) return undefined;
    return {
      number,
      prcb,
      pcr: prcb - BigInt(data.OffsetPcrContainedPrcb),
      currentThread: readPointer(memory, prcb + BigInt(data.OffsetPrcbCurrentThread)),
      context: readContext(memory, data, prcb),
      special: readSpecial(memory, prcb + BigInt(data.OffsetPrcbProcStateSpecialReg)),
    };
  } catch {
    return undefined;
  }
}

/** Whether a PRCB has its number: where a damaged header tells of more processors than there are, what lies behind their block leads anywhere. */
function isNumbered(memory: Memory, data: DebuggerData, prcb: bigint, number: number): boolean {
  if (data.OffsetPrcbNumber === 0) return true; // not told
  // A byte in all versions of Windows, and the lower one of more since there are more processors.
  return readInteger(memory, prcb + BigInt(data.OffsetPrcbNumber), 1) === BigInt(number & 0xff);
}

function readContext(memory: Memory, data: DebuggerData, prcb: bigint): Context | undefined {
  const at = data.OffsetPrcbContext
    ? readPointer(memory, prcb + BigInt(data.OffsetPrcbContext))
    : prcb + BigInt(data.OffsetPrcbProcStateContext);
  // Debuggers leave the vector registers at its end out of small dumps.
  const bytes = memory.read(at, Context.bytes);
  if (bytes.length < INTEGER_BYTES) return undefined;
  const whole = new Uint8Array(Context.bytes);
  whole.set(bytes);
  return Context.read(whole);
}

/** KSPECIAL_REGISTERS at an address. @throws MemoryError */
export function readSpecial(memory: Memory, at: bigint): Record<string, bigint> {
  const view = viewOf(readAll(memory, at, SPECIAL_BYTES));
  const u64 = (offset: number) => view.getBigUint64(offset, true);
  const u16 = (offset: number) => BigInt(view.getUint16(offset, true));
  const debug = Object.entries(DEBUG_REGISTERS).map(([name, offset]) => [name, u64(offset)]);
  return {
    ...(Object.fromEntries(debug) as Record<string, bigint>),
    cr0: u64(SPECIAL.Cr0),
    cr2: u64(SPECIAL.Cr2),
    cr3: u64(SPECIAL.Cr3),
    cr4: u64(SPECIAL.Cr4),
    cr8: u64(SPECIAL.Cr8),
    gdtr: u64(SPECIAL.Gdtr + DESCRIPTOR.base),
    gdtl: u16(SPECIAL.Gdtr + DESCRIPTOR.limit),
    idtr: u64(SPECIAL.Idtr + DESCRIPTOR.base),
    idtl: u16(SPECIAL.Idtr + DESCRIPTOR.limit),
    tr: u16(SPECIAL.Tr),
    ldtr: u16(SPECIAL.Ldtr),
  };
}
