// Routines of drivers that processes, threads and images are told to: blocks with code of a driver, as many as counted.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { EX_CALLBACK_ROUTINE_BLOCK, EX_FAST_REF } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { mapped, peek32, value } from './memory';
import { isInModule } from './modules';
import { broken, disagree, disagreeAt, NO_FIELD } from './report';

const MOST_ROUTINES: u32 = 64;
const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits

let plain: u32 = 0; // routines without a context, in the array read last

/** Checks the three arrays. */
export function checkNotifyRoutines(): void {
  readArray(NT.PspCreateProcessNotifyRoutine);
  if (!broken()) expectCount(NT.PspCreateProcessNotifyRoutineCount);
  readArray(NT.PspCreateThreadNotifyRoutine);
  if (!broken()) expectCount(NT.PspCreateThreadNotifyRoutineCount);
  readArray(NT.PspLoadImageNotifyRoutine);
}

function readArray(array: i32): void {
  plain = 0;
  for (let i: u32 = 0; i < MOST_ROUTINES && !broken(); i++) {
    const slot = addressOf(array) + i * 8;
    const block = value(slot, EX_FAST_REF.Value) & ~FAST_REFERENCES;
    if (broken() || block == 0) continue;
    if (!mapped(block)) {
      disagreeAt(Rule.MemoryIsMapped, NO_FIELD, slot, 1, block);
      return;
    }
    const routine = value(block, EX_CALLBACK_ROUTINE_BLOCK.Function);
    if (!isInModule(routine))
      disagree(Rule.NotifyRoutinesAreCode, block, EX_CALLBACK_ROUTINE_BLOCK.Function, 1, routine);
    if (value(block, EX_CALLBACK_ROUTINE_BLOCK.Context) == 0) plain++;
  }
}

function expectCount(counter: i32): void {
  const found = peek32(addressOf(counter));
  if (found != plain) disagreeAt(Rule.NotifyRoutinesAreCode, NO_FIELD, addressOf(counter), plain, found);
}
