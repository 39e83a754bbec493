import { address, hex } from '../../format/numbers.js';
import { secondsTime } from '../../format/times.js';
import { readUserModules } from '../../target/user-modules.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { wideText } from '../../files/text.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';

const LONGEST_ENVIRONMENT = 0x10000;

/** Lists of PEB_LDR_DATA, in the order in which WinDbg tells them. */
const LOADER_LISTS = ['InInitializationOrderModuleList', 'InLoadOrderModuleList', 'InMemoryOrderModuleList'];

/** `!peb`: the environment of the current process. */
export const peb: Command = {
  names: ['!peb'],
  run({ session, print }, args) {
    const at = addressOr(session, '!peb', args, '$peb');
    if (at === 0n) throw new CommandError('PEB NULL...\n');
    const view = new TypedView(session, '_PEB', at);
    const row = (name: string, value: string) => `    ${`${name}:`.padEnd(26)}${value}\n`;
    const yes = (of: TypedView, field: string) => (of.value(field) ? 'Yes' : 'No');
    print(`PEB at ${hex(at, 16)}\n`);
    try {
      for (const name of ['InheritedAddressSpace', 'ReadImageFileExecOptions', 'BeingDebugged'])
        print(row(name, yes(view, name)));
      print(row('ImageBaseAddress', hex(view.value('ImageBaseAddress'), 16)));
      for (const name of ['NtGlobalFlag', 'NtGlobalFlag2'])
        if (view.has(name)) print(row(name, hex(view.value(name))));
      const loader = view.value('Ldr');
      print(`    Ldr                       ${hex(loader, 16)}\n`);
      if (loader !== 0n) print(loaderText(new TypedView(session, '_PEB_LDR_DATA', loader), row, yes));
      print(modulesText(session, at));
      for (const name of ['SubSystemData', 'ProcessHeap', 'ProcessParameters'])
        print(`    ${`${name}:`.padEnd(19)}${hex(view.value(name), 16)}\n`);
      print(parametersText(session, view.value('ProcessParameters')));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      print(`PEB is paged out (Peb.Ldr = ${address(view.at('Ldr'))}).  Type ".hh dbgerr001" for details\n`);
    }
  },
};

function loaderText(
  loader: TypedView,
  row: (name: string, value: string) => string,
  yes: (of: TypedView, field: string) => string,
): string {
  const lists = LOADER_LISTS.map((name) => {
    const ends = [loader.value(`${name}.Flink`), loader.value(`${name}.Blink`)];
    return `    ${`Ldr.${name}:`.padEnd(37)}${ends.map((end) => hex(end, 16)).join(' . ')}\n`;
  });
  return row('Ldr.Initialized', yes(loader, 'Initialized')) + lists.join('');
}

function modulesText(session: Session, peb: bigint): string {
  const rows = (readUserModules(session.memory, peb) ?? []).map(
    ({ base, timeDateStamp, imagePath }) =>
      `${hex(base).padStart(24)} ${hex(timeDateStamp, 8)} ${secondsTime(timeDateStamp).slice(WEEKDAY)} ${imagePath}\n`,
  );
  return `                    Base TimeStamp                     Module\n${rows.join('')}`;
}
/** A module's row has the date without its day of the week. */
const WEEKDAY = 'Thu '.length;

function parametersText(session: Session, at: bigint): string {
  const view = new TypedView(session, '_RTL_USER_PROCESS_PARAMETERS', at);
  const row = (name: string, value: string) => `    ${`${name}:`.padEnd(14)}'${value}'\n`;
  const text = (field: string) =>
    view.value(`${field}.Buffer`) === 0n ? '< Name not readable >' : view.unicode(field);
  const environment = wideText(session.memory.read(view.value('Environment'), LONGEST_ENVIRONMENT)).split(
    '\0\0',
  )[0]!;
  return (
    `    CurrentDirectory:  '${text('CurrentDirectory.DosPath')}'\n` +
    row('WindowTitle', text('WindowTitle')) +
    row('ImageFile', text('ImagePathName')) +
    row('CommandLine', text('CommandLine')) +
    row('DllPath', text('DllPath')) +
    `    Environment:  ${hex(view.value('Environment'), 16)}\n` +
    environment
      .split('\0')
      .map((line) => `        ${line}\n`)
      .join('')
  );
}

/** Rows of `!teb` that are one pointer each, in WinDbg's order. */
const TEB_TIB: readonly [label: string, field: string][] = [
  ['ExceptionList', 'NtTib.ExceptionList'],
  ['StackBase', 'NtTib.StackBase'],
  ['StackLimit', 'NtTib.StackLimit'],
  ['SubSystemTib', 'NtTib.SubSystemTib'],
  ['FiberData', 'NtTib.FiberData'],
  ['ArbitraryUserPointer', 'NtTib.ArbitraryUserPointer'],
  ['Self', 'NtTib.Self'],
  ['EnvironmentPointer', 'EnvironmentPointer'],
];
const TEB_POINTERS: readonly [label: string, field: string][] = [
  ['RpcHandle', 'ActiveRpcHandle'],
  ['Tls Storage', 'ThreadLocalStoragePointer'],
  ['PEB Address', 'ProcessEnvironmentBlock'],
];

/** `!teb`: the environment of the current thread. */
export const teb: Command = {
  names: ['!teb'],
  run({ session, print }, args) {
    const at = addressOr(session, '!teb', args, '$teb');
    if (at === 0n) throw new CommandError('TEB NULL: the thread has no user mode.\n');
    const view = new TypedView(session, '_TEB', at);
    const row = (name: string, value: string) => `    ${`${name}:`.padEnd(22)}${value}\n`;
    const pointer = ([label, field]: readonly [string, string]) => row(label, hex(view.value(field), 16));
    try {
      print(
        `TEB at ${hex(at, 16)}\n` +
          TEB_TIB.map(pointer).join('') +
          row(
            'ClientId',
            `${hex(view.value('ClientId.UniqueProcess'), 16)} . ${hex(view.value('ClientId.UniqueThread'), 16)}`,
          ) +
          TEB_POINTERS.map(pointer).join('') +
          row('LastErrorValue', `${view.value('LastErrorValue')}`) +
          row('LastStatusValue', hex(view.number('LastStatusValue'))) +
          row('Count Owned Locks', `${view.value('CountOfOwnedCriticalSections')}`) +
          row('HardErrorMode', `${view.value('HardErrorMode')}`),
      );
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new CommandError(`TEB at ${hex(at, 16)} is not in the dump; dumps with user pages have it.\n`);
    }
  },
};

/** The address that is given; that of a pseudo-register without one. */
function addressOr(session: Session, command: string, args: string, register: string): bigint {
  const rest = new Arguments(session, args);
  expectNoOption(command, rest);
  const given = rest.optionalValue();
  expectEnd(command, rest);
  return given ?? session.register(register) ?? 0n;
}
