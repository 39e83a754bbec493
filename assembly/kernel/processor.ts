// Processors: KPCR and KPRCB, descriptor tables, interrupt stacks and the register file a dump shows.
import { NT } from '../generated/symbols';
import {
  CONTEXT,
  KDESCRIPTOR,
  KGDTENTRY64,
  KIDTENTRY64,
  KPCR,
  KPRCB,
  KPROCESS,
  KPROCESSOR_STATE,
  KSPECIAL_REGISTERS,
  KTHREAD,
  KTSS64,
  XSAVE_FORMAT,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { commit, Region, reserve } from '../memory/address-space';
import { PAGE_SIZE } from '../memory/arena';
import { at, attachedRoot, getField, read64, setField, write64, writeBytes } from '../memory/virtual';
import { KERNEL_DATA } from '../paging/pte';
import { createKernelStack } from './thread';
import { addressOf } from './symbols';

/** Selectors, as every x64 Windows has them. */
export const KERNEL_CODE_SELECTOR: u32 = 0x10;
export const KERNEL_DATA_SELECTOR: u32 = 0x18;
export const USER_DATA_SELECTOR: u32 = 0x2b;
export const USER_CODE_SELECTOR: u32 = 0x33;
const COMPATIBILITY_CODE_SELECTOR: u32 = 0x20;
const TSS_SELECTOR: u32 = 0x40;
const COMPATIBILITY_TEB_SELECTOR: u32 = 0x50;
const GDT_LIMIT: u32 = 0x57;
const IDT_LIMIT: u32 = 0xfff;
const VECTORS: u32 = 256;
const INTERRUPT_GATE: u32 = 0xe;

const CR0: u64 = 0x80050033; // PG AM WP NE ET MP PE
const CR4: u64 = 0x00350ef8; // SMAP SMEP OSXSAVE FSGSBASE UMIP OSXMMEXCPT OSFXSR PGE MCE PAE PSE DE
const DR6: u64 = 0xffff0ff0;
const DR7: u64 = 0x400;
const XCR0: u64 = 7; // x87, SSE, AVX
const STAR: u64 = 0x0023001000000000;
const SYSCALL_MASK: u64 = 0x4700;
const MXCSR: u32 = 0x1f80;
const X87_CONTROL: u32 = 0x27f;
const EFLAGS: u32 = 0x46; // PF ZF, interrupts off
const CONTEXT_ALL: u32 = 0x10001f; // AMD64: control, integer, segments, floating point, debug registers
const PRCB_MAJOR: u32 = 1;
const PRCB_MINOR: u32 = 1;
const INTEL: u32 = 2; // CpuVendor: CPU_INTEL
const DISPATCH_LEVEL: u32 = 2;
const READY: u32 = 1; // _KTHREAD_STATE
const RUNNING: u32 = 2;

/** Creates processor `number` with its idle thread; returns its KPRCB. `vendor` is 12 characters in host memory. */
export function createProcessor(number: u32, idleThread: u64, mhz: u32, vendor: usize): u64 {
  // One block a processor: KPCR, then a page each for GDT with TSS, and IDT, then its CONTEXT.
  const pcrPages = u32((u64(offsetOf(KPCR.SIZE)) + PAGE_SIZE - 1) / PAGE_SIZE);
  const pcr = reserve(<i32>Region.SystemPtes, u64(pcrPages + 4) * PAGE_SIZE, PAGE_SIZE);
  commit(pcr, pcrPages + 3, KERNEL_DATA);
  const gdt = pcr + u64(pcrPages) * PAGE_SIZE;
  const tss = gdt + PAGE_SIZE / 2;
  const idt = gdt + PAGE_SIZE;
  const context = idt + PAGE_SIZE;
  const prcb = at(pcr, KPCR.Prcb);
  fillPcr(pcr, prcb, gdt, tss, idt);
  fillGdt(gdt, tss);
  fillIdt(idt);
  fillTss(tss);
  fillPrcb(prcb, number, idleThread, mhz, vendor, context);
  fillSpecialRegisters(pcr, prcb, gdt, idt);
  write64(addressOf(NT.KiProcessorBlock) + u64(number) * 8, prcb);
  return prcb;
}

function fillPcr(pcr: u64, prcb: u64, gdt: u64, tss: u64, idt: u64): void {
  setField(pcr, KPCR.GdtBase, gdt);
  setField(pcr, KPCR.TssBase, tss);
  setField(pcr, KPCR.Self, pcr);
  setField(pcr, KPCR.CurrentPrcb, prcb);
  setField(pcr, KPCR.Used_Self, 0);
  setField(pcr, KPCR.IdtBase, idt);
  setField(pcr, KPCR.Irql, DISPATCH_LEVEL);
  setField(pcr, KPCR.MajorVersion, PRCB_MAJOR);
  setField(pcr, KPCR.MinorVersion, PRCB_MINOR);
  setField(pcr, KPCR.KdVersionBlock, addressOf(NT.KdVersionBlock));
}

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

function fillGdt(gdt: u64, tss: u64): void {
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

function fillIdt(idt: u64): void {
  for (let vector: u32 = 0; vector < VECTORS; vector++)
    gate(idt, vector, addressOf(NT.KiUnexpectedInterrupt), 0, 0);
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

function fillTss(tss: u64): void {
  for (let i: u32 = 1; i <= 4; i++) write64(at(tss, KTSS64.Ist) + u64(i) * 8, createKernelStack());
  setField(tss, KTSS64.IoMapBase, offsetOf(KTSS64.SIZE));
}

function fillPrcb(prcb: u64, number: u32, idleThread: u64, mhz: u32, vendor: usize, context: u64): void {
  setField(prcb, KPRCB.MxCsr, MXCSR);
  setField(prcb, KPRCB.LegacyNumber, number);
  setField(prcb, KPRCB.Number, number);
  setField(prcb, KPRCB.CurrentThread, idleThread);
  setField(prcb, KPRCB.IdleThread, idleThread);
  setField(prcb, KPRCB.RspBase, getField(idleThread, KTHREAD.InitialStack));
  setField(prcb, KPRCB.CpuType, 6);
  setField(prcb, KPRCB.CpuID, 1);
  setField(prcb, KPRCB.CpuModel, 0xba);
  setField(prcb, KPRCB.CpuStepping, 2);
  setField(prcb, KPRCB.MHz, mhz);
  setField(prcb, KPRCB.TscFrequency, u64(mhz) * 1000000);
  setField(prcb, KPRCB.MajorVersion, PRCB_MAJOR);
  setField(prcb, KPRCB.MinorVersion, PRCB_MINOR);
  setField(prcb, KPRCB.CpuVendor, INTEL);
  setField(prcb, KPRCB.CoresPerPhysicalProcessor, 1);
  setField(prcb, KPRCB.LogicalProcessorsPerCore, 1);
  setField(prcb, KPRCB.GroupSetMember, u64(1) << number);
  setField(prcb, KPRCB.GroupIndex, number);
  setField(prcb, KPRCB.InitialApicId, number * 2);
  setField(prcb, KPRCB.CFlushSize, 64);
  writeBytes(at(prcb, KPRCB.VendorString), vendor, 12);
  setField(prcb, KPRCB.Context, context);
  setField(prcb, KPRCB.ContextFlagsInit, CONTEXT_ALL);
  setField(prcb, KPRCB.IsrStack, createKernelStack());
  setField(prcb, KPRCB.DpcStack, createKernelStack());
  const idle = idleThread;
  setField(idle, KTHREAD.State, RUNNING);
  setField(idle, KTHREAD.NextProcessor, number);
  setField(idle, KTHREAD.IdealProcessor, number);
  setField(idle, KTHREAD.Running, 1);
}

function fillSpecialRegisters(pcr: u64, prcb: u64, gdt: u64, idt: u64): void {
  const special = at(at(prcb, KPRCB.ProcessorState), KPROCESSOR_STATE.SpecialRegisters);
  setField(special, KSPECIAL_REGISTERS.Cr0, CR0);
  setField(special, KSPECIAL_REGISTERS.Cr3, u64(attachedRoot()) << 12);
  setField(special, KSPECIAL_REGISTERS.Cr4, CR4);
  setField(special, KSPECIAL_REGISTERS.Cr8, DISPATCH_LEVEL);
  setField(special, KSPECIAL_REGISTERS.KernelDr6, DR6);
  setField(special, KSPECIAL_REGISTERS.KernelDr7, DR7);
  setField(at(special, KSPECIAL_REGISTERS.Gdtr), KDESCRIPTOR.Limit, GDT_LIMIT);
  setField(at(special, KSPECIAL_REGISTERS.Gdtr), KDESCRIPTOR.Base, gdt);
  setField(at(special, KSPECIAL_REGISTERS.Idtr), KDESCRIPTOR.Limit, IDT_LIMIT);
  setField(at(special, KSPECIAL_REGISTERS.Idtr), KDESCRIPTOR.Base, idt);
  setField(special, KSPECIAL_REGISTERS.Tr, TSS_SELECTOR);
  setField(special, KSPECIAL_REGISTERS.MxCsr, MXCSR);
  setField(special, KSPECIAL_REGISTERS.MsrGsBase, pcr);
  setField(special, KSPECIAL_REGISTERS.MsrStar, STAR);
  setField(special, KSPECIAL_REGISTERS.MsrLStar, addressOf(NT.KiSystemCall64));
  setField(special, KSPECIAL_REGISTERS.MsrCStar, addressOf(NT.KiSystemCall32));
  setField(special, KSPECIAL_REGISTERS.MsrSyscallMask, SYSCALL_MASK);
  setField(special, KSPECIAL_REGISTERS.Xcr0, XCR0);
}

/** KPRCB of a processor. */
export function processorBlock(number: u32): u64 {
  return read64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
}

/** Lets a thread of `process` run on a processor instead of the one that did, which becomes ready. */
export function runThread(number: u32, thread: u64, process: u64): void {
  const prcb = processorBlock(number);
  const before = getField(prcb, KPRCB.CurrentThread);
  setField(before, KTHREAD.State, READY);
  setField(before, KTHREAD.Running, 0);
  setField(prcb, KPRCB.CurrentThread, thread);
  setField(prcb, KPRCB.RspBase, getField(thread, KTHREAD.InitialStack));
  setField(thread, KTHREAD.State, RUNNING);
  setField(thread, KTHREAD.Running, 1);
  setField(thread, KTHREAD.NextProcessor, number);
  const special = at(at(prcb, KPRCB.ProcessorState), KPROCESSOR_STATE.SpecialRegisters);
  setField(special, KSPECIAL_REGISTERS.Cr3, getField(process, KPROCESS.DirectoryTableBase));
}

/** Writes the registers a processor was stopped with, both where KPRCB.Context points and in its processor state. */
export function setProcessorContext(number: u32, registers: StaticArray<u64>, rip: u64): void {
  const prcb = processorBlock(number);
  fillContext(getField(prcb, KPRCB.Context), registers, rip);
  fillContext(at(at(prcb, KPRCB.ProcessorState), KPROCESSOR_STATE.ContextFrame), registers, rip);
}

function fillContext(context: u64, registers: StaticArray<u64>, rip: u64): void {
  setField(context, CONTEXT.ContextFlags, CONTEXT_ALL);
  setField(context, CONTEXT.MxCsr, MXCSR);
  setField(context, CONTEXT.SegCs, KERNEL_CODE_SELECTOR);
  setField(context, CONTEXT.SegSs, KERNEL_DATA_SELECTOR);
  setField(context, CONTEXT.SegDs, USER_DATA_SELECTOR);
  setField(context, CONTEXT.SegEs, USER_DATA_SELECTOR);
  setField(context, CONTEXT.SegFs, COMPATIBILITY_TEB_SELECTOR | 3);
  setField(context, CONTEXT.SegGs, USER_DATA_SELECTOR);
  setField(context, CONTEXT.EFlags, EFLAGS);
  setField(context, CONTEXT.Dr6, DR6);
  setField(context, CONTEXT.Dr7, DR7);
  for (let i = 0; i < 16; i++) write64(at(context, CONTEXT.Rax) + u64(i) * 8, unchecked(registers[i]));
  setField(context, CONTEXT.Rip, rip);
  const floating = at(context, CONTEXT.FltSave);
  setField(floating, XSAVE_FORMAT.ControlWord, X87_CONTROL);
  setField(floating, XSAVE_FORMAT.MxCsr, MXCSR);
  setField(floating, XSAVE_FORMAT.MxCsr_Mask, 0xffff);
}
