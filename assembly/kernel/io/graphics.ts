// For how long the graphics adapter has worked, and for whom.
//
//   dxgkrnl!DxgGlobal ─▶ LAB_DXGADAPTER
//   dxgkrnl!DxgkProcessListHead ─▶ LAB_DXGPROCESS ◀─ EPROCESS.DxgProcess
import { EPROCESS, LAB_DXGADAPTER, LAB_DXGPROCESS } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  removeEntry,
  setField,
  write64,
} from '../../memory/virtual';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';

const DXG_TAG: u32 = tag(0x44, 0x78, 0x67, 0x4b); // 'DxgK'

let adapter: u64 = 0;
let processes: u64 = 0;

/** The LAB_DXGADAPTER; 0 on a machine without one. */
export function graphicsAdapter(): u64 {
  return adapter;
}

/** dxgkrnl!DxgkProcessListHead. */
export function graphicsProcesses(): u64 {
  return processes;
}

/** Lets the adapter `device` (a DEVICE_OBJECT) count; `global` is dxgkrnl!DxgGlobal, `list` the head of its processes. */
export function initialiseGraphics(global: u64, list: u64, device: u64): void {
  processes = list;
  initialiseList(list);
  adapter = allocatePool(offsetOf(LAB_DXGADAPTER.SIZE), DXG_TAG, NON_PAGED, 0);
  setField(adapter, LAB_DXGADAPTER.DeviceObject, device);
  write64(global, adapter);
}

/** A process begins to draw. Returns whether the machine has what it needs for that. */
export function openGraphics(process: u64): bool {
  if (adapter == 0) return false;
  const own = allocatePool(offsetOf(LAB_DXGPROCESS.SIZE), DXG_TAG, NON_PAGED, 0);
  setField(own, LAB_DXGPROCESS.Process, process);
  insertTail(processes, at(own, LAB_DXGPROCESS.Links));
  setField(process, EPROCESS.DxgProcess, own);
  return true;
}

/** A process that may have drawn has ended. */
export function closeGraphics(process: u64): void {
  const own = getField(process, EPROCESS.DxgProcess);
  if (own == 0) return;
  addToField(adapter, LAB_DXGADAPTER.EndedRunningTime, getField(own, LAB_DXGPROCESS.RunningTime));
  removeEntry(at(own, LAB_DXGPROCESS.Links));
  setField(process, EPROCESS.DxgProcess, 0);
  freePool(own);
}

/** Counts that the adapter has worked `time` 100 ns for a process, by its LAB_DXGPROCESS. */
export function countGraphics(own: u64, time: u64): void {
  addToField(own, LAB_DXGPROCESS.RunningTime, time);
  addToField(adapter, LAB_DXGADAPTER.RunningTime, time);
}

/** For how long the adapter has worked, in 100 ns. */
export function graphicsTime(): u64 {
  return adapter == 0 ? 0 : getField(adapter, LAB_DXGADAPTER.RunningTime);
}

/** For how long it has worked for a process. */
export function graphicsTimeOf(process: u64): u64 {
  const own = getField(process, EPROCESS.DxgProcess);
  return own == 0 ? 0 : getField(own, LAB_DXGPROCESS.RunningTime);
}
