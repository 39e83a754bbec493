// DPCs: those that wait on a processor's queues, and those that timers will put there.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { KDPC, KDPC_DATA, KDPC_LIST, KTIMER, SINGLE_LIST_ENTRY } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, holderOf } from './expect';
import { mapped, peek64, value } from './memory';
import { isInModule } from './modules';
import { broken, disagree, visit } from './report';

const QUEUES: u32 = 2; // normal and threaded ones
const DPC_OBJECT: u64 = 19; // _KOBJECTS.DpcObject
const THREADED_DPC_OBJECT: u64 = 24;
const MOST: u32 = 100000;

/** Checks both queues of a processor, from KPRCB.DpcData on. */
export function checkDpcs(queues: u64): void {
  for (let i: u32 = 0; i < QUEUES && !broken(); i++) checkQueue(queues + u64(i * offsetOf(KDPC_DATA.SIZE)));
}

function checkQueue(data: u64): void {
  const rule = Rule.DpcIsQueued;
  const list = data + offsetOf(KDPC_DATA.DpcList);
  let last = list + offsetOf(KDPC_LIST.ListHead);
  let depth: u32 = 0;
  for (;;) {
    const entry = value(last, SINGLE_LIST_ENTRY.Next);
    if (entry == 0 || broken()) break;
    const dpc = holderOf(entry, KDPC.DpcListEntry);
    if (!mapped(dpc) || depth == MOST) {
      disagree(rule, last, SINGLE_LIST_ENTRY.Next, 0, entry);
      return;
    }
    checkDpc(rule, dpc);
    expect(rule, dpc, KDPC.DpcData, data);
    visit(Visited.QueuedDpcs);
    depth++;
    last = entry;
  }
  expect(rule, list, KDPC_LIST.LastEntry, last);
  expect(rule, data, KDPC_DATA.DpcQueueDepth, depth);
}

function checkDpc(rule: Rule, dpc: u64): void {
  const type = value(dpc, KDPC.Type);
  if (!broken() && type != DPC_OBJECT && type != THREADED_DPC_OBJECT)
    disagree(rule, dpc, KDPC.Type, DPC_OBJECT, type);
  const routine = value(dpc, KDPC.DeferredRoutine);
  if (!broken() && !isInModule(routine)) disagree(rule, dpc, KDPC.DeferredRoutine, 1, routine);
}

/** Checks what a timer queues when it expires: KTIMER.Dpc, which is kept encoded. */
export function checkTimersDpc(timer: u64): void {
  const never = peek64(addressOf(NT.KiWaitNever));
  const always = peek64(addressOf(NT.KiWaitAlways));
  const encoded = value(timer, KTIMER.Dpc);
  const dpc = bswap<u64>(rotl<u64>(encoded ^ never, never & 63) ^ timer) ^ always;
  if (dpc == 0 || broken()) return;
  if (!mapped(dpc)) disagree(Rule.TimerQueuesADpc, timer, KTIMER.Dpc, 0, encoded);
  else checkDpc(Rule.TimerQueuesADpc, dpc);
  visit(Visited.TimerDpcs);
}
