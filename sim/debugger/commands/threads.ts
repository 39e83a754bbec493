import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { UserThread, UserTarget } from '../target/user-target.js';
import { SyntaxProblem, type CommandContext } from './command.js';
import { instructionText } from './registers.js';

/** Which threads `~` is about: `*`, `.`, `#`, a number, or `~[TID]`. */
const CHOICE = /^(?:(\*)|(\.)|(#)|(\d+)|~\[([^\]]+)\])\s*/;
const STACK_COMMAND = /^k/;

/** `~` in a dump of a process: lists threads, makes one current, or runs a command for some. */
export function threadsCommand(context: CommandContext, user: UserTarget, word: string): void {
  const { session, print } = context;
  if (word === '') return user.threads.forEach((thread) => print(threadLine(session, user, thread)));
  const found = CHOICE.exec(word);
  const chosen = found ? chosenThreads(context, user, found) : [];
  if (!found || chosen.length === 0) throw new SyntaxProblem('Illegal thread error', word.length);
  const command = word.slice(found[0].length).trim();
  if (command === '')
    return chosen.forEach((thread) => print(threadLine(session, user, thread) + details(session, thread)));
  if (/^s$/i.test(command)) {
    session.switchThread(chosen[0]!.number);
    return print(instructionText(session));
  }
  const isAll = found[1] !== undefined;
  runFor(context, user, chosen, command.replace(/^e\s+/i, ''), isAll && STACK_COMMAND.test(command));
}

function chosenThreads(
  { session, capture }: CommandContext,
  user: UserTarget,
  [, all, current, event, number, id]: RegExpExecArray,
): UserThread[] {
  if (all !== undefined) return [...user.threads];
  if (current !== undefined) return user.threads.filter((thread) => thread.number === session.threadNumber);
  if (event !== undefined) return user.eventThread ? [user.eventThread] : [];
  if (number !== undefined) return user.threads.filter((thread) => thread.number === Number(number));
  const wanted = /= ([0-9a-f`]+)$/m.exec(capture(`? ${id!}`))?.[1]?.replace('`', '');
  return wanted === undefined ? [] : user.threads.filter(({ ThreadId }) => ThreadId === parseInt(wanted, 16));
}

function runFor(
  { session, print, run }: CommandContext,
  user: UserTarget,
  threads: readonly UserThread[],
  command: string,
  withHeads: boolean,
): void {
  const { threadNumber, scope } = session;
  for (const thread of threads) {
    if (withHeads) print(`\n${threadLine(session, user, thread, threadNumber)}`);
    session.switchThread(thread.number);
    run(command);
  }
  session.switchThread(threadNumber);
  session.scope = scope;
}

/** `.  0  Id: 9294.92c0 Suspend: 0 Teb: 00000042`aae01000 Unfrozen "Explorer Taskbar"` */
function threadLine(
  session: Session,
  user: UserTarget,
  thread: UserThread,
  current = session.threadNumber,
): string {
  const mark = thread.number === current ? '.' : thread === user.eventThread ? '#' : ' ';
  const name = thread.name === '' ? '' : ` "${thread.name}"`;
  const number = String(thread.number).padStart(3);
  return `${mark}${number}  Id: ${hex(user.processId)}.${hex(thread.ThreadId)} Suspend: ${thread.SuspendCount} Teb: ${address(thread.Teb)} Unfrozen${name}\n`;
}

function details(session: Session, { info, Priority, PriorityClass }: UserThread): string {
  const start = info?.StartAddress ?? 0n;
  const symbol = session.symbolText(start);
  const where = symbol ? `${symbol} (${address(start)})` : address(start);
  return (
    (info ? `      Start: ${where}\n` : '') +
    `      Priority: ${Priority}  Priority class: ${PriorityClass}${info ? `  Affinity: ${hex(info.Affinity)}` : ''}\n`
  );
}
