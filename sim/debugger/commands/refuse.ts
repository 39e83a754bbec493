import { CommandError } from './command.js';

/** Says that WinDbg has something of a command and this debugger has not. */
export function refuse(command: string, what: string): never {
  throw new CommandError(`${what} of ${command} is not supported here. .hh ${command} tells what is.\n`);
}

/** What to say of flags that nothing was done about; '' when there are none. */
export function ignoredFlags(command: string, flags: number, known: number): string {
  const rest = (flags & ~known) >>> 0;
  return rest === 0 ? '' : `Flags 0x${rest.toString(16)} of ${command} are not supported here.\n`;
}
