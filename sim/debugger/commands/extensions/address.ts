import { protectionText, STATES, TYPES } from '../../format/memory-information.js';
import { address, hex } from '../../format/numbers.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';
import { kernelAddressText, kernelRegionsText } from './kernel-address.js';

/** `!address`: regions of addresses, of a process from the dump's list of them, of the kernel by what it tells of them. */
export const addressCommand: Command = {
  names: ['!address', '!vprot'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    expectNoOption(name, rest);
    const given = rest.optionalValue();
    expectEnd(name, rest);
    const regions = session.user?.dump.regions();
    if (!regions) {
      if (name === '!vprot')
        throw new CommandError('!vprot needs a dump of a process; !pte and !vad are of the kernel.\n');
      return print(given === undefined ? kernelRegionsText(session) : kernelAddressText(session, given));
    }
    if (regions.length === 0) throw new CommandError('The dump does not list the regions of the process.\n');
    const at = given ?? (name === '!vprot' ? session.scope.context.rip : undefined);
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
