// Requests that come to an end as time passes: something comes for them, their driver completes them, and whoever asked
// asks again once it has dealt with what came.
import { IO_STACK_LOCATION, IRP, KTHREAD } from '../../generated/types';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { getField, readBytes } from '../../memory/virtual';
import { hash } from '../../random';
import { countIssued, issueAgain } from '../io/irp';
import { completeIrp, deliverCompletions, isCompleted, signalFile } from '../io/irp-completion';
import { isOfUser } from '../io/mdl';
import { countReceived } from '../io/network';
import { isStackResident } from '../memory-manager/kernel-stacks';
import { referenceObject } from '../objects/object';
import { interruptTime } from './clock';
import { DEFERRED, event, REQUEST, taskOf, wakeLater } from './dispatch';
import { push } from './event-heap';
import { burstOf } from './scheduler';
import { Cpu, cpuAt, draw, RUNNING, stateOf, Task, WAITING } from './tasks';
import { countBytes, countOperation } from './transfers';

const STATUS_SUCCESS: u32 = 0;
const LATENCY: u64 = 12; // 100 ns that the processor still needs for its DPCs
const ROW_BYTES: usize = 16;
const COMPLETED: u64 = u64(1) << 32; // beside a request's place in the order
const NOT_SIGNALLED: u32 = 0;

/** A request that is made again and again. */
class Renewal {
  irp: u64 = 0; // 0 between the APC and the next time
  thread: u64 = 0; // 0 once it has ended
  file: u64 = 0;
  /** What the packet was like when it was made. */
  content: usize = 0;
  bytes: u32 = 0;
  bufferBytes: u32 = 0;
  /** Its buffer is one of user mode, which is locked while it is pending. */
  isOfUser: bool = false;
  /** Mean time until something comes for it, and how many bytes at most. */
  mean: u64 = 0;
  most: u32 = 0;
  boost: u32 = 0;
  random: u64 = 0;
  /** Bytes that have come for it. */
  moved: u64 = 0;
  /** Its place in the order of all requests. */
  order: u32 = 0;
}

const renewals = new Array<Renewal>();
let hasBegun = false;
let seed: u64 = 0;

/**
 * Lets a request of a thread, which has just been made, be completed every `mean` 100 ns or so from when the machine's time
 * begins, with up to `most` bytes, and the thread wake with a boost. Returns the number it has in {@link listRequests}.
 */
export function renew(irp: u64, bufferBytes: u32, mean: u64, most: u32, boost: u32): u32 {
  const renewal = new Renewal();
  renewal.irp = irp;
  renewal.thread = getField(irp, IRP.Tail_Overlay_Thread);
  renewal.file = getField(irp, IRP.Tail_Overlay_OriginalFileObject);
  renewal.bytes = u32(getField(irp, IRP.Size));
  renewal.content = heap.alloc(renewal.bytes);
  readBytes(irp, renewal.content, renewal.bytes);
  renewal.bufferBytes = hasBuffer(irp) ? bufferBytes : 0;
  renewal.isOfUser = isOfUser(getField(irp, IRP.MdlAddress));
  renewal.order = countIssued();
  renewal.mean = mean;
  renewal.most = most;
  renewal.boost = boost;
  const index = u32(renewals.push(renewal)) - 1;
  if (hasBegun) begin(index);
  return index;
}

/** Whether a request that has just been made has a buffer of its own: where its program's could not be locked it has none. */
function hasBuffer(irp: u64): bool {
  return (getField(irp, IRP.MdlAddress) | getField(irp, IRP.AssociatedIrp_SystemBuffer)) != 0;
}

/** The machine's time begins: from now on something comes for the requests that are there. */
export function beginRequests(random: u64): void {
  seed = random;
  hasBegun = true;
  for (let index = 0; index < renewals.length; index++) {
    recall(renewals[index], hash(seed, ~u64(index)));
    begin(index);
  }
}

/** What has come for a socket since the machine booted: about as often and as much as will. */
function recall(renewal: Renewal, random: u64): void {
  const times = interruptTime() / renewal.mean;
  const usual = times * ((u64(renewal.most) + 1) / 2);
  const bytes = usual / 2 + (random % (usual + 1));
  if (!countReceived(renewal.file, times, bytes)) return;
  const task = taskOf(renewal.thread);
  countBytes(cpuAt(task.processor).prcb, task.thread, task.eprocess, majorOf(renewal), bytes);
}

function begin(index: u32): void {
  const renewal = renewals[index];
  renewal.random = hash(seed, index) | 1;
  if (!isCompleted(renewal.irp)) schedule(index);
}

function schedule(index: u32): void {
  const renewal = renewals[index];
  renewal.random = draw(renewal.random);
  const delay = renewal.mean / 2 + ((renewal.random >> 16) % renewal.mean);
  push(interruptTime() + delay + 1, event(REQUEST, index, 0));
}

/** Something has come for a request: the device's interrupt has queued the DPC in which its driver completes it. */
export function turnRequest(index: u32): void {
  const renewal = renewals[index];
  if (renewal.thread == 0) return;
  const task = taskOf(renewal.thread);
  const cpu = cpuAt(task.processor);
  const hasWaited = stateOf(task) == WAITING;
  complete(renewal, task, cpu);
  if (hasWaited) push(interruptTime() + LATENCY, event(DEFERRED, cpu.number, 0));
}

/** Completes a request from within a DPC of `cpu`. Its thread, if it waits, is made ready when that is through. */
function complete(renewal: Renewal, task: Task, cpu: Cpu): void {
  renewal.random = draw(renewal.random);
  renewal.moved = renewal.most == 0 ? 0 : 1 + ((renewal.random >> 16) % renewal.most);
  if (renewal.moved != 0) countReceived(renewal.file, 1, renewal.moved);
  completeIrp(renewal.irp, STATUS_SUCCESS, renewal.moved);
  task.hasCompletions = true;
  const state = stateOf(task);
  if (state == RUNNING) deliverRequests(cpu, task);
  else if (state == WAITING)
    wakeLater(task, renewal.boost, burstOf(task), cpu, getField(task.thread, KTHREAD.TimerActive) != 0);
}

/** Completes one request whose thread waits, as `random` chooses, from within a DPC of `cpu`: before the machine's time begins. */
export function completeOne(cpu: Cpu, random: u64): void {
  for (let i = 0; i < renewals.length; i++) {
    const renewal = renewals[i32((random + i) % renewals.length)];
    if (isCompleted(renewal.irp)) continue;
    const task = taskOf(renewal.thread);
    const isFree = stateOf(task) == WAITING && task.allowed == u64.MAX_VALUE;
    if (!isFree || !isStackResident(task.thread)) continue;
    renewal.random = random | 1;
    return complete(renewal, task, cpu);
  }
}

/** The thread that a processor runs has its APCs of completed requests. */
export function deliverRequests(cpu: Cpu, task: Task): void {
  task.hasCompletions = false;
  task.hasToAsk = true;
  for (let i = 0; i < renewals.length; i++) {
    const renewal = renewals[i];
    if (renewal.thread != task.thread || renewal.irp == 0 || !isCompleted(renewal.irp)) continue;
    countBytes(cpu.prcb, task.thread, task.eprocess, majorOf(renewal), renewal.moved);
    renewal.irp = 0;
  }
  deliverCompletions(task.thread);
}

/** Who has dealt with what came asks again. */
export function askAgain(cpu: Cpu, task: Task): void {
  task.hasToAsk = false;
  for (let i = 0; i < renewals.length; i++) {
    const renewal = renewals[i];
    if (renewal.thread != task.thread || renewal.irp != 0) continue;
    referenceObject(renewal.file, 1);
    signalFile(renewal.file, NOT_SIGNALLED);
    renewal.irp = issueAgain(renewal.content, renewal.bytes, renewal.bufferBytes, renewal.isOfUser);
    renewal.order = countIssued();
    countOperation(cpu.prcb, task.thread, task.eprocess, majorOf(renewal));
    schedule(i);
  }
}

/** IRP_MJ_* of what was asked of the topmost driver. */
function majorOf(renewal: Renewal): u32 {
  const location = renewal.content + renewal.bytes - offsetOf(IO_STACK_LOCATION.SIZE);
  return load<u8>(location + offsetOf(IO_STACK_LOCATION.MajorFunction));
}

/** A thread ends: it will not ask again. */
export function forgetRequests(thread: u64): void {
  for (let i = 0; i < renewals.length; i++) {
    const renewal = renewals[i];
    if (renewal.thread != thread) continue;
    heap.free(renewal.content);
    renewal.thread = 0;
    renewal.irp = 0;
  }
}

/**
 * Lists the requests that are made again and again from number `first` on, in the exchange buffer as two u64: IRP (0 when
 * there is none now), and its place in the order of all requests, with bit 32 set when it is completed. Returns how many.
 */
export function listRequests(first: i32): i32 {
  const count = min(renewals.length - first, i32(exchangeBytes() / u32(ROW_BYTES)));
  for (let i = 0; i < count; i++) {
    const renewal = renewals[first + i];
    const row = exchangeBuffer() + usize(i) * ROW_BYTES;
    const isOver = renewal.irp != 0 && isCompleted(renewal.irp);
    store<u64>(row, renewal.irp);
    store<u64>(row, u64(renewal.order) | (isOver ? COMPLETED : 0), 8);
  }
  return count;
}
