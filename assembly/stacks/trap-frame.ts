// KTRAP_FRAME of a system call: where user mode was left.
import { KTHREAD, KTRAP_FRAME } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { getField, setField } from '../memory/virtual';
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
  setField(frame, KTRAP_FRAME.ExceptionActive, 2); // entered by a system call
  setField(frame, KTRAP_FRAME.MxCsr, MXCSR);
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
  setField(thread, KTHREAD.TrapFrame, frame);
  setField(thread, KTHREAD.SystemCallNumber, service);
  return end;
}

/** Writes the trap frame that ends at `end`, of an interrupt that took the processor from kernel mode. */
export function fillInterruptFrame(end: u64, rip: u64, rsp: u64, rbp: u64): void {
  const frame = end - offsetOf(KTRAP_FRAME.SIZE);
  setField(frame, KTRAP_FRAME.PreviousMode, 0);
  setField(frame, KTRAP_FRAME.ExceptionActive, 0); // entered by an interrupt
  setField(frame, KTRAP_FRAME.MxCsr, MXCSR);
  setField(frame, KTRAP_FRAME.Rbp, rbp);
  setField(frame, KTRAP_FRAME.Rip, rip);
  setField(frame, KTRAP_FRAME.SegCs, KERNEL_CODE_SELECTOR);
  setField(frame, KTRAP_FRAME.EFlags, EFLAGS);
  setField(frame, KTRAP_FRAME.Rsp, rsp);
  setField(frame, KTRAP_FRAME.SegSs, KERNEL_DATA_SELECTOR);
}
