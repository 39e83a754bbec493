import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd } from '../refuse.js';

/** Bits of KSPIN_LOCK_QUEUE.Lock, besides the address. Source: WDK headers (LOCK_QUEUE_WAIT, LOCK_QUEUE_OWNER). */
const WAITS = 1n;
const OWNS = 2n;
/** How the debugger's documentation calls the locks of KSPIN_LOCK_QUEUE_NUMBER. */
const NAMES: Readonly<Record<string, string>> = {
  LockQueueVacbLock: 'CC   - Vacb',
  LockQueueMasterLock: 'CC   - Master',
  LockQueueNonPagedPoolLock: 'EX   - NonPagedPool',
  LockQueueIoCancelLock: 'IO   - Cancel',
  LockQueueIoVpbLock: 'IO   - Vpb',
  LockQueueIoDatabaseLock: 'IO   - Database',
  LockQueueIoCompletionLock: 'IO   - Completion',
  LockQueueNtfsStructLock: 'NTFS - Struct',
  LockQueueAfdWorkQueueLock: 'AFD  - WorkQueue',
};
const SPARE = 'KE   - Unused Spare';
const NAME_WIDTH = 20;

/** `!qlocks`: queued spin locks, with the processors that own them or wait. */
export const queuedLocks: Command = {
  names: ['!qlocks'],
  run({ session, print }, args) {
    expectEnd('!qlocks', new Arguments(session, args));
    const numbers = session.type('nt!_KSPIN_LOCK_QUEUE_NUMBER');
    if (numbers?.kind !== 'enum')
      throw new CommandError('The symbols of nt do not describe _KSPIN_LOCK_QUEUE_NUMBER.\n');
    const prcbs = session.target.processors.map((one) => one && new TypedView(session, '_KPRCB', one.prcb));
    const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(3)).join('');
    print('Key: O = Owner, 1-n = Wait order, blank = not owned/waiting, C = Corrupt\n\n');
    print(`${' '.repeat(NAME_WIDTH + 3)}Processor Number\n`);
    print(`${'    Lock Name'.padEnd(NAME_WIDTH)}${cells(prcbs.map((_, i) => `${i}`))}\n\n`);
    for (const { name, value } of numbers.values) {
      const path = `LockQueue[${Number(value)}]`;
      if (name.endsWith('MaximumLock')) continue;
      const queues = prcbs.map((prcb) => prcb && queueAt(session, prcb.at(path)));
      print(`${(NAMES[name] ?? SPARE).padEnd(NAME_WIDTH)}${cells(placesOf(queues))}\n`);
    }
  },
};

interface Queue {
  address: bigint;
  next: bigint;
  state: bigint;
}

/** `undefined` when it is not in the dump. */
function queueAt(session: Session, at: bigint): Queue | undefined {
  try {
    const view = new TypedView(session, '_KSPIN_LOCK_QUEUE', at);
    return { address: at, next: view.value('Next'), state: view.value('Lock') & (OWNS | WAITS) };
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** Of one lock, each processor's mark: who owns it leads to who waits first, and so on. */
function placesOf(queues: readonly (Queue | undefined)[]): string[] {
  const marks: string[] = queues.map((queue) => (queue === undefined ? '?' : queue.state === 0n ? '' : 'C'));
  const owners = queues.filter((queue) => queue !== undefined && (queue.state & OWNS) !== 0n);
  if (owners.length !== 1) return marks;
  const seen = new Set<bigint>();
  let at = owners[0]!.address;
  for (let place = 0; at !== 0n && !seen.has(at); place++) {
    seen.add(at);
    const number = queues.findIndex((queue) => queue?.address === at);
    const queue = queues[number];
    if (!queue || (place > 0 && (queue.state & WAITS) === 0n)) break;
    marks[number] = place === 0 ? 'O' : `${place}`;
    at = queue.next;
  }
  return marks;
}
