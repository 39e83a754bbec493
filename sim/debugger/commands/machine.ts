import { address, hex } from '../format/numbers.js';
import { sessionTime, uptimeText } from '../format/times.js';
import type { Session } from '../session.js';
import type { Command } from './command.js';

const PRODUCT_TYPES: Readonly<Record<number, string>> = { 1: 'WinNt', 2: 'LanManNt', 3: 'Server' };
/** Bits of SuiteMask in the order in which they are told. Source: Windows SDK, winnt.h (VER_SUITE_*). */
const SUITES: readonly [number, string][] = [
  [0x1, 'SmallBusiness'],
  [0x2, 'Enterprise'],
  [0x4, 'BackOffice'],
  [0x8, 'CommunicationServer'],
  [0x10, 'TerminalServer'],
  [0x20, 'SmallBusinessRestricted'],
  [0x40, 'EmbeddedNT'],
  [0x80, 'DataCenter'],
  [0x100, 'SingleUserTS'],
  [0x200, 'Personal'],
];
const FREE_BUILD = 0xf;
const DUMP_KINDS: Readonly<Record<number, string>> = {
  1: '64-bit Full kernel dump',
  5: '64-bit Kernel bitmap dump',
  6: '64-bit Kernel bitmap dump',
  8: '64-bit Kernel range dump',
  9: '64-bit Kernel range dump',
  10: '64-bit Kernel range dump',
};

/** What `vertarget` says: build, product, base addresses and times. */
function versionText(session: Session): string {
  const { header, data } = session.target;
  const count = header.NumberProcessors;
  const suites = SUITES.filter(([bit]) => header.SuiteMask & bit).map(([, name]) => name);
  const product = PRODUCT_TYPES[header.ProductType] ?? `${header.ProductType}`;
  const base = session.target.modules[0]?.base ?? data.KernBase;
  return (
    `Windows 10 Kernel Version ${header.MinorVersion} ${count > 1 ? `MP (${count} procs)` : 'UP'} ${header.MajorVersion === FREE_BUILD ? 'Free' : 'Checked'} x64\n` +
    `Product: ${product}, suite: ${suites.join(' ')}\n` +
    `Edition build lab: ${session.target.buildLab}\n` +
    `Kernel base = 0x${address(base)} PsLoadedModuleList = 0x${address(data.PsLoadedModuleList)}\n` +
    timeText(session)
  );
}

function timeText(session: Session): string {
  const { SystemTime, SystemUpTime } = session.target.header;
  return (
    `Debug session time: ${sessionTime(SystemTime, session.utcOffset)}\n` +
    `System Uptime: ${uptimeText(SystemUpTime)}\n`
  );
}

/** Kind and path of the dump. */
export function dumpKind(session: Session): string {
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

export const time: Command = {
  names: ['.time'],
  run: ({ session, print }) => print(timeText(session)),
};

export const bugcheck: Command = {
  names: ['.bugcheck'],
  run({ session, print }) {
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
  },
};

export const effectiveMachine: Command = {
  names: ['.effmach'],
  run: ({ print }) => print('Effective machine: x64 (AMD64)\n'),
};

export const lastEvent: Command = {
  names: ['.lastevent'],
  run({ session, print }) {
    const code = session.target.header.ExceptionCode;
    const name = EXCEPTIONS[code] ?? 'Unknown exception';
    print(`Last event: ${name} - code ${hex(code, 8)} (first/second chance not available)\n`);
  },
};

export const EXCEPTIONS: Readonly<Record<number, string>> = {
  0x80000003: 'Break instruction exception',
  0x80000004: 'Single step exception',
  0xc0000005: 'Access violation',
  0xc000001d: 'Illegal instruction',
  0xc0000094: 'Integer divide-by-zero',
  0xc00000fd: 'Stack overflow',
};
