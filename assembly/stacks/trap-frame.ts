// KTRAP_FRAME: where the processor left user mode for a system call, or other kernel code for an interrupt or a fault.
import { KTHREAD, KTRAP_FRAME } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { at, getField, setField, write64 } from '../memory/virtual';
import { leftByUserMode, registerLeft } from './frames';
import {
  KERNEL_CODE_SELECTOR,
  KERNEL_DATA_SELECTOR,
  USER_CODE_SELECTOR,
  USER_DATA_SELECTOR,
} from '../kernel/processors/descriptor-tables';

const EFLAGS: u32 = 0x246; // IF ZF PF
const USER_MODE: u32 = 1;
const MXCSR: u32 = 0x1f80;
// KTRAP_FRAME.ExceptionActive; an interrupt's is 0.
const EXCEPTION: u8 = 1;
const SERVICE: u8 = 2;
const VECTORS_BYTES: u64 = 6 * 16; // XMM0 to XMM5
const RBX: u32 = 3;
const RBP: u32 = 5;
const RSI: u32 = 6;
const RDI: u32 = 7;

/**
 * Writes the trap frame at the top of a thread's stack, for system service `service`, with the registers of the user
 * stack laid out before; returns RSP as the unwind data counts from: its end.
 */
export function createTrapFrame(thread: u64, rip: u64, rsp: u64, rbp: u64, service: u32): u64 {
  const end = getField(thread, KTHREAD.InitialStack);
  const frame = end - offsetOf(KTRAP_FRAME.SIZE);
  setField(frame, KTRAP_FRAME.PreviousMode, USER_MODE);
  setField(frame, KTRAP_FRAME.ExceptionActive, SERVICE);
  setField(frame, KTRAP_FRAME.MxCsr, MXCSR);
  setField(frame, KTRAP_FRAME.Rax, service); // whose number the stub loads
  setField(frame, KTRAP_FRAME.Rcx, rip); // syscall leaves RIP in RCX and RFLAGS in R11
  setField(frame, KTRAP_FRAME.R11, EFLAGS);
  if (leftByUserMode(thread)) {
    setField(frame, KTRAP_FRAME.Rbx, registerLeft(RBX));
    setField(frame, KTRAP_FRAME.Rbp, registerLeft(RBP));
    setField(frame, KTRAP_FRAME.Rsi, registerLeft(RSI));
    setField(frame, KTRAP_FRAME.Rdi, registerLeft(RDI));
  } else if (rbp != 0) setField(frame, KTRAP_FRAME.Rbp, rbp);
  setField(frame, KTRAP_FRAME.Rip, rip);
  setField(frame, KTRAP_FRAME.SegCs, USER_CODE_SELECTOR);
  setField(frame, KTRAP_FRAME.EFlags, EFLAGS);
  setField(frame, KTRAP_FRAME.Rsp, rsp);
  setField(frame, KTRAP_FRAME.SegSs, USER_DATA_SELECTOR);
  clearVectors(frame);
  setField(thread, KTHREAD.TrapFrame, frame);
  setField(thread, KTHREAD.SystemCallNumber, service);
  return end;
}

/**
 * Writes the trap frame that ends at `end`, of an interrupt or exception that took the processor from kernel mode.
 * `active` is KTRAP_FRAME.ExceptionActive; `fault` the address whose access faulted, 0 for anything else.
 */
export function fillInterruptFrame(
  end: u64,
  rip: u64,
  rsp: u64,
  active: u8,
  fault: u64,
  registers: StaticArray<u64>,
): void {
  const frame = kernelFrame(end, rip, rsp, active, unchecked(registers[RBP]));
  // What the code had in volatile registers: what it works with, by and by copied from the others.
  setField(frame, KTRAP_FRAME.Rax, unchecked(registers[RBX]) & 0xffff);
  setField(frame, KTRAP_FRAME.Rcx, fault != 0 ? fault : unchecked(registers[RBX]));
  setField(frame, KTRAP_FRAME.Rdx, unchecked(registers[RDI]));
  setField(frame, KTRAP_FRAME.R8, unchecked(registers[RSI]));
  setField(frame, KTRAP_FRAME.R9, rsp);
  setField(frame, KTRAP_FRAME.R10, unchecked(registers[RDI]) & 0xff);
  setField(frame, KTRAP_FRAME.R11, rsp);
  if (active != EXCEPTION) return;
  setField(frame, KTRAP_FRAME.FaultAddress, fault);
  setField(frame, KTRAP_FRAME.ErrorCode, 0); // kernel mode read a page that is not present
}

/** Writes the trap frame that ends at `end`, of a system service that kernel code asked for through a Zw stub. */
export function fillServiceFrame(
  thread: u64,
  end: u64,
  rip: u64,
  rsp: u64,
  service: u32,
  registers: StaticArray<u64>,
): void {
  const frame = kernelFrame(end, rip, rsp, SERVICE, unchecked(registers[RBP]));
  setField(frame, KTRAP_FRAME.Rbx, unchecked(registers[RBX]));
  setField(frame, KTRAP_FRAME.Rdi, unchecked(registers[RDI]));
  setField(frame, KTRAP_FRAME.Rsi, unchecked(registers[RSI]));
  setField(frame, KTRAP_FRAME.TrapFrame, getField(thread, KTHREAD.TrapFrame)); // until the service returns
  setField(thread, KTHREAD.TrapFrame, frame);
  setField(thread, KTHREAD.SystemCallNumber, service);
}

function kernelFrame(end: u64, rip: u64, rsp: u64, active: u8, rbp: u64): u64 {
  const frame = end - offsetOf(KTRAP_FRAME.SIZE);
  setField(frame, KTRAP_FRAME.PreviousMode, 0);
  setField(frame, KTRAP_FRAME.ExceptionActive, active);
  setField(frame, KTRAP_FRAME.MxCsr, MXCSR);
  setField(frame, KTRAP_FRAME.Rbp, rbp);
  setField(frame, KTRAP_FRAME.Rip, rip);
  setField(frame, KTRAP_FRAME.SegCs, KERNEL_CODE_SELECTOR);
  setField(frame, KTRAP_FRAME.EFlags, EFLAGS);
  setField(frame, KTRAP_FRAME.Rsp, rsp);
  setField(frame, KTRAP_FRAME.SegSs, KERNEL_DATA_SELECTOR);
  clearVectors(frame);
  return frame;
}

/** The volatile vector registers, which nothing on this machine has put anything into. */
function clearVectors(frame: u64): void {
  const vectors = at(frame, KTRAP_FRAME.Xmm0);
  for (let offset: u64 = 0; offset < VECTORS_BYTES; offset += 8) write64(vectors + offset, 0);
}
