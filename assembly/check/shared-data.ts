// KUSER_SHARED_DATA: times that can be read, and that follow from each other.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { KSYSTEM_TIME, KUSER_SHARED_DATA } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { peek32, value } from './memory';
import { broken, disagreeAt, NO_FIELD } from './report';

/** Where every Windows has it. */
export const SHARED_DATA: u64 = 0xfffff78000000000;

let ticks: u64 = 0;

/** Clock ticks since boot. To be asked after {@link checkSharedData}. */
export function ticksSinceBoot(): u64 {
  return ticks;
}

/** Checks the times. */
export function checkSharedData(): void {
  time(KUSER_SHARED_DATA.SystemTime);
  const sinceBoot = time(KUSER_SHARED_DATA.InterruptTime);
  ticks = time(KUSER_SHARED_DATA.TickCount);
  const increment = peek32(addressOf(NT.KeTimeIncrement));
  if (broken()) return;
  if (increment == 0) disagreeAt(Rule.TimeIsInTicks, NO_FIELD, addressOf(NT.KeTimeIncrement), 1, 0);
  else if (ticks != sinceBoot / increment)
    disagreeAt(
      Rule.TimeIsInTicks,
      KUSER_SHARED_DATA.TickCount,
      SHARED_DATA + offsetOf(KUSER_SHARED_DATA.TickCount),
      sinceBoot / increment,
      ticks,
    );
}

/** A KSYSTEM_TIME, whose high half stands there twice so that it can be read without a lock. */
function time(field: i32): u64 {
  const at = SHARED_DATA + offsetOf(field);
  const high = value(at, KSYSTEM_TIME.High1Time);
  expect(Rule.TimeIsReadable, at, KSYSTEM_TIME.High2Time, high);
  return (high << 32) | value(at, KSYSTEM_TIME.LowPart);
}
