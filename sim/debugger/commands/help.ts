import { CommandError, type Command } from './command.js';
import { commands } from './index.js';
import { findCommand } from './shell.js';

const NAME_WIDTH = 24;

/** `.help`, `.hh`: what commands there are, and what each does. */
export const help: Command = {
  names: ['.help', '.hh', 'help', '?help'],
  summary: 'lists the commands, or tells of one',
  syntax: '.help [COMMAND]',
  example: '.help dt',
  lookFor: 'the example: it can be typed as it is',
  run({ print }, args) {
    if (args !== '') return print(helpText(args));
    for (const command of [...commands].sort((a, b) => (a.names[0]! < b.names[0]! ? -1 : 1)))
      print(`${command.names.slice(0, 4).join(' ').padEnd(NAME_WIDTH)} ${command.summary}\n`);
  },
};

/** Errors of the engine that refer to its documentation by name. */
const TOPICS: Readonly<Record<string, string>> = {
  dbgerr001:
    'PEB is paged out: user memory is not in this dump. Kernel dumps leave it out unless they are made with user pages.\n',
  dbgerr004:
    'Page not present: the address is valid, but the dump does not hold its page. It is a partial dump, a kernel stacks dump, or a page of a kind that was not captured. !pte shows whether an address is valid at all.\n',
  dbgerr005: 'Private symbols are needed: the PDB has no locals. PDBs of the lab drivers have them.\n',
};

function helpText(name: string): string {
  if (name in TOPICS) return TOPICS[name]!;
  const command = findCommand(name.trim());
  if (!command) throw new CommandError(`There is no help on ${name}. .help lists the commands.\n`);
  return (
    `${command.names.join(' ')} - ${command.summary}\n\n    ${command.syntax}\n\n` +
    `Example: ${command.example}\nLook for: ${command.lookFor}.\n`
  );
}
