// What threads wait for: blocks that name thread and object, on the object's list and back.
import { Rule, Visited } from '../generated/rules';
import { DISPATCHER_HEADER, KPRIQUEUE, KQUEUE, KTHREAD, KWAIT_BLOCK, LIST_ENTRY } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { checkApcs } from './apcs';
import { follow } from './expect';
import { linksHold } from './lists';
import { mapped, value } from './memory';
import { checkMessage } from './messages';
import { checkMutants } from './mutants';
import { idleProcess, nextProcess, nextThread } from './processes';
import { broken, disagree, visit } from './report';
import { WAITING } from './threads';

/** _KWAIT_BLOCK_STATE.WaitBlockActive. */
const BLOCK_ACTIVE: u64 = 4;
const ALERT_BY_THREAD_ID: u64 = 37; // _KWAIT_REASON.WrAlertByThreadId
const FOR_MESSAGES: u64 = 13; // _KWAIT_REASON.WrUserRequest
const MOST_BLOCKS: u64 = 64; // MAXIMUM_WAIT_OBJECTS
const MOST_WAITERS: u32 = 100000;
const LAST_DISPATCHER_TYPE: u64 = 24; // of _KOBJECTS
const TYPE_MASK: u64 = 0x7f; // the highest bit of a header's Type is its lock
const QUEUE: u64 = 4; // _KOBJECTS.QueueObject
const PRIORITY_QUEUE: u64 = 21;

/** Checks the wait blocks of every thread. To be called after the processes were. */
export function checkWaits(): void {
  for (let process = nextProcess(0); process != 0; process = nextProcess(process))
    for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread)) {
      checkThreadsWaits(thread);
      checkApcs(thread);
      checkMutants(thread);
      checkMessage(thread);
    }
  const idle = idleProcess();
  for (let thread = nextThread(idle, 0); thread != 0; thread = nextThread(idle, thread)) {
    if (value(thread, KTHREAD.State) == WAITING)
      disagree(Rule.IdleThreadIsIdle, thread, KTHREAD.State, 0, WAITING);
  }
}

function checkThreadsWaits(thread: u64): void {
  const waits = value(thread, KTHREAD.State) == WAITING;
  const blocks = value(thread, KTHREAD.WaitBlockCount);
  if (broken() || !checkQueue(thread)) return;
  if (!waits) return;
  if (value(thread, KTHREAD.WaitReason) == FOR_MESSAGES && value(thread, KTHREAD.GuiThread) == 0) {
    disagree(Rule.MessageWaiterHasWindows, thread, KTHREAD.GuiThread, 1, 0);
    return;
  }
  if (blocks == 0 && value(thread, KTHREAD.WaitReason) == ALERT_BY_THREAD_ID) return; // its own id is what it waits for
  if (blocks == 0 || blocks > MOST_BLOCKS) {
    disagree(Rule.WaitingThreadWaits, thread, KTHREAD.WaitBlockCount, 1, blocks);
    return;
  }
  const first = follow(thread, KTHREAD.WaitBlockList);
  for (let i: u64 = 0; i < blocks && !broken(); i++)
    checkBlock(first + i * offsetOf(KWAIT_BLOCK.SIZE), thread);
}

function checkBlock(block: u64, thread: u64): void {
  const state = value(block, KWAIT_BLOCK.BlockState);
  if (state != BLOCK_ACTIVE) {
    disagree(Rule.WaitingThreadWaits, block, KWAIT_BLOCK.BlockState, BLOCK_ACTIVE, state);
    return;
  }
  const owner = value(block, KWAIT_BLOCK.Thread);
  if (owner != thread) {
    disagree(Rule.WaitBlockIsTheThreads, block, KWAIT_BLOCK.Thread, thread, owner);
    return;
  }
  const object = value(block, KWAIT_BLOCK.Object);
  if (!mapped(object)) {
    disagree(Rule.DispatcherObjectExists, block, KWAIT_BLOCK.Object, 1, object);
    return;
  }
  const type = value(object, DISPATCHER_HEADER.Type) & TYPE_MASK;
  if (type > LAST_DISPATCHER_TYPE) {
    disagree(Rule.DispatcherObjectExists, object, DISPATCHER_HEADER.Type, LAST_DISPATCHER_TYPE, type);
    return;
  }
  const entry = block + offsetOf(KWAIT_BLOCK.WaitListEntry);
  if (!linksHold(entry, KWAIT_BLOCK.WaitListEntry)) return;
  if (!leadsBackTo(entry, object + offsetOf(DISPATCHER_HEADER.WaitListHead))) {
    disagree(Rule.WaitBlockIsOnItsObject, block, KWAIT_BLOCK.Object, 1, object);
    return;
  }
  visit(Visited.WaitBlocks);
}

/** Whether the list that `entry` is on has its head at `head`. */
function leadsBackTo(entry: u64, head: u64): bool {
  let before = value(entry, LIST_ENTRY.Blink);
  for (let i: u32 = 0; i < MOST_WAITERS && !broken(); i++) {
    if (before == head) return true;
    if (before == entry || !mapped(before)) return false;
    before = value(before, LIST_ENTRY.Blink);
  }
  return false;
}

/** A thread that serves a queue is on the queue's list of threads. */
function checkQueue(thread: u64): bool {
  const queue = value(thread, KTHREAD.Queue);
  if (queue == 0) return !broken();
  if (!mapped(queue)) return disagree(Rule.QueueKnowsItsThread, thread, KTHREAD.Queue, 0, queue);
  const type = value(queue, DISPATCHER_HEADER.Type) & TYPE_MASK;
  if (type != QUEUE && type != PRIORITY_QUEUE)
    return disagree(Rule.QueueKnowsItsThread, queue, DISPATCHER_HEADER.Type, QUEUE, type);
  const head = queue + offsetOf(type == QUEUE ? KQUEUE.ThreadListHead : KPRIQUEUE.ThreadListHead);
  const entry = thread + offsetOf(KTHREAD.QueueListEntry);
  if (!linksHold(entry, KTHREAD.QueueListEntry)) return false;
  return leadsBackTo(entry, head) || disagree(Rule.QueueKnowsItsThread, thread, KTHREAD.Queue, head, queue);
}
