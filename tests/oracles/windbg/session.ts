import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MARK, ONLY_UNDER_WINE } from './engine.js';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The line that ends a batch of answers. */
const END = '@';

export interface Range {
  address: bigint;
  length: number;
}

/**
 * WinDbg's engine with a dump open, to be asked step by step. It is used as a reader of memory and of types only;
 * what is walked, and how, is up to the caller.
 */
export class EngineSession {
  /** What the engine said while it opened the dump. */
  readonly opening: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncGenerator<string[]>;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    lines: AsyncGenerator<string[]>,
    opening: string,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.opening = opening;
  }

  /** @param seconds after which a session that is still open is ended */
  static async open(dump: string, symbols: string, images: string, seconds = 600): Promise<EngineSession> {
    const child = spawn(join(here, 'windbg.sh'), [dump, symbols, images, '--session'], {
      env: { ...process.env, WINDBG_SECONDS: String(seconds) },
    });
    child.stderr.resume();
    const lines = batches(child);
    child.stdin.write('@flush\n');
    const opening = await lines.next();
    if (opening.done) throw new Error("WinDbg's engine did not open the dump");
    return new EngineSession(child, lines, `${opening.value.join('\n')}\n`.replace(ONLY_UNDER_WINE, ''));
  }

  /** What the engine prints for each command. */
  async execute(commands: readonly string[]): Promise<string[]> {
    const lines = await this.#ask(commands);
    const answers: string[][] = [];
    for (const line of lines)
      if (line.startsWith(MARK)) answers.push([]);
      else answers.at(-1)?.push(line);
    if (answers.length !== commands.length)
      throw new Error(`${answers.length} of ${commands.length} commands answered`);
    return answers.map((answer) => answer.join('\n').replace(/\n+$/, ''));
  }

  /** Bytes of virtual memory: as many as the engine can read from the start of each range. */
  async read(ranges: readonly Range[]): Promise<Buffer[]> {
    const said = await this.#ask(
      ranges.map(({ address, length }) => `@read ${address.toString(16)} ${length.toString(16)}`),
    );
    // What the engine says besides is of pages that the dump lacks.
    const lines = said.filter((line) => /^(-|[0-9a-f]+)$/.test(line));
    if (lines.length !== ranges.length)
      throw new Error(`${lines.length} of ${ranges.length} ranges answered`);
    return lines.map((line) => Buffer.from(line === '-' ? '' : line, 'hex'));
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#lines.return(undefined);
  }

  async #ask(lines: readonly string[]): Promise<string[]> {
    this.#child.stdin.write(`${lines.join('\n')}\n@flush\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new Error("WinDbg's engine has ended");
    return answer.value;
  }
}

/** What the engine prints, cut where it says that a batch is answered. */
async function* batches(child: ChildProcessWithoutNullStreams): AsyncGenerator<string[]> {
  let rest = '';
  let batch: string[] = [];
  child.stdout.setEncoding('latin1');
  for await (const chunk of child.stdout) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const text of lines) {
      const line = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (line === END) {
        yield batch;
        batch = [];
      } else batch.push(line);
    }
  }
}
