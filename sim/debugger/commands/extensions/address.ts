import { address, hex } from '../../format/numbers.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';

/** MEMORY_BASIC_INFORMATION's values. Source: Windows SDK, winnt.h. */
const STATES: Readonly<Record<number, string>> = {
  0x1000: 'MEM_COMMIT',
  0x2000: 'MEM_RESERVE',
  0x10000: 'MEM_FREE',
};
const TYPES: Readonly<Record<number, string>> = {
  0x20000: 'MEM_PRIVATE',
  0x40000: 'MEM_MAPPED',
  0x1000000: 'MEM_IMAGE',
};
const PROTECTIONS: readonly [number, string][] = [
  [0x1, 'PAGE_NOACCESS'],
  [0x2, 'PAGE_READONLY'],
  [0x4, 'PAGE_READWRITE'],
  [0x8, 'PAGE_WRITECOPY'],
  [0x10, 'PAGE_EXECUTE'],
  [0x20, 'PAGE_EXECUTE_READ'],
  [0x40, 'PAGE_EXECUTE_READWRITE'],
  [0x80, 'PAGE_EXECUTE_WRITECOPY'],
  [0x100, 'PAGE_GUARD'],
  [0x200, 'PAGE_NOCACHE'],
  [0x400, 'PAGE_WRITECOMBINE'],
];

function protectionText(value: number): string {
  return PROTECTIONS.filter(([bit]) => value & bit)
    .map(([, name]) => name)
    .join(' | ');
}

/** `!address`: the regions of a process's addresses, from the dump's list of them. */
export const addressCommand: Command = {
  names: ['!address', '!vprot'],
  run({ session, print }, args, name) {
    const regions = session.user?.dump.regions();
    if (!regions)
      throw new CommandError('!address needs a dump of a process; !vad and !pte are of the kernel.\n');
    if (regions.length === 0) throw new CommandError('The dump does not list the regions of the process.\n');
    const at =
      new Arguments(session, args).optionalValue() ??
      (name === '!vprot' ? session.scope.context.rip : undefined);
    if (at === undefined) {
      print(
        `${'BaseAddress'.padStart(17)}  ${'EndAddress+1'.padStart(17)}  ${'RegionSize'.padStart(17)}  Type         State        Protect\n`,
      );
      for (const { BaseAddress, RegionSize, State, Type, Protect } of regions)
        print(
          `${address(BaseAddress)}  ${address(BaseAddress + RegionSize)}  ${address(RegionSize)}  ${(TYPES[Type] ?? '').padEnd(11)}  ${(STATES[State] ?? hex(State)).padEnd(11)}  ${protectionText(Protect)}\n`,
        );
      return;
    }
    const found = regions.find(
      ({ BaseAddress, RegionSize }) => at >= BaseAddress && at < BaseAddress + RegionSize,
    );
    if (!found) throw new CommandError(`${address(at)} is in no region of the process.\n`);
    const row = (label: string, value: string) => `${`${label}:`.padEnd(23)} ${value}\n`;
    const module = session.moduleAt(at);
    print(
      row('Base Address', address(found.BaseAddress)) +
        row('End Address', address(found.BaseAddress + found.RegionSize)) +
        row('Region Size', address(found.RegionSize)) +
        row('State', `${hex(found.State, 8)}  ${STATES[found.State] ?? ''}`) +
        row('Protect', `${hex(found.Protect, 8)}  ${protectionText(found.Protect)}`) +
        row('Type', `${hex(found.Type, 8)}  ${TYPES[found.Type] ?? ''}`) +
        row('Allocation Base', address(found.AllocationBase)) +
        row(
          'Allocation Protect',
          `${hex(found.AllocationProtect, 8)}  ${protectionText(found.AllocationProtect)}`,
        ) +
        (module ? row('Image Path', module.facts.imagePath) : ''),
    );
  },
};
