import { secondsText, sessionTime, uptimeText } from '../format/times.js';
import type { Session } from '../session.js';
import type { UserTarget } from '../target/user-target.js';
import type { Command } from './command.js';
import { SyntaxProblem } from './command.js';
import { exceptionName, productName, suiteNames } from './system-names.js';

export const FULL_MEMORY = 0x2; // MiniDumpWithFullMemory

/** Kind of a process's dump, as `||` and `version` tell it. */
export function processDumpKind({ dump }: UserTarget): string {
  return dump.header.Flags & FULL_MEMORY ? 'Full memory user mini dump' : 'User mini dump';
}

/** What `vertarget` says of a process's dump. */
export function processVersionText(session: Session, user: UserTarget): string {
  const info = user.dump.systemInfo!;
  const count = info.NumberOfProcessors;
  const { buildString } = user.dump.miscInfo ?? { buildString: '' };
  const suites = suiteNames(info.SuiteMask);
  return (
    `${systemName(info)} Version ${info.BuildNumber} ${user.dump.servicePack ? `(${user.dump.servicePack}) ` : ''}${count > 1 ? `MP (${count} procs)` : 'UP'} Free x64\n` +
    `Product: ${productName(info.ProductType)}${suites ? `, suite: ${suites}` : ''}\n` +
    (buildString ? `Edition build lab: ${buildString}\n` : '') +
    processTimeText(session, user)
  );
}

/** Systems by their major and minor version. Source: Microsoft, "Operating System Version". */
const SYSTEMS: Readonly<Record<string, string>> = {
  '6.0': 'Windows Vista',
  '6.1': 'Windows 7',
  '6.2': 'Windows 8',
  '6.3': 'Windows 8.1',
};

function systemName({ MajorVersion, MinorVersion }: { MajorVersion: number; MinorVersion: number }): string {
  return SYSTEMS[`${MajorVersion}.${MinorVersion}`] ?? 'Windows 10';
}

export function processTimeText(session: Session, user: UserTarget, utcOffset = session.utcOffset): string {
  const { times } = user.dump.miscInfo ?? { times: undefined };
  const { uptime } = user;
  const up = uptime === undefined ? 'not available' : uptimeText(uptime);
  const process = times
    ? `Process Uptime: ${secondsText(user.dump.header.TimeDateStamp - times.created)}\n` +
      `  Kernel time: ${secondsText(times.kernel)}\n  User time: ${secondsText(times.user)}\n`
    : 'Process Uptime: not available\n';
  return `Debug session time: ${sessionTime(user.time, utcOffset)}\nSystem Uptime: ${up}\n${process}`;
}

/** `Last event: 9294.92c0: Break instruction exception`, the dump of a process that nothing happened to. */
export function processEventText({ eventThread, exception, processId }: UserTarget): string {
  const id = (value: number) => value.toString(16);
  const code = exception?.code ?? BREAKPOINT;
  return `${id(processId)}.${id(eventThread?.ThreadId ?? 0)}: ${exceptionName(code)}`;
}

/** What the engine takes for the event of a dump that names no exception. */
export const BREAKPOINT = 0x80000003;

/** `|`: the process that the dump is of. */
export const processes: Command = {
  names: ['|'],
  run({ session, print }, args) {
    const { user } = session;
    if (!user || args !== '') throw new SyntaxProblem('Syntax error', 1 + args.length);
    print(`.  0\tid: ${user.processId.toString(16)}\texamine\tname: ${user.program}\n`);
  },
};

/** `.ttime`: when the current thread was made, and the time it has run. */
export const threadTimes: Command = {
  names: ['.ttime'],
  run({ session, print }) {
    const info = session.user?.threads[session.threadNumber]?.info;
    if (!session.user) throw new SyntaxProblem('Syntax error', '.ttime'.length);
    if (!info) return print('Thread times not available\n');
    print(
      `Created: ${sessionTime(info.CreateTime, session.utcOffset)}\n` +
        `Kernel:  ${uptimeText(info.KernelTime)}\nUser:    ${uptimeText(info.UserTime)}\n`,
    );
  },
};
