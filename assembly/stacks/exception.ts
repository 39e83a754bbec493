// What the kernel writes on a stack while it dispatches an exception: the record of what happened, the context of the
// code that it happened to, and the pair of pointers that filters get.
import {
  CONTEXT,
  EXCEPTION_POINTERS,
  EXCEPTION_RECORD,
  KEXCEPTION_FRAME,
  KTRAP_FRAME,
  XSAVE_FORMAT,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { at, getField, read64, setField, write64 } from '../memory/virtual';

/** CONTEXT_CONTROL, INTEGER, SEGMENTS, FLOATING_POINT and DEBUG_REGISTERS of CONTEXT_AMD64. */
const CONTEXT_ALL: u32 = 0x10001f;
const CONTROL_WORD: u32 = 0x27f; // of a thread that never used the x87 unit
const DR6: u32 = 0xffff0ff0;
const DR7: u32 = 0x400;
const VECTOR_BYTES: u64 = 16;
const TRAPPED_VECTORS: u64 = 6; // XMM0 to XMM5; the others are kept across calls
const KEPT_VECTORS: u64 = 10;

/**
 * Fills the EXCEPTION_RECORD at `record`, of an access violation that the KTRAP_FRAME at `trapFrame` tells of, and the
 * CONTEXT at `context` of the code that was stopped: what that frame and the KEXCEPTION_FRAME have of its registers.
 */
export function describeAccessViolation(
  trapFrame: u64,
  exceptionFrame: u64,
  record: u64,
  context: u64,
  code: u32,
): void {
  clear(record, offsetOf(EXCEPTION_RECORD.SIZE));
  setField(record, EXCEPTION_RECORD.ExceptionCode, code);
  setField(record, EXCEPTION_RECORD.ExceptionAddress, getField(trapFrame, KTRAP_FRAME.Rip));
  setField(record, EXCEPTION_RECORD.NumberParameters, 2);
  const information = at(record, EXCEPTION_RECORD.ExceptionInformation);
  write64(information, 0); // a read
  write64(information + 8, getField(trapFrame, KTRAP_FRAME.FaultAddress));
  contextFromFrames(context, trapFrame, exceptionFrame);
}

/** Writes the EXCEPTION_POINTERS at `pointers`. */
export function pointToException(pointers: u64, record: u64, context: u64): void {
  setField(pointers, EXCEPTION_POINTERS.ExceptionRecord, record);
  setField(pointers, EXCEPTION_POINTERS.ContextRecord, context);
}

/** A CONTEXT out of what the trap saved and what the kernel's own code kept: all that there was in registers. */
function contextFromFrames(context: u64, trapFrame: u64, exceptionFrame: u64): void {
  clear(context, offsetOf(CONTEXT.SIZE));
  setField(context, CONTEXT.ContextFlags, CONTEXT_ALL);
  controlRegisters(context, trapFrame);
  setField(context, CONTEXT.Rax, getField(trapFrame, KTRAP_FRAME.Rax));
  setField(context, CONTEXT.Rcx, getField(trapFrame, KTRAP_FRAME.Rcx));
  setField(context, CONTEXT.Rdx, getField(trapFrame, KTRAP_FRAME.Rdx));
  setField(context, CONTEXT.R8, getField(trapFrame, KTRAP_FRAME.R8));
  setField(context, CONTEXT.R9, getField(trapFrame, KTRAP_FRAME.R9));
  setField(context, CONTEXT.R10, getField(trapFrame, KTRAP_FRAME.R10));
  setField(context, CONTEXT.R11, getField(trapFrame, KTRAP_FRAME.R11));
  setField(context, CONTEXT.Rbp, getField(trapFrame, KTRAP_FRAME.Rbp));
  setField(context, CONTEXT.Rbx, getField(exceptionFrame, KEXCEPTION_FRAME.Rbx));
  setField(context, CONTEXT.Rdi, getField(exceptionFrame, KEXCEPTION_FRAME.Rdi));
  setField(context, CONTEXT.Rsi, getField(exceptionFrame, KEXCEPTION_FRAME.Rsi));
  setField(context, CONTEXT.R12, getField(exceptionFrame, KEXCEPTION_FRAME.R12));
  setField(context, CONTEXT.R13, getField(exceptionFrame, KEXCEPTION_FRAME.R13));
  setField(context, CONTEXT.R14, getField(exceptionFrame, KEXCEPTION_FRAME.R14));
  setField(context, CONTEXT.R15, getField(exceptionFrame, KEXCEPTION_FRAME.R15));
  const floating = at(context, CONTEXT.FltSave);
  setField(floating, XSAVE_FORMAT.ControlWord, CONTROL_WORD);
  setField(floating, XSAVE_FORMAT.MxCsr, getField(trapFrame, KTRAP_FRAME.MxCsr));
  const vectors = at(floating, XSAVE_FORMAT.XmmRegisters);
  copy(at(trapFrame, KTRAP_FRAME.Xmm0), vectors, TRAPPED_VECTORS * VECTOR_BYTES);
  copy(
    at(exceptionFrame, KEXCEPTION_FRAME.Xmm6),
    vectors + TRAPPED_VECTORS * VECTOR_BYTES,
    KEPT_VECTORS * VECTOR_BYTES,
  );
}

function controlRegisters(context: u64, trapFrame: u64): void {
  setField(context, CONTEXT.Rip, getField(trapFrame, KTRAP_FRAME.Rip));
  setField(context, CONTEXT.Rsp, getField(trapFrame, KTRAP_FRAME.Rsp));
  setField(context, CONTEXT.SegCs, getField(trapFrame, KTRAP_FRAME.SegCs));
  setField(context, CONTEXT.SegSs, getField(trapFrame, KTRAP_FRAME.SegSs));
  setField(context, CONTEXT.EFlags, getField(trapFrame, KTRAP_FRAME.EFlags));
  setField(context, CONTEXT.MxCsr, getField(trapFrame, KTRAP_FRAME.MxCsr));
  setField(context, CONTEXT.Dr6, DR6);
  setField(context, CONTEXT.Dr7, DR7);
}

function clear(address: u64, bytes: u64): void {
  for (let offset: u64 = 0; offset < bytes; offset += 8) write64(address + offset, 0);
}

function copy(from: u64, to: u64, bytes: u64): void {
  for (let offset: u64 = 0; offset < bytes; offset += 8) write64(to + offset, read64(from + offset));
}
