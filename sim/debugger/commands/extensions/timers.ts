import { hex } from '../../format/numbers.js';
import { fireTimeText } from '../../format/times.js';
import { sharedTime } from '../../kernel/shared-data.js';
import { timerDpc, timerKeys, timerLists, timerTableSize, timerThread } from '../../kernel/timers.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';

const HEADING = 'List Timer             Interrupt Low/High Fire Time                  DPC/thread\n';
/** Kinds of timers by their place in the table. */
const KINDS = ['High precision', 'Standard'];
/** DISPATCHER_HEADER.Type of notification and synchronization timers. */
const TIMER_OBJECTS = new Map([
  [8n, 'NotificationTimer'],
  [9n, 'SynchronizationTimer'],
]);
/** The bit above says that the object is locked. */
const TYPE_BITS = 0x7fn;

type Keys = ReturnType<typeof timerKeys>;

/** What is the same for all timers of an answer. */
interface Clock {
  /** Now, as timers count. */
  interrupt: bigint;
  /** Now, as calendars count. */
  system: bigint;
  keys: Keys;
}

/** `!timer`: timers that are set, by processor. */
export const timer: Command = {
  names: ['!timer'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!timer', rest);
    const wanted = rest.optionalValue();
    expectEnd('!timer', rest);
    const clock: Clock = {
      interrupt: sharedTime(session, 'InterruptTime'),
      system: sharedTime(session, 'SystemTime'),
      keys: timerKeys(session),
    };
    if (wanted !== undefined) return print(oneTimerText(session, wanted, clock));
    print(
      `Dump system timers\n\nInterrupt time: ${lowHigh(clock.interrupt)} [${fireTimeText(clock.system, session.utcOffset)}]\n\n`,
    );
    const { kinds, lists } = timerTableSize(session);
    let [total, longest] = [0, 0];
    session.target.processors.forEach((processor, number) => {
      if (!processor) return;
      const table = new TypedView(session, '_KPRCB', processor.prcb).inner('TimerTable');
      const bytes = BigInt(session.struct('_KTIMER_TABLE_ENTRY').size * lists);
      for (let kind = 0; kind < kinds; kind++) {
        print(
          `PROCESSOR ${number} (nt!_KTIMER_TABLE ${hex(table.address, 16)} - Type ${kind} - ${KINDS[kind] ?? 'Unknown'})\n${HEADING}`,
        );
        const start = table.at('TimerEntries') + BigInt(kind) * bytes;
        for (const { index, timers } of timerLists(session, start, lists)) {
          timers.forEach((view, i) => print(rowText(session, view, clock, i === 0 ? `${index}` : '')));
          total += timers.length;
          longest = Math.max(longest, timers.length);
        }
        print('\n');
      }
    });
    print(`Total Timers: ${total}, Maximum List: ${longest}\n`);
  },
};

/** The two halves of a time, the lower one first. */
const lowHigh = (time: bigint) => `${hex(time & 0xffffffffn, 8)} ${hex(time >> 32n, 8)}`;

function dueTime(view: TypedView): bigint {
  return view.value('DueTime.QuadPart');
}

function rowText(session: Session, view: TypedView, clock: Clock, index: string): string {
  try {
    const due = dueTime(view);
    const periodic = view.value('Period') === 0n ? ' ' : 'P';
    const fires = fireTimeText(clock.system + due - clock.interrupt, session.utcOffset);
    return `${index.padStart(3)} ${hex(view.address, 16)} ${periodic}  ${lowHigh(due)} [${fires}]  ${whatText(session, view, clock.keys)}\n`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `${index.padStart(3)} ${hex(view.address, 16)} is not in the dump\n`;
  }
}

/** What happens when a timer expires: a DPC's function, or the thread that waits in it goes on. */
function whatText(session: Session, view: TypedView, keys: Keys): string {
  const dpc = keys === undefined ? 0n : timerDpc(view, keys);
  if (dpc !== 0n) {
    try {
      const routine = new TypedView(session, '_KDPC', dpc).value('DeferredRoutine');
      return session.symbolText(routine) || hex(routine, 16);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      return `Failed to read DPC at 0x${hex(dpc, 16)}`;
    }
  }
  const thread = timerThread(session, view);
  return thread === undefined ? '' : `thread ${hex(thread, 16)}`;
}

function oneTimerText(session: Session, at: bigint, clock: Clock): string {
  const view = new TypedView(session, '_KTIMER', at);
  const type = view.value('Header.TimerType') & TYPE_BITS;
  if (!TIMER_OBJECTS.has(type)) throw new CommandError(`${hex(at, 16)} is not a timer.\n`);
  const row = (name: string, value: string) => `    ${name.padEnd(14)} ${value}\n`;
  const dpc = clock.keys === undefined ? 0n : timerDpc(view, clock.keys);
  return (
    `KTIMER ${hex(at, 16)}  ${TIMER_OBJECTS.get(type)}\n` +
    row('State', view.value('Header.Inserted') === 1n ? 'set' : 'not set') +
    row('SignalState', `${view.value('Header.SignalState')}`) +
    row(
      'DueTime',
      `${lowHigh(dueTime(view))} [${fireTimeText(clock.system + dueTime(view) - clock.interrupt, session.utcOffset)}]`,
    ) +
    row('Period', `${view.value('Period')} ms`) +
    row('Processor', `${view.value('Processor')}`) +
    row('DPC', dpc === 0n ? 'none' : hex(dpc, 16)) +
    row('DPC/thread', whatText(session, view, clock.keys))
  );
}
