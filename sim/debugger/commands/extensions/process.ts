import { activeProcesses, imageName, sessionOf } from '../../kernel/processes.js';
import { sectionOf, vadFacts, vadsBelow } from '../../kernel/vads.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuse, refuseFlags } from '../refuse.js';
import { findProcess, inProcess, isCurrent, PROCESS_FLAG_DETAILS, processText } from './process-text.js';
import { THREAD_FLAG } from './thread-text.js';

const KNOWN_FLAGS =
  PROCESS_FLAG_DETAILS |
  THREAD_FLAG.waits |
  THREAD_FLAG.stack |
  THREAD_FLAG.noArguments |
  THREAD_FLAG.ofItsProcess;
/** Flags where none are given: for all processes or the current one, and for one that is named. */
const DEFAULT_FLAGS = { current: 3n, named: 0xfn };

/** `!process`: one process, or all. */
export const process: Command = {
  names: ['!process'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const fits = filters(session, rest);
    const given = rest.optionalValue();
    const isDefault = given === 0n || isCurrent(given);
    const flags = Number(rest.optionalValue() ?? (isDefault ? DEFAULT_FLAGS.current : DEFAULT_FLAGS.named));
    const wanted = rest.word()?.toLowerCase();
    expectEnd('!process', rest);
    refuseFlags('!process', flags, KNOWN_FLAGS);
    if (wanted !== undefined && given !== 0n)
      throw new CommandError('The name of an image goes with 0 for the process: !process 0 FLAGS IMAGE.\n');
    const show = (entry: TypedView) => print(answer(session, entry, flags));
    if (given !== 0n) {
      const entry = findProcess(session, given);
      if (fits(entry)) show(entry);
      return;
    }
    print('**** NT ACTIVE PROCESS DUMP ****\n');
    for (const entry of activeProcesses(session))
      if ((wanted === undefined || imageName(session, entry).toLowerCase() === wanted) && fits(entry))
        show(entry);
  },
};

/** With its own user modules where that is asked for, which the documentation binds to the details. */
function answer(session: Session, entry: TypedView, flags: number): string {
  const isOwn = (flags & THREAD_FLAG.ofItsProcess) !== 0 && (flags & PROCESS_FLAG_DETAILS) !== 0;
  const text = () => processText(session, entry, flags);
  return isOwn ? inProcess(session, entry.address, text) : text();
}

/** `/s SESSION` and `/m MODULE`, in any order. @throws CommandError for other options */
function filters(session: Session, rest: Arguments): (entry: TypedView) => boolean {
  const all: ((entry: TypedView) => boolean)[] = [];
  for (let option = rest.letterOption(); option !== undefined; option = rest.letterOption()) {
    if (option === 's') {
      const number = BigInt.asIntN(64, rest.value());
      const wanted = number < 0n ? sessionOf(session, findProcess(session, undefined)) : Number(number);
      all.push((entry) => sessionOf(session, entry) === wanted);
    } else if (option === 'm') {
      const name = rest.word()?.toLowerCase();
      if (name === undefined) throw new CommandError('!process /m needs the name of a module.\n');
      all.push((entry) => mapsImage(session, entry, name));
    } else refuse('!process', `Option /${option}`);
  }
  return (entry) => all.every((fits) => fits(entry));
}

/** Whether a process maps an image of that name, with or without its extension: its VADs tell, without its loader. */
function mapsImage(session: Session, entry: TypedView, wanted: string): boolean {
  try {
    for (const { node } of vadsBelow(session, entry.value('VadRoot.Root'))) {
      if (!vadFacts(node).isImage) continue;
      const name = sectionOf(session, node)?.path.split('\\').at(-1)?.toLowerCase() ?? '';
      if (name === wanted || name.replace(/\.[^.]*$/, '') === wanted) return true;
    }
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
  return false;
}
