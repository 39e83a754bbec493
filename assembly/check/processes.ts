// Processes: the lists that they are on, what counts them, and what they count.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  DISPATCHER_HEADER,
  EPROCESS,
  ETHREAD,
  KPROCESS,
  KTHREAD,
  MM_SESSION_SPACE,
  OBJECT_TYPE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, expectBetween, follow, holderOf } from './expect';
import { nextOn, walkList } from './lists';
import { peek64, value } from './memory';
import { expectType } from './objects';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';
import { checkEndedThread, checkThread, TERMINATED } from './threads';

const PROCESS_OBJECT: u64 = 3; // _KOBJECTS.ProcessObject
const WORDS: u32 = 4; // DISPATCHER_HEADER.Size counts 32-bit words, in a byte

const processes = new AddressTable();
const threads = new AddressTable();
let living: u32 = 0; // processes that have not ended
const sessions = new AddressTable(); // processes found to be in each MM_SESSION_SPACE

/** Whether a process is on nt!PsActiveProcessHead. To be asked after {@link checkProcesses}. */
export function isListedProcess(address: u64): bool {
  return processes.has(address);
}

/** Whether a thread is on the list of one of the processes. */
export function isListedThread(address: u64): bool {
  return threads.has(address);
}

export function processCount(): u32 {
  return processes.size;
}

/** Threads of all processes but Idle's. */
export function threadCount(): u32 {
  return threads.size;
}

/** The process that owns the idle threads; it is on no list. */
export function idleProcess(): u64 {
  return addressOf(NT.KiInitialProcess);
}

/** The process after `process` on nt!PsActiveProcessHead, the first one after 0; 0 at the end. */
export function nextProcess(process: u64): u64 {
  const head = addressOf(NT.PsActiveProcessHead);
  const link = EPROCESS.ActiveProcessLinks;
  const entry = nextOn(head, process == 0 ? head : process + offsetOf(link), link);
  return entry == 0 ? 0 : holderOf(entry, link);
}

/** The thread after `thread` on a process's list, the first one after 0; 0 at the end. */
export function nextThread(process: u64, thread: u64): u64 {
  const head = process + offsetOf(EPROCESS.ThreadListHead);
  const link = ETHREAD.ThreadListEntry;
  const entry = nextOn(head, thread == 0 ? head : thread + offsetOf(link), link);
  return entry == 0 ? 0 : holderOf(entry, link);
}

/** Checks every process with its threads, and the lists of processes against each other. */
export function checkProcesses(): void {
  processes.clear();
  threads.clear();
  sessions.clear();
  living = 0;
  const type = peek64(addressOf(NT.PsProcessType));
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    processes.set(process, 1);
    checkProcess(process, type);
  }
  expectPointer(NT.PsIdleProcess, idleProcess());
  checkThreads(idleProcess(), true);
  checkSchedulersList();
  checkSessions();
}

function expectPointer(symbol: i32, expected: u64): void {
  const found = peek64(addressOf(symbol));
  if (found != expected) disagreeAt(Rule.ProcessIsAProcess, NO_FIELD, addressOf(symbol), expected, found);
}

function checkProcess(process: u64, type: u64): void {
  expect(Rule.ProcessIsAProcess, process, DISPATCHER_HEADER.Type, PROCESS_OBJECT);
  expect(Rule.ProcessIsAProcess, process, DISPATCHER_HEADER.Size, (offsetOf(KPROCESS.SIZE) / WORDS) & 0xff);
  if (broken() || !expectType(process, type)) return;
  walkList(process + offsetOf(DISPATCHER_HEADER.WaitListHead), DISPATCHER_HEADER.WaitListHead);
  walkList(process + offsetOf(KPROCESS.ProfileListHead), KPROCESS.ProfileListHead);
  const id = value(process, EPROCESS.UniqueProcessId);
  if (value(process, EPROCESS.InheritedFromUniqueProcessId) == id)
    disagree(Rule.ParentIsNotItself, process, EPROCESS.InheritedFromUniqueProcessId, 0, id);
  if (processes.size == 1) expectPointer(NT.PsInitialSystemProcess, process);
  checkThreads(process, false);
  if (value(process, EPROCESS.ProcessExiting) == 0) living++;
  if (value(process, EPROCESS.ProcessInSession) != 0) {
    const session = follow(process, EPROCESS.Session);
    if (session != 0) sessions.add(session, 1);
  }
  visit(Visited.Processes);
}

/** Both lists of threads, side by side: the scheduler's has those that have not ended. */
function checkThreads(process: u64, isIdle: bool): void {
  const link = KTHREAD.ThreadListEntry;
  const head = process + offsetOf(KPROCESS.ThreadListHead);
  let other = head;
  let count: u64 = 0;
  let cycles: u64 = 0;
  for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread)) {
    if (!isIdle) threads.set(thread, 1);
    cycles += value(thread, KTHREAD.CycleTime);
    if (value(thread, KTHREAD.State) == TERMINATED) {
      checkEndedThread(thread, process);
      continue;
    }
    other = nextOn(head, other, link);
    if (broken()) return;
    if (other != thread + offsetOf(link)) {
      disagree(Rule.ThreadListsAgree, thread, link, thread + offsetOf(link), other);
      return;
    }
    checkThread(thread, process, isIdle);
    count++;
  }
  if (broken()) return;
  if (nextOn(head, other, link) != 0)
    disagree(Rule.ThreadListsAgree, process, KPROCESS.ThreadListHead, count, count + 1);
  expect(Rule.ThreadsAreCounted, process, EPROCESS.ActiveThreads, count);
  expectOfThreads(Rule.CyclesAddUp, process, KPROCESS.CycleTime, cycles);
}

/**
 * What a process counts of its threads: their sum. One that ends has lost threads whose share it keeps.
 */
export function expectOfThreads(rule: Rule, process: u64, field: i32, sum: u64): void {
  if (value(process, EPROCESS.ProcessDelete) == 0) expect(rule, process, field, sum);
  else expectBetween(rule, process, field, sum, u64.MAX_VALUE);
}

/** Whether threads of a process may be gone that it counts still: it ends, or has ended. */
export function mayHaveLostThreads(process: u64): bool {
  return value(process, EPROCESS.ProcessDelete) != 0;
}

/**
 * Whether all processes that there ever were are still on the list: they are numbered as they are created, Idle first,
 * and there were never more of them than now.
 */
export function isNobodyGone(): bool {
  const type = peek64(addressOf(NT.PsProcessType));
  const most = value(type, OBJECT_TYPE.HighWaterNumberOfObjects);
  if (most != value(type, OBJECT_TYPE.TotalNumberOfObjects)) return false;
  let last: u64 = 0;
  for (let process = nextProcess(0); process != 0; process = nextProcess(process))
    last = max(last, value(process, EPROCESS.SequenceNumber));
  return last == processCount();
}

/** nt!KiProcessListHead holds the same processes, but for those that have ended and are only still referred to. */
function checkSchedulersList(): void {
  const head = addressOf(NT.KiProcessListHead);
  const link = KPROCESS.ProcessListEntry;
  let count: u32 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const process = holderOf(entry, link);
    if (process == idleProcess()) continue;
    if (!processes.has(process) || value(process, EPROCESS.ProcessExiting) != 0)
      disagree(Rule.ProcessIsOnAllLists, process, EPROCESS.ActiveProcessLinks, 1, 0);
    count++;
  }
  if (!broken() && count != living) disagreeAt(Rule.ProcessIsOnAllLists, link, head, living, count);
}

/** Each session's list holds as many processes as name it, and each of them does. */
function checkSessions(): void {
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    if (value(process, EPROCESS.ProcessInSession) == 0) continue;
    const session = value(process, EPROCESS.Session);
    const expected = sessions.get(session);
    if (expected == 0) continue; // looked at already
    sessions.set(session, 0);
    checkSession(session, expected);
  }
}

function checkSession(session: u64, expected: u64): void {
  const head = session + offsetOf(MM_SESSION_SPACE.ProcessList);
  const link = EPROCESS.SessionProcessLinks;
  let count: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    expect(Rule.ProcessIsInItsSession, holderOf(entry, link), EPROCESS.Session, session);
    count++;
  }
  if (broken()) return;
  if (count != expected)
    disagree(Rule.ProcessIsInItsSession, session, MM_SESSION_SPACE.ProcessList, expected, count);
  expect(Rule.SessionCountsProcesses, session, MM_SESSION_SPACE.ReferenceCount, count);
  expect(Rule.SessionCountsProcesses, session, MM_SESSION_SPACE.ProcessReferenceToSession, count);
  visit(Visited.Sessions);
}
