import { Arguments } from './arguments.js';
import type { Command } from './command.js';

/** `lsa`, `ls`, `lsc`: lines of sources. No sources are read, so that there is no current file and none at an address. */
export const sources: Command = {
  names: ['lsa', 'ls', 'lsc'],
  run({ session, print }, args, name) {
    if (name === 'lsa') new Arguments(session, args === '.' ? '@rip' : args).value();
    else print('No current source file\n');
  },
};
