import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Interrupted } from '../../debugger/index.js';

const CTRL_C = 0x03;
/** How often a command that runs looks up, in looks that it is asked for: most take less than a microsecond. */
const LOOKS = 256;

/**
 * Ctrl+C while a command runs. A command never lets events in and the terminal sends no signal while lines are edited,
 * so what is typed meanwhile is read from the terminal itself. Where there is none (pipes, Windows) nothing is read.
 */
export class InterruptKey {
  readonly #terminal: number | undefined;
  #looks = 0;
  /** What else was typed meanwhile. */
  #typed: Buffer[] = [];

  constructor(path = '/dev/tty') {
    try {
      this.#terminal = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      // There is no terminal to look at.
    }
  }

  /** @throws Interrupted once Ctrl+C was typed */
  readonly check = (): void => {
    if (this.#terminal === undefined || this.#looks++ % LOOKS !== 0) return;
    const bytes = this.#read(this.#terminal);
    const at = bytes.lastIndexOf(CTRL_C);
    if (at < 0) {
      if (bytes.length > 0) this.#typed.push(bytes);
      return;
    }
    // What was typed before goes with the command, as terminals have it.
    this.#typed = at + 1 < bytes.length ? [bytes.subarray(at + 1)] : [];
    throw new Interrupted();
  };

  #read(terminal: number): Buffer {
    const bytes = Buffer.alloc(256);
    try {
      return bytes.subarray(0, readSync(terminal, bytes));
    } catch {
      return bytes.subarray(0, 0); // nothing was typed
    }
  }

  /** What was typed while commands ran, for whoever reads the terminal next. */
  take(): Buffer {
    const typed = Buffer.concat(this.#typed);
    this.#typed = [];
    return typed;
  }

  close(): void {
    if (this.#terminal !== undefined) closeSync(this.#terminal);
  }
}
