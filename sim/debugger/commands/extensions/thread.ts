import { hex } from '../../format/numbers.js';
import { activeProcesses, processAt, threadsOf } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectOptions, refuseFlags } from '../refuse.js';
import { inProcess, isCurrent, processText } from './process-text.js';
import { THREAD_FLAG, threadText } from './thread-text.js';

const KNOWN_FLAGS =
  THREAD_FLAG.waits | THREAD_FLAG.stack | THREAD_FLAG.noArguments | THREAD_FLAG.ofItsProcess;
const DEFAULT_FLAGS = BigInt(THREAD_FLAG.waits | THREAD_FLAG.stack);
/** The lowest bit has no meaning here, but is part of the flags that people know from `!process`. */
const OF_PROCESS = 1;
const THREAD_OBJECT = 6;
const OBJECT_TYPE_BITS = 0x7f;

/** `!thread`: one thread. */
export const thread: Command = {
  names: ['!thread'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = expectOptions('!thread', rest, ['p', 't']);
    const given = rest.optionalValue();
    const flags = Number(rest.optionalValue() ?? DEFAULT_FLAGS);
    expectEnd('!thread', rest);
    refuseFlags('!thread', flags, KNOWN_FLAGS | OF_PROCESS);
    const isId = options.includes('t') && given !== undefined;
    const at = isId ? threadById(session, given) : isCurrent(given) ? session.thread : given;
    if (at === undefined) throw new CommandError(`Could not find a thread with the id ${hex(given!)}.\n`);
    const entry = new TypedView(session, '_ETHREAD', at);
    if ((entry.number('Tcb.Header.Type') & OBJECT_TYPE_BITS) !== THREAD_OBJECT)
      throw new CommandError(
        `${hex(at, 16)} is not a thread object, interpreting as stack value is not supported.\n`,
      );
    const owner = entry.value('Tcb.Process');
    if (options.includes('p')) print(processText(session, processAt(session, owner), 0));
    const text = () => threadText(session, entry, flags, '');
    print(flags & THREAD_FLAG.ofItsProcess ? inProcess(session, owner, text) : text());
  },
};

function threadById(session: Session, id: bigint): bigint | undefined {
  for (const owner of activeProcesses(session))
    for (const entry of threadsOf(session, owner))
      if (entry.value('Cid.UniqueThread') === id) return entry.address;
  return undefined;
}
