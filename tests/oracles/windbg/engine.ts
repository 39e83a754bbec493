import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Need } from '../../support/tools.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const engineFolder =
  process.env['WINDBG_ENGINE_DIR'] ?? fileURLToPath(new URL('../../../build/windbg', import.meta.url));

/** WinDbg's engine, for `describeWith`. */
export const WINDBG: Need = {
  name: "WinDbg's engine",
  missing: ['dbgeng.dll', 'windbg.exe', 'prefix/system.reg'].every((file) =>
    existsSync(join(engineFolder, file)),
  )
    ? undefined
    : `WinDbg's engine is not in ${engineFolder} (tests/oracles/windbg/setup.sh puts it there)`,
};

export interface Answer {
  command: string;
  /** The prompt the command was typed at: `0: kd>`. */
  prompt: string;
  output: string;
}

export interface Transcript {
  /** What the engine said while it opened the dump. */
  opening: string;
  answers: Answer[];
}

/**
 * What the engine says under Wine, and not on Windows, of every image with base relocations: it makes its view of the
 * file copy-on-write to apply them, which Wine refuses (wine-views.test.ts). It reads the image as it is instead.
 */
export const ONLY_UNDER_WINE = /Unable to change protection for image\n/g;

/** Starts a line that windbg.exe prints before each answer: index, prompt, command. */
export const MARK = '\x1e';

/** Splits what windbg.exe printed for these commands. */
export function parseTranscript(text: string, commands: readonly string[]): Transcript {
  const parts = text.replace(ONLY_UNDER_WINE, '').split(MARK).slice(1);
  const bodies = parts.map((part) => {
    const end = part.indexOf('\n');
    return { head: part.slice(0, end), output: part.slice(end + 1).replace(/\n+$/, '') };
  });
  const [opening, ...rest] = bodies;
  if (!opening) throw new Error(`WinDbg's engine did not start: ${text}`);
  return {
    opening: opening.output,
    answers: rest.map(({ head, output }, index) => {
      const command = commands[index] ?? '';
      const prompt = head.slice(head.indexOf(' ') + 1, head.length - command.length).trim();
      return { command, prompt, output };
    }),
  };
}

/**
 * Opens a dump in WinDbg's engine and runs commands in it, all in one start.
 * @param symbols folder of .pdb files, plain or a symbol store
 * @param images the same for the images
 * @throws when the engine cannot be started, does not open the dump, or leaves a command unanswered
 */
export async function runWindbg(
  dump: string,
  symbols: string,
  images: string,
  commands: readonly string[],
): Promise<Transcript> {
  const child = spawn(join(here, 'windbg.sh'), [dump, symbols, images], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(`${commands.join('\n')}\n`);
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // The engine prints names in the Windows code page; every byte is a character of its own in Latin-1.
  const text = Buffer.concat(out).toString('latin1');
  if (code !== 0) {
    throw new Error(`WinDbg's engine gave up (${code}):\n${text}\n${Buffer.concat(errors)}`);
  }
  const transcript = parseTranscript(text, commands);
  if (transcript.answers.length !== commands.length) {
    throw new Error(`${transcript.answers.length} of ${commands.length} commands answered:\n${text}`);
  }
  return transcript;
}

/** The answer to a command. @throws when the command was not asked */
export function answerTo(transcript: Transcript, command: string): Answer {
  const answer = transcript.answers.find((candidate) => candidate.command === command);
  if (!answer) throw new Error(`"${command}" was not asked`);
  return answer;
}
