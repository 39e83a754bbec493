import type { Arguments } from './arguments.js';
import { CommandError } from './command.js';

/** Says that WinDbg has something of a command and this debugger has not. */
export function refuse(command: string, what: string): never {
  throw new CommandError(
    `${notSupported(command, what)} .hh ${command} tells ${isSeveral(what) ? 'which are' : 'what is'}.\n`,
  );
}

/** `Flags 0x8 of !process are not supported here.`: the sentence, as one or several are named. */
function notSupported(command: string, what: string): string {
  return `${what} of ${command} ${isSeveral(what) ? 'are' : 'is'} not supported here.`;
}

const isSeveral = (what: string) => /^(?:Flags|Options)\b/.test(what);

/** Refuses what stands behind the last argument of a command: none is passed over in silence. */
export function expectEnd(command: string, rest: Arguments): void {
  if (rest.ended) return;
  throw new CommandError(`${command} takes no '${rest.rest}' there. .hh ${command} tells what it takes.\n`);
}

/** Options of a command, each without its mark. @throws CommandError for one that it has not */
export function expectOptions(command: string, rest: Arguments, known: readonly string[]): string[] {
  const options = rest.letterOptions().map((option) => option.toLowerCase());
  const odd = options.find((option) => !known.includes(option));
  if (odd !== undefined) refuse(command, `Option -${odd}`);
  return options;
}

/** Of a command without options. @throws CommandError */
export function expectNoOption(command: string, rest: Arguments): void {
  const option = /^[-/][a-z]\S*/i.exec(rest.rest)?.[0];
  if (option !== undefined) refuse(command, `Option ${option}`);
}

/** Refuses bits of flags that a command has not. */
export function refuseFlags(command: string, flags: number, known: number): void {
  const rest = BigInt(flags) & ~BigInt(known);
  if (rest !== 0n) refuse(command, `Flags 0x${rest.toString(16)}`);
}

/** What to say of flags that nothing was done about; '' when there are none. */
export function ignoredFlags(command: string, flags: number, known: number): string {
  const rest = (flags & ~known) >>> 0;
  return rest === 0 ? '' : `${notSupported(command, `Flags 0x${rest.toString(16)}`)}\n`;
}
