import type { Kernel } from '../machine/machine.js';
import { bodyOf } from './lab-driver.js';
import type { StagedThread } from './stage.js';

/**
 * Where the kernel's functions have what they write of an exception: bytes from RSP in their bodies. Source of the first
 * two: addresses among the arguments that `kv` shows of public bug checks 0x1E; the third is the lab kernel's own.
 */
const RECORD = { function: 'nt!KiExceptionDispatch', offset: 0x138n };
const CONTEXT = { function: 'nt!KiDispatchException', offset: 0x30n };
const POINTERS = { function: 'nt!__C_specific_handler', offset: 0x30n };
const TRAP = 'nt!KiPageFault';
const STATUS_ACCESS_VIOLATION = 0xc0000005;

/** What is on a thread's stack of an exception that is being dispatched. */
export interface DispatchedException {
  /** KTRAP_FRAME of the code that it happened to. */
  readonly trapFrame: bigint;
  readonly exceptionRecord: bigint;
  readonly contextRecord: bigint;
  /** EXCEPTION_POINTERS, which its filter was called with. */
  readonly pointers: bigint;
}

/**
 * Writes what the kernel does about a read of a bad address, on the stack that was laid out last: `thread`'s, which is in
 * a filter.
 */
export function dispatchAccessViolation(kernel: Kernel, thread: StagedThread): DispatchedException {
  const { exports } = kernel.core;
  const place = ({ function: name, offset }: typeof RECORD) => bodyOf(kernel, thread, name) + offset;
  const trapFrame = bodyOf(kernel, thread, TRAP); // a handler's RSP is its trap frame's address
  const [exceptionRecord, contextRecord, pointers] = [RECORD, CONTEXT, POINTERS].map(place) as [
    bigint,
    bigint,
    bigint,
  ];
  exports.exceptionDescribe(
    trapFrame,
    bodyOf(kernel, thread, RECORD.function), // its KEXCEPTION_FRAME lies first in it
    exceptionRecord,
    contextRecord,
    STATUS_ACCESS_VIOLATION,
  );
  exports.exceptionPoint(pointers, exceptionRecord, contextRecord);
  return { trapFrame, exceptionRecord, contextRecord, pointers };
}
