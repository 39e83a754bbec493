import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';

/** KUSER_SHARED_DATA in the kernel's half of addresses. */
const SHARED_DATA = 0xfffff78000000000n;

/** A KSYSTEM_TIME of the page that the kernel shares with every process, 100 ns units. @throws MemoryError */
export function sharedTime(session: Session, field: 'InterruptTime' | 'SystemTime' | 'TickCount'): bigint {
  const view = new TypedView(session, '_KUSER_SHARED_DATA', SHARED_DATA);
  return (view.value(`${field}.High1Time`) << 32n) | view.value(`${field}.LowPart`);
}

/** Ticks since the machine started, the 32 bits of them that threads note when they begin to wait. */
export function tickCount(session: Session): bigint {
  return sharedTime(session, 'TickCount') & 0xffffffffn;
}
