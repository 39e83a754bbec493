import { address } from '../../format/numbers.js';
import { sessionSpaces } from '../../kernel/session-spaces.js';
import { sessionOf } from '../../kernel/processes.js';
import { listEntries } from '../../kernel/lists.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { switchProcess } from '../context.js';
import { refuse } from '../refuse.js';

/** What stands for the session of the current process. */
const CURRENT = -1;

/** `!session`: the sessions of the machine, and in which one session space is read. */
export const sessions: Command = {
  names: ['!session'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const option = rest.option();
    if (option !== undefined && option !== 's') refuse('!session', `Option -${option}`);
    const spaces = new Map(sessionSpaces(session).map((space) => [space.number('SessionId'), space]));
    const current = sessionOf(session, new TypedView(session, '_EPROCESS', session.process));
    const asked = option === undefined ? undefined : Number(BigInt.asIntN(32, rest.value()));
    print(`Sessions on machine: ${spaces.size}\n`);
    if (asked === undefined) {
      print(`Valid Sessions: ${[...spaces.keys()].sort((a, b) => a - b).join(' ')}\n`);
      if (current !== undefined) print(`Current Session ${current}\n`);
      return;
    }
    const wanted = asked === CURRENT ? current : asked;
    const process = wanted === undefined ? undefined : firstProcess(session, spaces.get(wanted));
    if (process === undefined)
      throw new CommandError(`There is no process of session ${wanted ?? 'none'}.\n`);
    switchProcess(session, process);
    print(`Implicit process is now ${address(process)}\n`);
    print('.cache forcedecodeptes done\n'); // what WinDbg asks of itself then; here it is always so
    print(`Using session ${wanted}\n`);
  },
};

function firstProcess(session: Session, space: TypedView | undefined): bigint | undefined {
  if (!space) return undefined;
  const [first] = listEntries(session, space.at('ProcessList'), '_EPROCESS', 'SessionProcessLinks');
  return first?.address;
}
