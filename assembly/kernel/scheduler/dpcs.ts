// DPCs on a processor's queue: put there by a timer that expired or by a device's interrupt, run a little later.
import { DEVICE_OBJECT, KDPC, KDPC_DATA, KDPC_LIST, KPRCB, SINGLE_LIST_ENTRY } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { addToField, at, getField, setField } from '../../memory/virtual';
import { initialiseDpc } from '../processors/dispatch-state';
import { interruptTime } from './clock';
import { event, RETIRE } from './dispatch';
import { push } from './event-heap';
import { Cpu } from './tasks';

const LATENCY: u64 = 25; // 100 ns until the processor runs what is queued
const PROCESSORS: i32 = 64;

/** The DPCs that wait on each processor, as the scheduler knows it. */
const waiting = new StaticArray<Array<u64>>(PROCESSORS);

/** Those of devices, by the processor that their interrupts come to. */
const ofDevices = new StaticArray<Array<u64>>(PROCESSORS);

for (let i = 0; i < PROCESSORS; i++) {
  waiting[i] = new Array<u64>();
  ofDevices[i] = new Array<u64>();
}

/**
 * Gives a device whose interrupt comes to `processor` the DPC that its service routine queues, as
 * nt!IoInitializeDpcRequest does. Returns the KDPC, which is part of the device object.
 */
export function createDeviceDpc(device: u64, routine: u64, processor: u32): u64 {
  const dpc = at(device, DEVICE_OBJECT.Dpc);
  initialiseDpc(dpc, routine, device, processor);
  ofDevices[processor].push(dpc);
  return dpc;
}

/** Puts a DPC at the end of a processor's queue of normal ones, unless it is on one. */
export function queueDpc(dpc: u64, cpu: Cpu): void {
  if (getField(dpc, KDPC.DpcData) != 0) return;
  const data = at(cpu.prcb, KPRCB.DpcData);
  const list = at(data, KDPC_DATA.DpcList);
  const entry = at(dpc, KDPC.DpcListEntry);
  setField(dpc, KDPC.DpcData, data);
  setField(entry, SINGLE_LIST_ENTRY.Next, 0);
  setField(getField(list, KDPC_LIST.LastEntry), SINGLE_LIST_ENTRY.Next, entry);
  setField(list, KDPC_LIST.LastEntry, entry);
  addToField(data, KDPC_DATA.DpcQueueDepth, 1);
  addToField(data, KDPC_DATA.DpcCount, 1);
  setField(cpu.prcb, KPRCB.DpcNormalProcessingRequested, 1);
  if (waiting[cpu.number].push(dpc) == 1) push(interruptTime() + LATENCY, event(RETIRE, cpu.number, 0));
}

/** Queues the DPCs of all devices that have just interrupted a processor. */
export function queueDeviceDpcs(cpu: Cpu): void {
  const all = ofDevices[cpu.number];
  for (let i = 0; i < all.length; i++) queueDpc(all[i], cpu);
}

/** A processor runs what is queued, first come first served. */
export function retireDpcs(cpu: Cpu): void {
  const data = at(cpu.prcb, KPRCB.DpcData);
  const list = at(data, KDPC_DATA.DpcList);
  const all = waiting[cpu.number];
  for (let i = 0; i < all.length; i++) {
    setField(all[i], KDPC.DpcData, 0);
    setField(at(all[i], KDPC.DpcListEntry), SINGLE_LIST_ENTRY.Next, 0);
  }
  waiting[cpu.number].length = 0;
  setField(at(list, KDPC_LIST.ListHead), SINGLE_LIST_ENTRY.Next, 0);
  setField(list, KDPC_LIST.LastEntry, at(list, KDPC_LIST.ListHead));
  setField(data, KDPC_DATA.DpcQueueDepth, 0);
  setField(cpu.prcb, KPRCB.DpcNormalProcessingRequested, 0);
}

/** Puts the KDPCs that wait on a processor into the exchange buffer, the next one first; returns how many. */
export function listDpcs(processor: u32): u32 {
  const all = waiting[processor];
  for (let i = 0; i < all.length; i++) store<u64>(exchangeBuffer() + (usize(i) << 3), all[i]);
  return all.length;
}
