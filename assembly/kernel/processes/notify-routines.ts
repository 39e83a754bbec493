// Routines of drivers that are told of each process, thread and image: arrays of EX_FAST_REFs, each to a block in pool.
import { NT } from '../../generated/symbols';
import { EX_CALLBACK_ROUTINE_BLOCK, EX_FAST_REF, EX_RUNDOWN_REF } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, read32, read64, setField, write32 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const MOST_ROUTINES: u32 = 64; // of each array
const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
/** EX_RUNDOWN_REF.Count counts in twos: the array's reference, and those that the EX_FAST_REF has at hand. */
const RUNDOWN_COUNT: u64 = (FAST_REFERENCES + 1) * 2;

/** Enters a routine for processes. `context` says which of the interfaces it was given to: 0, or 2 for the extended one. */
export function notifyOfProcesses(routine: u64, context: u64): void {
  enter(addressOf(NT.PspCreateProcessNotifyRoutine), routine, context);
  if (context == 0) count(addressOf(NT.PspCreateProcessNotifyRoutineCount));
}

/** Enters a routine for threads. */
export function notifyOfThreads(routine: u64): void {
  enter(addressOf(NT.PspCreateThreadNotifyRoutine), routine, 0);
  count(addressOf(NT.PspCreateThreadNotifyRoutineCount));
}

/** Enters a routine for images. */
export function notifyOfImages(routine: u64): void {
  enter(addressOf(NT.PspLoadImageNotifyRoutine), routine, 0);
}

function enter(array: u64, routine: u64, context: u64): void {
  let slot: u32 = 0;
  while (slot < MOST_ROUTINES && read64(array + slot * 8) != 0) slot++;
  assert(slot < MOST_ROUTINES, 'no room for a routine that is to be notified');
  const bytes = offsetOf(EX_CALLBACK_ROUTINE_BLOCK.SIZE);
  const block = allocatePool(bytes, tag(0x43, 0x62, 0x72, 0x62), NON_PAGED, 0); // 'Cbrb'
  setField(at(block, EX_CALLBACK_ROUTINE_BLOCK.RundownProtect), EX_RUNDOWN_REF.Count, RUNDOWN_COUNT);
  setField(block, EX_CALLBACK_ROUTINE_BLOCK.Function, routine);
  setField(block, EX_CALLBACK_ROUTINE_BLOCK.Context, context);
  setField(array + slot * 8, EX_FAST_REF.Value, block | FAST_REFERENCES);
}

function count(counter: u64): void {
  write32(counter, read32(counter) + 1);
}
