import { hex } from '../../format/numbers.js';
import { readUserModules } from '../../target/user-modules.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { wideText } from '../../files/text.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';

const LONGEST_ENVIRONMENT = 0x10000;

/** `!peb`: the environment of the current process. */
export const peb: Command = {
  names: ['!peb'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).optionalValue() ?? session.register('$peb') ?? 0n;
    if (at === 0n) throw new CommandError('PEB NULL...\n');
    const view = new TypedView(session, '_PEB', at);
    const yes = (field: string) => (view.value(field) ? 'Yes' : 'No');
    try {
      print(`PEB at ${hex(at, 16)}\n`);
      for (const name of ['InheritedAddressSpace', 'ReadImageFileExecOptions', 'BeingDebugged'])
        print(`    ${`${name}:`.padEnd(26)}${yes(name)}\n`);
      print(`    ImageBaseAddress:         ${hex(view.value('ImageBaseAddress'), 16)}\n`);
      print(
        `    Ldr                       ${hex(view.value('Ldr'), 16)}\n            Base TimeStamp                     Module\n`,
      );
      for (const module of readUserModules(session.memory, at) ?? [])
        print(
          `${hex(module.base).padStart(16)} ${hex(module.timeDateStamp, 8)} ${' '.repeat(20)} ${module.imagePath}\n`,
        );
      print(`    ProcessHeap:       ${hex(view.value('ProcessHeap'), 16)}\n`);
      print(parametersText(session, view.value('ProcessParameters')));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      print(
        `PEB is paged out (Peb.Ldr = ${session.address(view.at('Ldr'))}).  Type ".hh dbgerr001" for details\n`,
      );
    }
  },
};

function parametersText(session: Session, at: bigint): string {
  const view = new TypedView(session, '_RTL_USER_PROCESS_PARAMETERS', at);
  const row = (name: string, value: string) => `    ${`${name}:`.padEnd(19)}'${value}'\n`;
  const environment = wideText(session.memory.read(view.value('Environment'), LONGEST_ENVIRONMENT)).split(
    '\0\0',
  )[0]!;
  return (
    `    ProcessParameters: ${hex(at, 16)}\n` +
    row('CurrentDirectory', view.unicode('CurrentDirectory.DosPath')) +
    row('WindowTitle', view.unicode('WindowTitle')) +
    row('ImageFile', view.unicode('ImagePathName')) +
    row('CommandLine', view.unicode('CommandLine')) +
    row('DllPath', view.unicode('DllPath')) +
    `    Environment:       ${hex(view.value('Environment'), 16)}\n` +
    environment
      .split('\0')
      .map((line) => `        ${line}\n`)
      .join('')
  );
}

/** `!teb`: the environment of the current thread. */
export const teb: Command = {
  names: ['!teb'],
  run({ session, print }, args) {
    const at = new Arguments(session, args).optionalValue() ?? session.register('$teb') ?? 0n;
    if (at === 0n) throw new CommandError('TEB NULL: the thread has no user mode.\n');
    const view = new TypedView(session, '_TEB', at);
    const row = (name: string, value: string) => `    ${`${name}:`.padEnd(22)}${value}\n`;
    try {
      print(
        `TEB at ${hex(at, 16)}\n` +
          row('ExceptionList', hex(view.value('NtTib.ExceptionList'), 16)) +
          row('StackBase', hex(view.value('NtTib.StackBase'), 16)) +
          row('StackLimit', hex(view.value('NtTib.StackLimit'), 16)) +
          row('Self', hex(view.value('NtTib.Self'), 16)) +
          row(
            'ClientId',
            `${hex(view.value('ClientId.UniqueProcess'), 16)} . ${hex(view.value('ClientId.UniqueThread'), 16)}`,
          ) +
          row('Tls Storage', hex(view.value('ThreadLocalStoragePointer'), 16)) +
          row('PEB Address', hex(view.value('ProcessEnvironmentBlock'), 16)) +
          row('LastErrorValue', `${view.value('LastErrorValue')}`) +
          row('LastStatusValue', hex(view.number('LastStatusValue'))) +
          row('Count Owned Locks', `${view.value('CountOfOwnedCriticalSections')}`),
      );
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new CommandError(`TEB at ${hex(at, 16)} is not in the dump; dumps with user pages have it.\n`);
    }
  },
};
