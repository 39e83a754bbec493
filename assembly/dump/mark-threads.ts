// What of processes and threads a debugger needs to list them and to walk their kernel stacks.
import { NT } from '../generated/symbols';
import {
  EPROCESS,
  ETHREAD,
  KPROCESS,
  KTHREAD,
  LIST_ENTRY,
  MM_SESSION_SPACE,
  OBJECT_NAME_INFORMATION,
  SE_AUDIT_PROCESS_CREATION_INFO,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { isIn, Region } from '../memory/address-space';
import { PAGE_SIZE } from '../memory/arena';
import { nextPage, peek64, peekAt, peekField } from '../memory/peek';
import { addressOf } from '../kernel/symbols';
import { markCode } from './mark-modules';
import { mark, markFrame, markPage, markStructure, markText } from './marker';

const MOST_ENTRIES: u32 = 1 << 20; // a list with more is going in circles
const RUNNING: u64 = 2; // _KTHREAD_STATE
const WORD: u64 = 8;

/** Marks every process that a list has, with its threads. */
export function markProcesses(): void {
  markProcess(addressOf(NT.KiInitialProcess)); // Idle, which is on no list
  markProcessList(addressOf(NT.PsActiveProcessHead), offsetOf(EPROCESS.ActiveProcessLinks));
  markProcessList(addressOf(NT.KiProcessListHead), offsetOf(KPROCESS.ProcessListEntry));
}

function markProcessList(head: u64, link: u64): void {
  let entry = peek64(head);
  for (let i: u32 = 0; entry != head && entry != 0 && i < MOST_ENTRIES; i++) {
    markProcess(entry - link);
    entry = peekField(entry, LIST_ENTRY.Flink);
  }
}

/** Marks a process, its name, session and PML4, without its threads. */
export function markProcessObject(process: u64): void {
  markStructure(process, EPROCESS.SIZE);
  markStructure(peekField(process, EPROCESS.Session), MM_SESSION_SPACE.SIZE);
  markFrame(u32(peekField(process, KPROCESS.DirectoryTableBase) >> 12));
  const audit = process + offsetOf(EPROCESS.SeAuditProcessCreationInfo);
  const name = peekField(audit, SE_AUDIT_PROCESS_CREATION_INFO.ImageFileName);
  if (name != 0) {
    markStructure(name, OBJECT_NAME_INFORMATION.SIZE);
    markText(name + offsetOf(OBJECT_NAME_INFORMATION.Name));
  }
}

function markProcess(process: u64): void {
  markProcessObject(process);
  const head = process + offsetOf(KPROCESS.ThreadListHead);
  let entry = peek64(head);
  for (let i: u32 = 0; entry != head && entry != 0 && i < MOST_ENTRIES; i++) {
    markThread(entry - offsetOf(KTHREAD.ThreadListEntry));
    entry = peekField(entry, LIST_ENTRY.Flink);
  }
}

/** Marks a thread, its kernel stack in use, and the code that the stack's frames return to. */
export function markThread(thread: u64): void {
  if (thread == 0) return;
  markStructure(thread, ETHREAD.SIZE);
  const end = peekField(thread, KTHREAD.StackBase);
  const isRunning = peekField(thread, KTHREAD.State) == RUNNING;
  markStack(peekField(thread, isRunning ? KTHREAD.StackLimit : KTHREAD.KernelStack), end);
}

/** Marks the part of a stack from an address up to its base. */
export function markStack(from: u64, base: u64): void {
  mark(from & ~u64(PAGE_SIZE - 1), base - (from & ~u64(PAGE_SIZE - 1)));
  for (let at = from & ~(WORD - 1); at < base;) {
    const end = min(nextPage(at), base);
    let host = peekAt(at);
    // Marking does not look at memory through the same page.
    for (; at < end; at += WORD) {
      const word = load<u64>(host);
      host += usize(WORD);
      if (isIn(<i32>Region.SystemImages, word) || isIn(<i32>Region.Session, word)) markReturn(word);
    }
  }
}

/** Marks where a call returns to, and the call before it. */
function markReturn(address: u64): void {
  markCode(address);
  if ((address & u64(PAGE_SIZE - 1)) < WORD) markCode(address - WORD);
}

/** Marks the page of a processor's instruction pointer. */
export function markInstruction(address: u64): void {
  markReturn(address);
  markPage(address);
}
