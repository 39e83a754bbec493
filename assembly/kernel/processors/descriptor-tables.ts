// A processor's descriptor tables: GDT, IDT and TSS.
import { NT } from '../../generated/symbols';
import { KGDTENTRY64, KIDTENTRY64, KTSS64 } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { createKernelStack } from '../processes/thread';

/** Selectors, as every x64 Windows has them. */
export const KERNEL_CODE_SELECTOR: u32 = 0x10;
export const KERNEL_DATA_SELECTOR: u32 = 0x18;
export const USER_DATA_SELECTOR: u32 = 0x2b;
export const USER_CODE_SELECTOR: u32 = 0x33;
const COMPATIBILITY_CODE_SELECTOR: u32 = 0x20;
export const TSS_SELECTOR: u32 = 0x40;
export const COMPATIBILITY_TEB_SELECTOR: u32 = 0x50;
/** Limits of the descriptor tables, for GDTR and IDTR. */
export const GDT_LIMIT: u32 = 0x57;
export const IDT_LIMIT: u32 = 0xfff;
const VECTORS: u32 = 256;
const INTERRUPT_GATE: u32 = 0xe;
const THUNK_BYTES: u32 = 8; // of an entry of nt!KiIsrThunk

function descriptor(
  gdt: u64,
  selector: u32,
  type: u32,
  ring: u32,
  longMode: bool,
  isSystem: bool,
  limit: u32,
  base: u64,
): void {
  const entry = gdt + (selector & ~u32(7));
  setField(entry, KGDTENTRY64.LimitLow, limit);
  setField(entry, KGDTENTRY64.BaseLow, base);
  setField(entry, KGDTENTRY64.Bits_BaseMiddle, (base >> 16) & 0xff);
  setField(entry, KGDTENTRY64.Bits_Type, isSystem ? type : type | 0x10); // S bit: code or data
  setField(entry, KGDTENTRY64.Bits_Dpl, ring);
  setField(entry, KGDTENTRY64.Bits_Present, 1);
  setField(entry, KGDTENTRY64.Bits_LimitHigh, limit >> 16);
  setField(entry, KGDTENTRY64.Bits_LongMode, longMode ? 1 : 0);
  setField(entry, KGDTENTRY64.Bits_BaseHigh, (base >> 24) & 0xff);
  if (isSystem) setField(entry, KGDTENTRY64.BaseUpper, base >> 32); // only system descriptors are 16 bytes
}

const CODE: u32 = 0xb; // execute, read, accessed
const DATA: u32 = 0x3; // read, write, accessed
const BUSY_TSS: u32 = 0xb;
const FLAT_LIMIT: u32 = 0xfffff;

/** Fills a processor's GDT, with the descriptors that Windows has. */
export function fillGdt(gdt: u64, tss: u64): void {
  descriptor(gdt, KERNEL_CODE_SELECTOR, CODE, 0, true, false, 0, 0);
  descriptor(gdt, KERNEL_DATA_SELECTOR, DATA, 0, false, false, 0, 0);
  descriptor(gdt, COMPATIBILITY_CODE_SELECTOR, CODE, 3, false, false, FLAT_LIMIT, 0);
  setField(gdt + COMPATIBILITY_CODE_SELECTOR, KGDTENTRY64.Bits_DefaultBig, 1);
  setField(gdt + COMPATIBILITY_CODE_SELECTOR, KGDTENTRY64.Bits_Granularity, 1);
  descriptor(gdt, USER_DATA_SELECTOR, DATA, 3, false, false, FLAT_LIMIT, 0);
  setField(gdt + (USER_DATA_SELECTOR & ~u32(7)), KGDTENTRY64.Bits_DefaultBig, 1);
  setField(gdt + (USER_DATA_SELECTOR & ~u32(7)), KGDTENTRY64.Bits_Granularity, 1);
  descriptor(gdt, USER_CODE_SELECTOR, CODE, 3, true, false, 0, 0);
  descriptor(gdt, TSS_SELECTOR, BUSY_TSS, 0, false, true, offsetOf(KTSS64.SIZE) - 1, tss);
  descriptor(gdt, COMPATIBILITY_TEB_SELECTOR, DATA, 3, false, false, 0x3c00, 0);
  setField(gdt + COMPATIBILITY_TEB_SELECTOR, KGDTENTRY64.Bits_DefaultBig, 1);
}

function gate(idt: u64, vector: u32, handler: u64, stack: u32, ring: u32): void {
  const entry = idt + vector * offsetOf(KIDTENTRY64.SIZE);
  setField(entry, KIDTENTRY64.OffsetLow, handler);
  setField(entry, KIDTENTRY64.Selector, KERNEL_CODE_SELECTOR);
  setField(entry, KIDTENTRY64.IstIndex, stack);
  setField(entry, KIDTENTRY64.Type, INTERRUPT_GATE);
  setField(entry, KIDTENTRY64.Dpl, ring);
  setField(entry, KIDTENTRY64.Present, 1);
  setField(entry, KIDTENTRY64.OffsetMiddle, handler >> 16);
  setField(entry, KIDTENTRY64.OffsetHigh, handler >> 32);
}

/** Points every vector at the kernel's handler for it. */
export function fillIdt(idt: u64): void {
  for (let vector: u32 = 0; vector < VECTORS; vector++)
    gate(idt, vector, addressOf(NT.KiIsrThunk) + vector * THUNK_BYTES, 0, 0);
  gate(idt, 0x00, addressOf(NT.KiDivideErrorFault), 0, 0);
  gate(idt, 0x01, addressOf(NT.KiDebugTrapOrFault), 4, 0);
  gate(idt, 0x02, addressOf(NT.KiNmiInterrupt), 3, 0);
  gate(idt, 0x03, addressOf(NT.KiBreakpointTrap), 0, 3);
  gate(idt, 0x04, addressOf(NT.KiOverflowTrap), 0, 3);
  gate(idt, 0x05, addressOf(NT.KiBoundFault), 0, 0);
  gate(idt, 0x06, addressOf(NT.KiInvalidOpcodeFault), 0, 0);
  gate(idt, 0x07, addressOf(NT.KiNpxNotAvailableFault), 0, 0);
  gate(idt, 0x08, addressOf(NT.KiDoubleFaultAbort), 1, 0);
  gate(idt, 0x09, addressOf(NT.KiNpxSegmentOverrunAbort), 0, 0);
  gate(idt, 0x0a, addressOf(NT.KiInvalidTssFault), 0, 0);
  gate(idt, 0x0b, addressOf(NT.KiSegmentNotPresentFault), 0, 0);
  gate(idt, 0x0c, addressOf(NT.KiStackFault), 0, 0);
  gate(idt, 0x0d, addressOf(NT.KiGeneralProtectionFault), 0, 0);
  gate(idt, 0x0e, addressOf(NT.KiPageFault), 0, 0);
  gate(idt, 0x10, addressOf(NT.KiFloatingErrorFault), 0, 0);
  gate(idt, 0x11, addressOf(NT.KiAlignmentFault), 0, 0);
  gate(idt, 0x12, addressOf(NT.KiMcheckAbort), 2, 0);
  gate(idt, 0x13, addressOf(NT.KiXmmException), 0, 0);
  gate(idt, 0x1f, addressOf(NT.KiApcInterrupt), 0, 0);
  gate(idt, 0x20, addressOf(NT.KiSwInterrupt), 0, 3);
  gate(idt, 0x29, addressOf(NT.KiRaiseSecurityCheckFailure), 0, 3);
  gate(idt, 0x2c, addressOf(NT.KiRaiseAssertion), 0, 3);
  gate(idt, 0x2d, addressOf(NT.KiDebugServiceTrap), 0, 3);
  gate(idt, 0x2f, addressOf(NT.KiDpcInterrupt), 0, 0);
  gate(idt, 0x30, addressOf(NT.KiHvInterrupt), 0, 0);
  gate(idt, 0xe1, addressOf(NT.KiIpiInterrupt), 0, 0);
}

/** Points a vector of an IDT at the code that dispatches a device's interrupts. */
export function setInterruptGate(idt: u64, vector: u32, handler: u64): void {
  gate(idt, vector, handler, 0, 0);
}

/** Gives a TSS its interrupt stacks. */
export function fillTss(tss: u64): void {
  for (let i: u32 = 1; i <= 4; i++) write64(at(tss, KTSS64.Ist) + u64(i) * 8, createKernelStack());
  setField(tss, KTSS64.IoMapBase, offsetOf(KTSS64.SIZE));
}
