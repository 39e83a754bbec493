import { address as shown } from '../../format/numbers.js';
import { explain } from '../../explain/explain.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';

const LABEL_WIDTH = 34;

/** `!whatis`: what an address is. A command of this debugger's own. */
export const whatis: Command = {
  names: ['!whatis'],
  run({ session, print }, args) {
    const { address, summary, findings } = explain(session, new Arguments(session, args).value());
    print(`${shown(address)}: ${summary}\n`);
    for (const { title, evidence } of findings) {
      print(`\n  ${title}\n`);
      for (const { label, value, command } of evidence)
        print(`    ${label.padEnd(LABEL_WIDTH)} ${value}${command ? `   (${command})` : ''}\n`);
    }
  },
};
