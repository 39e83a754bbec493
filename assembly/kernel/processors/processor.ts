// Processors: KPCR and KPRCB, descriptor tables, interrupt stacks and the register file a dump shows.
import { NT } from '../../generated/symbols';
import {
  CONTEXT,
  KDESCRIPTOR,
  KPCR,
  KPRCB,
  KPROCESS,
  KPROCESSOR_STATE,
  KSPECIAL_REGISTERS,
  KTHREAD,
  XSAVE_FORMAT,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { at, attachedRoot, getField, read64, setField, write64, writeBytes } from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';
import { createKernelStack } from '../processes/thread';
import { initialiseProcessorLookasides } from '../pool/lookaside';
import { addressOf } from '../symbols';
import { initialiseDispatchState, joinSharedReadyQueue } from './dispatch-state';
import { FEATURE_BITS, UPDATE_SIGNATURE } from './features';
import { clusterLeader, groupOf, groupSize } from './topology';
import {
  COMPATIBILITY_TEB_SELECTOR,
  fillGdt,
  fillIdt,
  fillTss,
  GDT_LIMIT,
  IDT_LIMIT,
  KERNEL_CODE_SELECTOR,
  KERNEL_DATA_SELECTOR,
  TSS_SELECTOR,
  USER_DATA_SELECTOR,
} from './descriptor-tables';

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
  initialiseProcessorLookasides(prcb);
  initialiseDispatchState(prcb, number);
  joinSharedReadyQueue(prcb, processorBlock(clusterLeader(number)), number);
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

function fillPrcb(prcb: u64, number: u32, idleThread: u64, mhz: u32, vendor: usize, context: u64): void {
  setField(prcb, KPRCB.MxCsr, MXCSR);
  setField(prcb, KPRCB.LegacyNumber, number);
  setField(prcb, KPRCB.Number, number);
  setField(prcb, KPRCB.CurrentThread, idleThread);
  setField(prcb, KPRCB.IdleThread, idleThread);
  setField(prcb, KPRCB.RspBase, getField(idleThread, KTHREAD.InitialStack));
  setField(prcb, KPRCB.CpuType, 6);
  setField(prcb, KPRCB.CpuID, 1);
  setField(prcb, KPRCB.CpuModel, 154); // Alder Lake, as the ACPI processors of the device tree
  setField(prcb, KPRCB.CpuStepping, 4);
  setField(prcb, KPRCB.MHz, mhz);
  setField(prcb, KPRCB.TscFrequency, u64(mhz) * 1000000);
  setField(prcb, KPRCB.MajorVersion, PRCB_MAJOR);
  setField(prcb, KPRCB.MinorVersion, PRCB_MINOR);
  setField(prcb, KPRCB.CpuVendor, INTEL);
  setField(prcb, KPRCB.CoresPerPhysicalProcessor, groupSize(groupOf(number)));
  setField(prcb, KPRCB.LogicalProcessorsPerCore, 1);
  setField(prcb, KPRCB.InitialApicId, number * 2);
  setField(prcb, KPRCB.CFlushSize, 64);
  setField(prcb, KPRCB.FeatureBits, FEATURE_BITS);
  write64(at(prcb, KPRCB.UpdateSignature), UPDATE_SIGNATURE);
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

/** Clock ticks that the first `processors` processors have spent on interrupts and DPCs. */
export function interruptTicks(processors: u32): u64 {
  let ticks: u64 = 0;
  for (let number: u32 = 0; number < processors; number++)
    ticks +=
      getField(processorBlock(number), KPRCB.InterruptTime) + getField(processorBlock(number), KPRCB.DpcTime);
  return ticks;
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
