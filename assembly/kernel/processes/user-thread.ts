// A thread's side of user mode: its environment block and its stack.
import {
  ACTIVATION_CONTEXT_STACK,
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  KTHREAD,
  NT_TIB,
  PEB,
  TEB,
  UNICODE_STRING,
} from '../../generated/types';
import { PAGE_SIZE } from '../../memory/arena';
import { at, getField, initialiseList, setField } from '../../memory/virtual';
import { PROTECT_READ_WRITE } from '../sections/protection';
import { addPrivateVad } from '../sections/vad';
import { takeTeb } from './user-space';
import { Arena, commitGuardPage, takeAddresses, touchZeroed } from './user-memory';
import { createTeb32, TEB32_PAGES } from './wow64';

const TEB_PAGES: u32 = 2;
const STACK_RESERVE_PAGES: u32 = 256;
const STACK_COMMIT_PAGES: u32 = 3;
const STATIC_STRING_BYTES: u32 = 0x20a; // StaticUnicodeBuffer: MAX_PATH characters and a zero
const ENGLISH: u32 = 0x409;

/** Gives a thread of the attached process its TEB and user stack; returns the TEB. */
export function createUserThread(process: u64, thread: u64, peb: u64): u64 {
  const isWow64 = getField(process, EPROCESS.WoW64Process) != 0;
  const pages = isWow64 ? TEB_PAGES + TEB32_PAGES : TEB_PAGES;
  const teb = takeTeb(pages);
  touchZeroed(teb, pages);
  const isFirst = getField(process, EPROCESS.ActiveThreads) == 1;
  createStack(teb);
  const tib = at(teb, TEB.NtTib);
  setField(tib, NT_TIB.Self, teb);
  setField(teb, TEB.ProcessEnvironmentBlock, peb);
  const pid = getField(process, EPROCESS.UniqueProcessId);
  const tid = getField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueThread);
  fillClientId(at(teb, TEB.ClientId), pid, tid);
  fillClientId(at(teb, TEB.RealClientId), pid, tid);
  setField(teb, TEB.CurrentLocale, ENGLISH);
  const text = at(teb, TEB.StaticUnicodeString);
  setField(text, UNICODE_STRING.MaximumLength, STATIC_STRING_BYTES);
  setField(text, UNICODE_STRING.Buffer, at(teb, TEB.StaticUnicodeBuffer));
  const contexts = at(teb, TEB._ActivationStack);
  initialiseList(at(contexts, ACTIVATION_CONTEXT_STACK.FrameListCache));
  setField(contexts, ACTIVATION_CONTEXT_STACK.NextCookieSequenceNumber, 1);
  setField(teb, TEB.ActivationContextStackPointer, contexts);
  setField(teb, TEB.InitialThread, isFirst ? 1 : 0);
  setField(teb, TEB.RanProcessInit, isFirst ? 1 : 0);
  if (getField(peb, PEB.GdiSharedHandleTable) != 0) {
    setField(teb, TEB.GdiClientPID, pid);
    setField(teb, TEB.GdiClientTID, tid);
  }
  setField(thread, KTHREAD.Teb, teb);
  if (isWow64) createTeb32(process, thread, TEB_PAGES);
  return teb;
}

function fillClientId(id: u64, pid: u64, tid: u64): void {
  setField(id, CLIENT_ID.UniqueProcess, pid);
  setField(id, CLIENT_ID.UniqueThread, tid);
}

/** Reserves a stack: committed and touched at its top, a guard page below that makes it grow. */
function createStack(teb: u64): void {
  const reserved = takeAddresses(<i32>Arena.Stacks, STACK_RESERVE_PAGES);
  addPrivateVad(reserved, STACK_RESERVE_PAGES, STACK_COMMIT_PAGES + 1, false, PROTECT_READ_WRITE);
  const stackBase = reserved + u64(STACK_RESERVE_PAGES) * PAGE_SIZE;
  const stackLimit = stackBase - u64(STACK_COMMIT_PAGES) * PAGE_SIZE;
  touchZeroed(stackLimit, STACK_COMMIT_PAGES);
  commitGuardPage(stackLimit - PAGE_SIZE);
  const tib = at(teb, TEB.NtTib);
  setField(tib, NT_TIB.StackBase, stackBase);
  setField(tib, NT_TIB.StackLimit, stackLimit);
  setField(teb, TEB.DeallocationStack, reserved);
}
