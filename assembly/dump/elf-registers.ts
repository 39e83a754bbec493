// A processor's registers as the notes of an ELF core file have them.
import {
  CONTEXT,
  ELF_PRSTATUS,
  KDESCRIPTOR,
  KPCR,
  KPRCB,
  KPROCESSOR_STATE,
  KSPECIAL_REGISTERS,
  QEMU_CPU_SEGMENT,
  QEMU_CPU_STATE,
} from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { at, getField } from '../memory/virtual';
import { processorBlock } from '../kernel/processors/processor';

const QEMU_VERSION: u32 = 1;
// Descriptors as QEMU keeps them: their second word without the base and the limit.
const CODE_FLAGS: u32 = 0x00209b00; // 64-bit code, present
const DATA_FLAGS: u32 = 0x00c09300; // flat data, present
const TSS_FLAGS: u32 = 0x00008b00; // 64-bit TSS, busy
const FLAT_LIMIT: u32 = 0xffffffff;
const TSS_LIMIT: u32 = 0x67;
const CR1: u64 = 0; // there is none

/** General registers in the order of Linux' user_regs_struct, and in QEMU's. */
const LINUX_ORDER: StaticArray<i32> = [
  CONTEXT.R15,
  CONTEXT.R14,
  CONTEXT.R13,
  CONTEXT.R12,
  CONTEXT.Rbp,
  CONTEXT.Rbx,
  CONTEXT.R11,
  CONTEXT.R10,
  CONTEXT.R9,
  CONTEXT.R8,
  CONTEXT.Rax,
  CONTEXT.Rcx,
  CONTEXT.Rdx,
  CONTEXT.Rsi,
  CONTEXT.Rdi,
  CONTEXT.Rax,
  CONTEXT.Rip,
  CONTEXT.SegCs,
  CONTEXT.EFlags,
  CONTEXT.Rsp,
  CONTEXT.SegSs,
];
const QEMU_ORDER: StaticArray<i32> = [
  CONTEXT.Rax,
  CONTEXT.Rbx,
  CONTEXT.Rcx,
  CONTEXT.Rdx,
  CONTEXT.Rsi,
  CONTEXT.Rdi,
  CONTEXT.Rsp,
  CONTEXT.Rbp,
  CONTEXT.R8,
  CONTEXT.R9,
  CONTEXT.R10,
  CONTEXT.R11,
  CONTEXT.R12,
  CONTEXT.R13,
  CONTEXT.R14,
  CONTEXT.R15,
];

export function prstatusBytes(): u32 {
  return offsetOf(ELF_PRSTATUS.SIZE);
}

export function qemuStateBytes(): u32 {
  return offsetOf(QEMU_CPU_STATE.SIZE);
}

function specialRegisters(number: u32): u64 {
  return at(at(processorBlock(number), KPRCB.ProcessorState), KPROCESSOR_STATE.SpecialRegisters);
}

/** Linux' elf_prstatus: general registers in the order of its user_regs_struct. */
export function writePrstatus(target: usize, number: u32): void {
  const context = getField(processorBlock(number), KPRCB.Context);
  put(target, ELF_PRSTATUS.pr_pid, number + 1);
  const first = target + offsetOf(ELF_PRSTATUS.pr_reg);
  for (let i = 0; i < LINUX_ORDER.length; i++)
    store<u64>(first + usize(i) * 8, getField(context, unchecked(LINUX_ORDER[i])));
  const bases = first + usize(LINUX_ORDER.length) * 8; // of fs and gs, then ds, es, fs and gs
  store<u64>(bases + 8, getField(specialRegisters(number), KSPECIAL_REGISTERS.MsrGsBase));
  store<u64>(bases + 16, getField(context, CONTEXT.SegDs));
  store<u64>(bases + 24, getField(context, CONTEXT.SegEs));
  store<u64>(bases + 32, getField(context, CONTEXT.SegFs));
  store<u64>(bases + 40, getField(context, CONTEXT.SegGs));
}

/** QEMU's state of a processor. */
export function writeQemuState(target: usize, number: u32): void {
  const context = getField(processorBlock(number), KPRCB.Context);
  const special = specialRegisters(number);
  put(target, QEMU_CPU_STATE.version, QEMU_VERSION);
  put(target, QEMU_CPU_STATE.size, qemuStateBytes());
  for (let i = 0; i < QEMU_ORDER.length; i++)
    store<u64>(
      target + offsetOf(QEMU_CPU_STATE.rax) + usize(i) * 8,
      getField(context, unchecked(QEMU_ORDER[i])),
    );
  put(target, QEMU_CPU_STATE.rip, getField(context, CONTEXT.Rip));
  put(target, QEMU_CPU_STATE.rflags, getField(context, CONTEXT.EFlags));
  const gs = getField(special, KSPECIAL_REGISTERS.MsrGsBase);
  let segment = target + offsetOf(QEMU_CPU_STATE.cs); // cs, ds, es, fs, gs, ss
  segment = writeSegment(segment, getField(context, CONTEXT.SegCs), FLAT_LIMIT, CODE_FLAGS, 0);
  segment = writeSegment(segment, getField(context, CONTEXT.SegDs), FLAT_LIMIT, DATA_FLAGS, 0);
  segment = writeSegment(segment, getField(context, CONTEXT.SegEs), FLAT_LIMIT, DATA_FLAGS, 0);
  segment = writeSegment(segment, getField(context, CONTEXT.SegFs), FLAT_LIMIT, DATA_FLAGS, 0);
  segment = writeSegment(segment, getField(context, CONTEXT.SegGs), FLAT_LIMIT, DATA_FLAGS, gs);
  writeSegment(segment, getField(context, CONTEXT.SegSs), FLAT_LIMIT, DATA_FLAGS, 0);
  const tss = getField(processorBlock(number) - offsetOf(KPCR.Prcb), KPCR.TssBase);
  const selector = getField(special, KSPECIAL_REGISTERS.Tr);
  writeSegment(target + offsetOf(QEMU_CPU_STATE.tr), selector, TSS_LIMIT, TSS_FLAGS, tss);
  writeTable(target + offsetOf(QEMU_CPU_STATE.gdt), at(special, KSPECIAL_REGISTERS.Gdtr));
  writeTable(target + offsetOf(QEMU_CPU_STATE.idt), at(special, KSPECIAL_REGISTERS.Idtr));
  const control = target + offsetOf(QEMU_CPU_STATE.cr);
  store<u64>(control, getField(special, KSPECIAL_REGISTERS.Cr0));
  store<u64>(control, CR1, 8);
  store<u64>(control, getField(special, KSPECIAL_REGISTERS.Cr2), 16);
  store<u64>(control, getField(special, KSPECIAL_REGISTERS.Cr3), 24);
  store<u64>(control, getField(special, KSPECIAL_REGISTERS.Cr4), 32);
  put(target, QEMU_CPU_STATE.kernel_gs_base, getField(special, KSPECIAL_REGISTERS.MsrGsSwap));
}

/** Writes a segment register; returns the address of the next one. */
function writeSegment(target: usize, selector: u64, limit: u32, flags: u32, base: u64): usize {
  put(target, QEMU_CPU_SEGMENT.selector, selector);
  put(target, QEMU_CPU_SEGMENT.limit, limit);
  put(target, QEMU_CPU_SEGMENT.flags, flags);
  put(target, QEMU_CPU_SEGMENT.base, base);
  return target + offsetOf(QEMU_CPU_SEGMENT.SIZE);
}

function writeTable(target: usize, register: u64): void {
  writeSegment(
    target,
    0,
    u32(getField(register, KDESCRIPTOR.Limit)),
    0,
    getField(register, KDESCRIPTOR.Base),
  );
}
