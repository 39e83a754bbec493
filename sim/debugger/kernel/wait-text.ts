import { hex } from '../format/numbers.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';

/** Names of dispatcher objects by DISPATCHER_HEADER.Type, as debuggers call them. Source: KOBJECTS in public symbols. */
const OBJECTS: Readonly<Record<number, string>> = {
  0: 'NotificationEvent', 1: 'SynchronizationEvent', 2: 'Mutant', 3: 'ProcessObject', 4: 'QueueObject', 5: 'Semaphore',
  6: 'Thread', 7: 'Gate', 8: 'NotificationTimer', 9: 'SynchronizationTimer', 21: 'QueueObject',
}; // prettier-ignore
const SEMAPHORE = 5;
const MUTANT = 2;

/** KTHREAD_STATE as `!thread` tells it. */
const STATES: Readonly<Record<number, string>> = {
  0: 'INITIALIZED', 1: 'READY', 2: 'RUNNING', 3: 'STANDBY', 4: 'TERMINATED', 5: 'WAIT', 6: 'TRANSITION', 7: 'DEFERREDREADY',
}; // prettier-ignore
const READY = 1;
const RUNNING = 2;
const WAITING = 5;

/** `WAIT: (UserRequest) UserMode Non-Alertable`, or the processor it runs on. */
export function stateText(session: Session, thread: TypedView): string {
  const state = thread.number('Tcb.State');
  const name = STATES[state] ?? 'UNKNOWN';
  if (state === RUNNING || state === READY)
    return `${name} on processor ${hex(thread.number('Tcb.NextProcessor'))}`;
  if (state !== WAITING) return name;
  const mode = thread.number('Tcb.WaitMode') === 0 ? 'KernelMode' : 'UserMode';
  const alertable = thread.number('Tcb.Alertable') === 1 ? 'Alertable' : 'Non-Alertable';
  return `${name}: (${reasonText(session, thread.number('Tcb.WaitReason'))}) ${mode} ${alertable}`;
}

function reasonText(session: Session, reason: number): string {
  const type = session.type('nt!_KWAIT_REASON');
  return (
    (type?.kind === 'enum' && type.values.find(({ value }) => Number(value) === reason)?.name) || `${reason}`
  );
}

/** A line for each object that a thread waits for. */
export function waitedText(session: Session, thread: TypedView, indent: string): string {
  if (thread.number('Tcb.State') !== WAITING) return '';
  const list = thread.value('Tcb.WaitBlockList');
  const count = thread.number('Tcb.WaitBlockCount');
  const size = BigInt(session.struct('_KWAIT_BLOCK').size);
  let text = '';
  for (let i = 0; i < Math.min(count, 64) && list !== 0n; i++) {
    try {
      const block = new TypedView(session, '_KWAIT_BLOCK', list + BigInt(i) * size);
      const object = block.value('Object');
      if (object !== 0n) text += `${indent}${hex(object, 16)}  ${objectText(session, object)}\n`;
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      break;
    }
  }
  return text;
}

function objectText(session: Session, object: bigint): string {
  const header = new TypedView(session, '_DISPATCHER_HEADER', object);
  const type = header.number('Type') & 0x7f;
  const name = OBJECTS[type] ?? 'Unknown';
  if (type === SEMAPHORE)
    return `${name} Limit 0x${hex(new TypedView(session, '_KSEMAPHORE', object).number('Limit'))}`;
  if (type !== MUTANT) return name;
  const owner = new TypedView(session, '_KMUTANT', object).value('OwnerThread');
  return owner === 0n ? `${name} - free` : `${name} - owning thread ${hex(owner & ~1n, 16)}`;
}
