import type { Session } from '../session.js';

/** What a command may do besides reading the dump. */
export interface CommandContext {
  readonly session: Session;
  /** Appends to the answer. */
  print(text: string): void;
  /** Runs other commands, their output becoming part of this one's. */
  run(commands: string): void;
  /** Runs other commands and returns what they print. */
  capture(commands: string): string;
  /** Writes a file on the host; refuses where the host allows none. */
  writeFile(path: string, bytes: Uint8Array): void;
  /** Ends the session. */
  quit(): void;
}

/** A command of the debugger. Its entry in the help is in help.json, under its first name. */
export interface Command {
  /** How it is typed, without arguments: `k`, `.frame`, `!process`. */
  readonly names: readonly string[];
  /** @param name the name it was called by; args what follows it */
  run(context: CommandContext, args: string, name: string): void;
}

/** A command cannot do what it was told; the message is all that the user sees. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** A command's words are off: shown with a mark under the place, as WinDbg does. */
export class SyntaxProblem extends Error {
  override name = 'SyntaxProblem';
  /** Characters of the command up to and with the one that is off. */
  readonly at: number;
  /** Where the L of a length stands, which debuggers show as a small letter. */
  readonly lengthAt: number | undefined;
  /** Where debuggers end the line that they show: they have cut a text there. */
  readonly cutAt: number | undefined;

  constructor(message: string, at: number, lengthAt?: number, cutAt?: number) {
    super(message);
    this.at = at;
    this.lengthAt = lengthAt;
    this.cutAt = cutAt;
  }
}
