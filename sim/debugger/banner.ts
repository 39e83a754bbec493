import { FULL_MEMORY } from './commands/process-dump.js';
import type { Session } from './session.js';

/** What WinDbg's engine says of each type of dump as it opens one; the texts are those that it printed. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'Kernel Complete Dump File: Full address space is available',
  2: 'Kernel Summary Dump File: Kernel address space is available, User address space may not be available.',
  4: 'Mini Kernel Dump File: Only registers and stack trace are available',
  5: 'Kernel Bitmap Dump File: Full address space is available',
  6: 'Kernel Bitmap Dump File: Kernel address space is available, User address space may not be available.',
  8: 'Kernel Range Dump File: Kernel memory pages are available',
  9: 'Kernel Range Dump File: Active memory pages (user + kernel) are available',
  10: 'Kernel Complete Dump File: Full address space is available',
};
/** The same of types whose header's Attributes have a bit. */
const KINDS_BY_ATTRIBUTE: Readonly<Record<number, { bit: number; text: string }>> = {
  5: { bit: 0x40, text: 'Kernel Bitmap Dump File: Active memory is available' },
  6: {
    bit: 0x400,
    text: 'Kernel Bitmap Dump File: Partial kernel address space is available, User address space may not be available.',
  },
};

/** The same of dumps of a process. */
const PROCESS_KINDS = {
  full: 'User Mini Dump File with Full Memory: Only application data is available',
  other: 'User Mini Dump File: Only registers, stack and portions of memory are available',
};

/** What a debugger says of a dump that it has opened, before `vertarget`. */
export function bannerText(session: Session): string {
  const symbols = session.symbolFiles.description;
  return (
    `\nLoading Dump File [${session.path}]\n${kindText(session)}\n\n` +
    `Symbol search path is: ${symbols}\nExecutable search path is: ${symbols}\n`
  );
}

function kindText(session: Session): string {
  const { user } = session;
  if (user) return user.dump.header.Flags & FULL_MEMORY ? PROCESS_KINDS.full : PROCESS_KINDS.other;
  const { DumpType, Attributes } = session.target.header;
  const special = KINDS_BY_ATTRIBUTE[DumpType];
  const kind = special && Attributes & special.bit ? special.text : KINDS[DumpType];
  return kind ?? `Kernel dump of type ${DumpType}`;
}
