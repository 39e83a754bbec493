import { CommandError, type Command } from './command.js';
import { absentNames, helpOf, topicText, whyAbsent } from './help-texts.js';
import { commands } from './index.js';
import { findCommand } from './find-command.js';

const NAME_WIDTH = 24;

/** `.help`, `.hh`: what commands there are, and what each does. */
export const help: Command = {
  names: ['.help', '.hh', 'help', '?help'],
  run({ print }, args) {
    if (args !== '') return print(helpText(args.trim()));
    for (const command of [...commands].sort((a, b) => (a.names[0]! < b.names[0]! ? -1 : 1)))
      print(`${command.names.slice(0, 4).join(' ').padEnd(NAME_WIDTH)} ${helpOf(command).summary}\n`);
    print(`\nCommands of WinDbg that are not here: ${absentNames.join(' ')}\n`);
  },
};

function helpText(name: string): string {
  const topic = topicText(name);
  if (topic !== undefined) return `${topic}\n`;
  const why = whyAbsent(name);
  if (why !== undefined) return `${name} is a command of WinDbg that is not here: ${why}.\n`;
  const command = findCommand(name);
  if (!command) throw new CommandError(`There is no help on ${name}. .help lists the commands.\n`);
  const { summary, syntax, example, lookFor, lacks } = helpOf(command);
  return (
    `${command.names.join(' ')} - ${summary}\n\n    ${syntax}\n\n` +
    `Example: ${example}\nLook for: ${lookFor}.\n` +
    (lacks ? `WinDbg has more: ${lacks.join('; ')}.\n` : '')
  );
}
