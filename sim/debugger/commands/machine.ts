import { address, hex } from '../format/numbers.js';
import { sessionTime, uptimeText } from '../format/times.js';
import type { Session } from '../session.js';
import { ExpressionError } from '../expressions/scanner.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command } from './command.js';
import {
  BREAKPOINT,
  processDumpKind,
  processEventText,
  processTimeText,
  processVersionText,
} from './process-dump.js';
import { refuse } from './refuse.js';
import { exceptionName, productName, suiteNames } from './system-names.js';

const FREE_BUILD = 0xf;
const DUMP_KINDS: Readonly<Record<number, string>> = {
  1: '64-bit Full kernel dump',
  2: '64-bit Kernel summary dump',
  4: '64-bit Kernel triage dump',
  5: '64-bit Kernel bitmap dump',
  6: '64-bit Kernel bitmap dump',
  8: '64-bit Kernel range dump',
  9: '64-bit Kernel range dump',
  10: '64-bit Kernel range dump',
};

/** What `vertarget` says: build, product, base addresses and times. */
function versionText(session: Session): string {
  if (session.user) return processVersionText(session, session.user);
  const { header, data } = session.target;
  const count = header.NumberProcessors;
  const base = session.target.modules[0]?.base ?? data.KernBase;
  return (
    `Windows 10 Kernel Version ${header.MinorVersion} ${count > 1 ? `MP (${count} procs)` : 'UP'} ${header.MajorVersion === FREE_BUILD ? 'Free' : 'Checked'} x64\n` +
    `Product: ${productName(header.ProductType)}, suite: ${suiteNames(header.SuiteMask)}\n` +
    (session.target.buildLab ? `Edition build lab: ${session.target.buildLab}\n` : '') +
    `Kernel base = 0x${address(base)} PsLoadedModuleList = 0x${address(data.PsLoadedModuleList)}\n` +
    timeText(session)
  );
}

function timeText(session: Session, utcOffset = session.utcOffset): string {
  if (session.user) return processTimeText(session, session.user, utcOffset);
  const { SystemTime, SystemUpTime } = session.target.header;
  return (
    `Debug session time: ${sessionTime(SystemTime, utcOffset)}\n` +
    `System Uptime: ${uptimeText(SystemUpTime)}\n`
  );
}

/** Kind and path of the dump. */
export function dumpKind(session: Session): string {
  if (session.user) return `${processDumpKind(session.user)}: ${session.path}`;
  return `${DUMP_KINDS[session.target.header.DumpType] ?? '64-bit Kernel dump'}: ${session.path}`;
}

export const vertarget: Command = {
  names: ['vertarget'],
  run: ({ session, print }) => print(versionText(session)),
};

export const version: Command = {
  names: ['version'],
  run: ({ session, print }) => print(`${versionText(session)}${dumpKind(session)}\n`),
};

export const systems: Command = {
  names: ['||'],
  run: ({ session, print }) => print(`.  0 ${dumpKind(session)}\n`),
};

/** Minutes in an hour. */
const HOUR = 60;

/** `.time`: with `-h` in a zone so many hours ahead. */
export const time: Command = {
  names: ['.time'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    let utcOffset: number | undefined;
    while (rest.scanner.match(/[-/]/)) {
      if (!rest.scanner.match(/h/)) throw rest.problem('Unknown option', name);
      if (/^\s*[-/]/.test(rest.rest)) throw new ExpressionError('Hour adjustment missing from', rest.rest);
      utcOffset = Number(BigInt.asIntN(32, rest.expected('Hour adjustment'))) * HOUR;
    }
    print(timeText(session, utcOffset));
    rest.expectNothing(name);
  },
};

export const bugcheck: Command = {
  names: ['.bugcheck'],
  run({ session, print }, args, name) {
    if (session.user) throw new SyntaxProblem('Syntax error', '.bugcheck'.length);
    const { header } = session.target;
    const {
      BugCheckParameter1: a,
      BugCheckParameter2: b,
      BugCheckParameter3: c,
      BugCheckParameter4: d,
    } = header;
    print(
      `Bugcheck code ${hex(header.BugCheckCode, 8).toUpperCase()}\nArguments ${[a, b, c, d].map(address).join(' ')}\n`,
    );
    new Arguments(session, args).expectNothing(name);
  },
};

export const effectiveMachine: Command = {
  names: ['.effmach'],
  run({ print }, args) {
    if (/^(?:x86|arm|arm64|chpe|ebc)$/i.test(args)) refuse('.effmach', args);
    if (!/^(?:|\.|#|amd64|x64)$/i.test(args)) throw new CommandError(`Unknown machine '${args}'\n`);
    print('Effective machine: x64 (AMD64)\n');
  },
};

export const lastEvent: Command = {
  names: ['.lastevent'],
  run({ session, print }) {
    const code = session.user
      ? (session.user.exception?.code ?? BREAKPOINT)
      : session.target.header.ExceptionCode;
    const what = session.user ? processEventText(session.user) : exceptionName(code);
    print(`Last event: ${what} - code ${hex(code, 8)} (first/second chance not available)\n`);
  },
};
