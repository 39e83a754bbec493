import { hex } from '../../format/numbers.js';
import { listEntries } from '../../kernel/lists.js';
import { activeProcesses, imageName, processAt, threadsOf } from '../../kernel/processes.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd } from '../refuse.js';
import { findProcess } from './process-text.js';

/** `!dpcs`: deferred procedure calls that wait on each processor. */
export const dpcs: Command = {
  names: ['!dpcs'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const wanted = rest.optionalValue();
    expectEnd('!dpcs', rest);
    if (wanted !== undefined && !session.target.processors[Number(wanted)])
      throw new CommandError(`There is no processor ${hex(wanted)} in the dump.\n`);
    print('CPU Type      KDPC       Function\n');
    session.target.processors.forEach((processor, number) => {
      if (!processor || (wanted !== undefined && BigInt(number) !== wanted)) return;
      const prcb = new TypedView(session, '_KPRCB', processor.prcb);
      for (const { kind, view } of queuedCalls(session, prcb)) {
        const routine = view.value('DeferredRoutine');
        print(
          `${String(number).padStart(3)}: ${kind.padEnd(8)} : 0x${hex(view.address, 16)} 0x${hex(routine, 16)} ${session.symbolText(routine)}\n`,
        );
      }
    });
  },
};

/** Queues of KPRCB.DpcData, by their place. */
const QUEUES = ['Normal', 'Threaded'];
const MOST_CALLS = 0x10000;

/** Deferred procedure calls that wait on a processor, of both queues in their order. @throws MemoryError */
export function queuedCalls(session: Session, prcb: TypedView): { kind: string; view: TypedView }[] {
  const offset = new TypedView(session, '_KDPC', 0n).at('DpcListEntry');
  const seen = new Set<bigint>();
  return QUEUES.flatMap((kind, i) => {
    const calls: { kind: string; view: TypedView }[] = [];
    let at = prcb.value(`DpcData[${i}].DpcList.ListHead.Next`);
    while (at !== 0n && !seen.has(at) && seen.size < MOST_CALLS) {
      seen.add(at);
      const view = new TypedView(session, '_KDPC', BigInt.asUintN(64, at - offset));
      calls.push({ kind, view });
      at = view.value('DpcListEntry.Next');
    }
    return calls;
  });
}

/** Lists of a thread's APCs by their place, and KAPC.Type. */
const MODES = ['KERNEL', 'USER'];
const APC_OBJECT = 18;

/** `!apc`: asynchronous procedure calls that wait for threads. */
export const apcs: Command = {
  names: ['!apc'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const kind = rest.scanner.match(/(?:proc|thre)\w*(?=\s|$)/)?.slice(0, 4);
    const given = rest.optionalValue();
    expectEnd('!apc', rest);
    if (kind === 'thre') {
      const at = given || session.thread;
      print(`*** Enumerating APCs of thread ${hex(at, 16)}\n`);
      return print(threadText(session, new TypedView(session, '_ETHREAD', at)) || 'None.\n');
    }
    if (kind === 'proc') {
      const owner = findProcess(session, given);
      print(`*** Enumerating APCs in process ${hex(owner.address, 16)}\n`);
      return print(processText(session, owner));
    }
    if (given !== undefined) return print(oneText(session, given));
    print('*** Enumerating APCs in all processes\n');
    for (const owner of activeProcesses(session)) print(processText(session, owner));
  },
};

/** Of the threads that have any. */
function processText(session: Session, owner: TypedView): string {
  const threads = [...threadsOf(session, owner)].map((thread) => threadText(session, thread)).join('');
  return `Process ${hex(owner.address, 16)} ${imageName(session, owner)}\n${threads}`;
}

function threadText(session: Session, thread: TypedView): string {
  try {
    return MODES.map((mode, i) => {
      const head = thread.at(`Tcb.ApcState.ApcListHead[${i}]`);
      const waiting = [...listEntries(session, head, '_KAPC', 'ApcListEntry')];
      if (waiting.length === 0) return '';
      const where = `ApcStateIndex ${thread.value('Tcb.ApcStateIndex')} ApcListHead ${hex(head, 16)} [${mode}]`;
      const texts = waiting.map(
        (apc) => `        KAPC @ ${hex(apc.address, 16)}\n${fieldsText(session, apc)}`,
      );
      return `    Thread ${hex(thread.address, 16)} ${where}\n${texts.join('')}`;
    }).join('');
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `    Thread ${hex(thread.address, 16)} is not in the dump\n`;
  }
}

function fieldsText(session: Session, apc: TypedView): string {
  const row = (name: string, value: string) => `          ${name.padEnd(15)}${value}\n`;
  const routine = (field: string) => {
    const at = apc.value(field);
    return `${hex(at, 16)} ${session.symbolText(at)}`.trimEnd();
  };
  return (
    row('Type', hex(apc.value('Type'))) +
    ['KernelRoutine', 'RundownRoutine', 'NormalRoutine'].map((field) => row(field, routine(field))).join('') +
    row('NormalContext', hex(apc.value('NormalContext'), 16))
  );
}

function oneText(session: Session, at: bigint): string {
  const apc = new TypedView(session, '_KAPC', at);
  if (apc.number('Type') !== APC_OBJECT) throw new CommandError(`${hex(at, 16)} is not a KAPC.\n`);
  const thread = new TypedView(session, '_ETHREAD', apc.value('Thread'));
  const owner = processAt(session, thread.value('Tcb.Process'));
  return (
    `KAPC @ ${hex(at, 16)}\n${fieldsText(session, apc)}` +
    `    Process ${hex(owner.address, 16)} ${imageName(session, owner)}\n    Thread ${hex(thread.address, 16)}\n`
  );
}
