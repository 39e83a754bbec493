// What a debugger asks of a process's threads: read from ETHREAD, TEB, and the trap frame and kernel stack with which user
// mode was left.
import {
  CONTEXT,
  EPROCESS,
  ETHREAD,
  CLIENT_ID,
  KAFFINITY_EX,
  KPROCESS,
  KTHREAD,
  KTRAP_FRAME,
  NT_TIB,
  TEB,
  UNICODE_STRING,
  XSAVE_FORMAT,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf, put } from '../../layout/fields';
import { peekField } from '../../memory/peek';
import { at, getField, read64, readBytes } from '../../memory/virtual';
import { USER_CODE_SELECTOR, USER_DATA_SELECTOR } from '../../kernel/processors/descriptor-tables';
import { unwindToUserMode, userRegister, userTrapFrame } from '../../stacks/user-registers';

const CONTEXT_ALL: u32 = 0x10001f; // CONTEXT_AMD64 with control, integer, segments, floating point and debug registers
const TEB_SELECTOR: u32 = 0x53;
const CONTROL_WORD: u32 = 0x27f;
const STILL_ACTIVE: u32 = 0x103;
const NUMBERS: usize = 15;
const R12: u32 = 12;

/** Bytes of {@link readThread}'s numbers, after which come the CONTEXT and then the name. */
const NUMBER_BYTES: usize = NUMBERS * 8;

/** The thread of a process after `thread` on its list that has not ended, 0 at the end; the first one for 0. */
export function nextThread(process: u64, thread: u64): u64 {
  const head = at(process, EPROCESS.ThreadListHead);
  let entry = read64(thread == 0 ? head : at(thread, ETHREAD.ThreadListEntry));
  while (entry != head) {
    const next = entry - u64(offsetOf(ETHREAD.ThreadListEntry));
    if (getField(next, ETHREAD.Terminated) == 0) return next;
    entry = read64(entry);
  }
  return 0;
}

/**
 * Reads a thread of the attached process to the exchange buffer: as u64 its id, suspend count, priority relative to its
 * process, TEB, stack base, stack limit, exit status, creation and exit time, kernel and user time in clock ticks,
 * Win32 start address, affinity, bytes of CONTEXT, bytes of the name; then CONTEXT and the name in UTF-16.
 */
export function readThread(thread: u64): void {
  const out = exchangeBuffer();
  const teb = getField(thread, KTHREAD.Teb);
  const tib = at(teb, TEB.NtTib);
  const process = getField(thread, KTHREAD.Process);
  const base = i64(i8(getField(process, KPROCESS.BasePriority)));
  const name = getField(thread, ETHREAD.ThreadName);
  const nameBytes: u64 = name == 0 ? 0 : getField(name, UNICODE_STRING.Length);
  store<u64>(out, getField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueThread));
  store<u64>(out, getField(thread, KTHREAD.SuspendCount), 8);
  store<i64>(out, i64(i8(getField(thread, KTHREAD.BasePriority))) - base, 16);
  store<u64>(out, teb, 24);
  store<u64>(out, getField(tib, NT_TIB.StackBase), 32);
  store<u64>(out, getField(tib, NT_TIB.StackLimit), 40);
  store<u64>(out, STILL_ACTIVE, 48);
  store<u64>(out, read64(at(thread, ETHREAD.CreateTime)), 56);
  store<u64>(out, 0, 64); // it has not ended
  store<u64>(out, getField(thread, KTHREAD.KernelTime), 72);
  store<u64>(out, getField(thread, KTHREAD.UserTime), 80);
  store<u64>(out, getField(thread, ETHREAD.Win32StartAddress), 88);
  store<u64>(out, read64(at(getField(thread, KTHREAD.UserAffinity), KAFFINITY_EX.Bitmap)), 96);
  store<u64>(out, offsetOf(CONTEXT.SIZE), 104);
  store<u64>(out, nameBytes, 112);
  fillContext(thread, out + NUMBER_BYTES);
  if (nameBytes != 0)
    readBytes(
      getField(name, UNICODE_STRING.Buffer),
      out + NUMBER_BYTES + offsetOf(CONTEXT.SIZE),
      usize(nameBytes),
    );
}

/** The registers with which a thread left user mode, as GetThreadContext finds them. */
function fillContext(thread: u64, context: usize): void {
  memory.fill(context, 0, offsetOf(CONTEXT.SIZE));
  const frame = userTrapFrame(thread);
  if (frame == 0) return;
  unwindToUserMode(thread);
  const mxCsr = peekField(frame, KTRAP_FRAME.MxCsr);
  put(context, CONTEXT.ContextFlags, CONTEXT_ALL);
  put(context, CONTEXT.MxCsr, mxCsr);
  put(context, CONTEXT.SegCs, USER_CODE_SELECTOR);
  put(context, CONTEXT.SegDs, USER_DATA_SELECTOR);
  put(context, CONTEXT.SegEs, USER_DATA_SELECTOR);
  put(context, CONTEXT.SegFs, TEB_SELECTOR);
  put(context, CONTEXT.SegGs, USER_DATA_SELECTOR);
  put(context, CONTEXT.SegSs, peekField(frame, KTRAP_FRAME.SegSs));
  put(context, CONTEXT.EFlags, peekField(frame, KTRAP_FRAME.EFlags));
  put(context, CONTEXT.Rax, peekField(frame, KTRAP_FRAME.Rax));
  put(context, CONTEXT.Rcx, peekField(frame, KTRAP_FRAME.Rcx));
  put(context, CONTEXT.Rdx, peekField(frame, KTRAP_FRAME.Rdx));
  put(context, CONTEXT.Rbx, peekField(frame, KTRAP_FRAME.Rbx));
  put(context, CONTEXT.Rsp, peekField(frame, KTRAP_FRAME.Rsp));
  put(context, CONTEXT.Rbp, peekField(frame, KTRAP_FRAME.Rbp));
  put(context, CONTEXT.Rsi, peekField(frame, KTRAP_FRAME.Rsi));
  put(context, CONTEXT.Rdi, peekField(frame, KTRAP_FRAME.Rdi));
  put(context, CONTEXT.R8, peekField(frame, KTRAP_FRAME.R8));
  put(context, CONTEXT.R9, peekField(frame, KTRAP_FRAME.R9));
  put(context, CONTEXT.R10, peekField(frame, KTRAP_FRAME.R10));
  put(context, CONTEXT.R11, peekField(frame, KTRAP_FRAME.R11));
  put(context, CONTEXT.R12, userRegister(R12));
  put(context, CONTEXT.R13, userRegister(R12 + 1));
  put(context, CONTEXT.R14, userRegister(R12 + 2));
  put(context, CONTEXT.R15, userRegister(R12 + 3));
  put(context, CONTEXT.Rip, peekField(frame, KTRAP_FRAME.Rip));
  const floating = context + offsetOf(CONTEXT.FltSave);
  put(floating, XSAVE_FORMAT.ControlWord, CONTROL_WORD);
  put(floating, XSAVE_FORMAT.MxCsr, mxCsr);
}
