import { ask } from '../../explain/ask.js';
import { address as shown, hex } from '../../format/numbers.js';
import { CommandError, type Command } from '../command.js';

const LABEL_WIDTH = 34;

/** `!whatis`: what an address is. A command of this debugger's own. */
export const whatis: Command = {
  names: ['!whatis'],
  run({ session, print }, args) {
    if (args.trim() === '')
      throw new CommandError('Usage: !whatis ADDRESS, or !whatis /p PHYSICAL-ADDRESS\n');
    const { address, isPhysical, summary, findings } = ask(session, args);
    print(`${isPhysical ? `physical ${hex(address)}` : shown(address)}: ${summary}\n`);
    for (const { title, evidence } of findings) {
      print(`\n  ${title}\n`);
      for (const { label, value, command } of evidence)
        print(`    ${label.padEnd(LABEL_WIDTH)} ${value}${command ? `   (${command})` : ''}\n`);
    }
  },
};
