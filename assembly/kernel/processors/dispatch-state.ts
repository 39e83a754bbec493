// What a processor schedules with: its ready, wait and timer lists, its DPC queues and its queued spin locks.
import { NT } from '../../generated/symbols';
import {
  KCORE_CONTROL_BLOCK,
  KDPC,
  KDPC_DATA,
  KDPC_LIST,
  KPRCB,
  KSHARED_READY_QUEUE,
  KSPIN_LOCK_QUEUE,
  KTIMER_TABLE,
  KTIMER_TABLE_ENTRY,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, initialiseList, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { clusterLeader, clusterSize, groupOf, indexInGroup } from './topology';

/** Priorities, and so ready lists of a queue. */
export const PRIORITIES: u32 = 32;
/** Entries of each of the two halves of a processor's timer table: high precision ones, then standard ones. */
export const TIMER_ENTRIES: u32 = 256;
const TIMER_HALVES: u32 = 2;
const NO_TIME: u64 = 0xffffffff00000000; // an entry without timers
const DPC_QUEUES: u32 = 2; // normal and threaded
const DPC_OBJECT: u32 = 19; // _KOBJECTS.DpcObject
const MEDIUM: u32 = 1; // KDPC.Importance
const LIST_ENTRY_BYTES: u64 = 16;
const QUANTUM_TICKS_OF_DPCS: u32 = 20;

/** Initialises a processor's lists, all empty. */
export function initialiseDispatchState(prcb: u64, number: u32): void {
  initialiseReadyLists(at(prcb, KPRCB.DispatcherReadyListHead));
  initialiseList(at(prcb, KPRCB.WaitListHead));
  initialiseTimerTable(at(prcb, KPRCB.TimerTable));
  initialiseDpcs(prcb, number);
  initialiseLockQueue(at(prcb, KPRCB.LockQueue));
  const mask = u64(1) << u64(indexInGroup(number));
  setField(prcb, KPRCB.Group, groupOf(number));
  setField(prcb, KPRCB.GroupIndex, indexInGroup(number));
  setField(prcb, KPRCB.GroupSetMember, mask);
  setField(prcb, KPRCB.NodeColor, groupOf(number));
  setField(prcb, KPRCB.NodeShiftedColor, groupOf(number) << 8);
  setField(prcb, KPRCB.PackageId, groupOf(number));
  setField(prcb, KPRCB.CoreProcessorSet, mask);
  setField(prcb, KPRCB.CoreControlBlock, at(prcb, KPRCB.LocalCoreControlBlock));
  const core = at(prcb, KPRCB.LocalCoreControlBlock);
  setField(core, KCORE_CONTROL_BLOCK.ProcessorCount, 1);
  write64(at(core, KCORE_CONTROL_BLOCK.Prcbs), prcb);
}

function initialiseReadyLists(heads: u64): void {
  for (let priority: u32 = 0; priority < PRIORITIES; priority++)
    initialiseList(heads + u64(priority) * LIST_ENTRY_BYTES);
}

function initialiseTimerTable(table: u64): void {
  const bytes = offsetOf(KTIMER_TABLE_ENTRY.SIZE);
  for (let i: u32 = 0; i < TIMER_HALVES * TIMER_ENTRIES; i++) {
    const entry = at(table, KTIMER_TABLE.TimerEntries) + u64(i * bytes);
    initialiseList(at(entry, KTIMER_TABLE_ENTRY.Entry));
    write64(at(entry, KTIMER_TABLE_ENTRY.Time), NO_TIME);
  }
}

/** Fills a KDPC in place. `processor` says which one runs it: its number. */
export function initialiseDpc(dpc: u64, routine: u64, context: u64, processor: u32): void {
  setField(dpc, KDPC.Type, DPC_OBJECT);
  setField(dpc, KDPC.Importance, MEDIUM);
  setField(dpc, KDPC.Number, processor);
  setField(dpc, KDPC.DeferredRoutine, routine);
  setField(dpc, KDPC.DeferredContext, context);
}

function initialiseDpcs(prcb: u64, number: u32): void {
  for (let i: u32 = 0; i < DPC_QUEUES; i++) {
    const list = at(at(prcb, KPRCB.DpcData) + u64(i * offsetOf(KDPC_DATA.SIZE)), KDPC_DATA.DpcList);
    setField(list, KDPC_LIST.LastEntry, at(list, KDPC_LIST.ListHead));
  }
  setField(prcb, KPRCB.ThreadDpcEnable, 1);
  setField(prcb, KPRCB.MaximumDpcQueueDepth, 4);
  setField(prcb, KPRCB.MinimumDpcRate, 3);
  setField(prcb, KPRCB.AdjustDpcThreshold, QUANTUM_TICKS_OF_DPCS);
  initialiseDpc(at(prcb, KPRCB.TimerExpirationDpc), addressOf(NT.KiTimerExpiration), 0, number);
  initialiseDpc(at(prcb, KPRCB.DpcWatchdogDpc), addressOf(NT.KiDpcWatchdog), 0, number);
}

/** KSPIN_LOCK_QUEUE_NUMBER: which of the kernel's spin locks each entry is for. The others are no longer used. */
function initialiseLockQueue(queue: u64): void {
  setLock(queue, 4, addressOf(NT.CcVacbSpinLock));
  setLock(queue, 5, addressOf(NT.CcMasterSpinLock));
  setLock(queue, 7, addressOf(NT.IopCancelSpinLock));
  setLock(queue, 9, addressOf(NT.IopVpbSpinLock));
  setLock(queue, 10, addressOf(NT.IopDatabaseLock));
  setLock(queue, 11, addressOf(NT.IopCompletionLock));
}

function setLock(queue: u64, index: u32, lock: u64): void {
  setField(queue + u64(index * offsetOf(KSPIN_LOCK_QUEUE.SIZE)), KSPIN_LOCK_QUEUE.Lock, lock);
}

/** Joins a processor to the ready queue that its cluster shares; the first processor's block holds it. */
export function joinSharedReadyQueue(prcb: u64, leaderPrcb: u64, number: u32): void {
  const queue = at(leaderPrcb, KPRCB.LocalSharedReadyQueue);
  const leader = clusterLeader(number);
  if (number == leader) {
    const low = indexInGroup(leader);
    initialiseReadyLists(at(queue, KSHARED_READY_QUEUE.ReadyListHead));
    setField(queue, KSHARED_READY_QUEUE.Span, clusterSize(leader));
    setField(queue, KSHARED_READY_QUEUE.LowProcIndex, low);
    setField(queue, KSHARED_READY_QUEUE.ProcCount, clusterSize(leader));
    setField(queue, KSHARED_READY_QUEUE.ScanOwner, low);
    setField(queue, KSHARED_READY_QUEUE.Affinity, ((u64(1) << clusterSize(leader)) - 1) << low);
  }
  setField(prcb, KPRCB.SharedReadyQueue, queue);
  const sharers = (u64(1) << clusterSize(leader)) - 1;
  setField(prcb, KPRCB.SharedReadyQueueMask, sharers << indexInGroup(leader));
  setField(prcb, KPRCB.LLCMask, sharers << indexInGroup(leader));
  setField(prcb, KPRCB.PriorityState, at(queue, KSHARED_READY_QUEUE.RunningSummary) + indexInGroup(number));
}
