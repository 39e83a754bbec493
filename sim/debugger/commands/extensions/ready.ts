import { hex } from '../../format/numbers.js';
import { listEntries } from '../../kernel/lists.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { expectEnd, refuseFlags } from '../refuse.js';
import { THREAD_FLAG, threadText } from './thread-text.js';

const PRIORITIES = 32;
const PROCESSORS_OF_GROUP = 64;
/** The lowest bit has no meaning here, but is part of the flags that people know from `!process`. */
const OF_PROCESS = 1;
const KNOWN_FLAGS = OF_PROCESS | THREAD_FLAG.waits | THREAD_FLAG.stack | THREAD_FLAG.noArguments;

/** `!ready`: threads on ready queues. */
export const ready: Command = {
  names: ['!ready'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const flags = Number(rest.optionalValue() ?? 0n);
    expectEnd('!ready', rest);
    refuseFlags('!ready', flags, KNOWN_FLAGS);
    const shared = new Set<bigint>();
    session.target.processors.forEach((processor, number) => {
      if (!processor) return;
      const prcb = new TypedView(session, '_KPRCB', processor.prcb);
      const queue = prcb.has('SharedReadyQueue') ? prcb.value('SharedReadyQueue') : 0n;
      if (queue !== 0n && !shared.has(queue)) {
        shared.add(queue);
        const view = new TypedView(session, '_KSHARED_READY_QUEUE', queue);
        print(
          `KSHARED_READY_QUEUE ${hex(queue, 16)}: ${spanText(view)}\n${queuesText(session, view, 'ReadyListHead', `SharedReadyQueue ${hex(queue, 16)}`, flags)}`,
        );
      }
      print(queuesText(session, prcb, 'DispatcherReadyListHead', `Processor ${number}`, flags));
    });
  },
};

/** `(00) ****----…`: the first processor that a shared queue serves, and a mark for each of them. */
function spanText(queue: TypedView): string {
  const affinity = queue.value('Affinity');
  const marks = Array.from({ length: PROCESSORS_OF_GROUP }, (_, i) =>
    (affinity >> BigInt(i)) & 1n ? '*' : '-',
  );
  return `(${hex(queue.value('LowProcIndex'), 2)}) ${marks.join('')}`;
}

function queuesText(session: Session, view: TypedView, field: string, name: string, flags: number): string {
  let text = '';
  for (let priority = PRIORITIES - 1; priority >= 0; priority--) {
    const threads = [
      ...listEntries(session, view.at(`${field}[${priority}]`), '_ETHREAD', 'Tcb.WaitListEntry'),
    ];
    if (threads.length === 0) continue;
    text += `${name}: Ready Threads at priority ${priority}\n${threads.map((entry) => threadText(session, entry, flags, '    ')).join('')}`;
  }
  return text || `${name}: No threads in READY state\n`;
}
