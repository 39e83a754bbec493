import { hex } from '../../format/numbers.js';
import { imageName, processAt } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuse } from '../refuse.js';
import statuses from './statuses.json' with { type: 'json' };

const LIVE_DUMP = 0x161;

/** `!analyze -v`: a first look. */
export const analyze: Command = {
  names: ['!analyze'],
  run({ session, print, capture }, args) {
    const odd = new Arguments(session, args).options().find((option) => option !== 'v');
    if (odd !== undefined) refuse('!analyze', `Option -${odd}`);
    const { header } = session.target;
    const code = header.BugCheckCode;
    const line = '*'.repeat(79);
    print(
      `${line}\n*${' '.repeat(77)}*\n*${'Bugcheck Analysis'.padStart(47).padEnd(77)}*\n*${' '.repeat(77)}*\n${line}\n\n`,
    );
    print(
      code === LIVE_DUMP
        ? 'LIVE_SYSTEM_DUMP (161)\nThis is a dump of a running system: somebody asked for it, nothing crashed.\n'
        : `Bug check ${hex(code)}\n`,
    );
    print('Arguments:\n');
    [
      header.BugCheckParameter1,
      header.BugCheckParameter2,
      header.BugCheckParameter3,
      header.BugCheckParameter4,
    ].forEach((value, i) => print(`Arg${i + 1}: ${hex(value, 16)}${asText(value)}\n`));
    print(`\nPROCESS_NAME:  ${processName(session)}\n\nSTACK_TEXT:  \n${capture('kL')}\n`);
  },
};

/** A parameter that is text, its characters in the highest bytes first. */
function asText(value: bigint): string {
  const bytes = hex(value, 16)
    .match(/../g)!
    .map((pair) => parseInt(pair, 16))
    .filter((byte) => byte !== 0);
  const isText = bytes.length >= 4 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? `, ${String.fromCharCode(...bytes)}` : '';
}

function processName(session: Session): string {
  try {
    return imageName(session, processAt(session, session.process));
  } catch {
    return '(not in the dump)';
  }
}

/** `!error`: what a status means. */
export const error: Command = {
  names: ['!error'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const code = Number(rest.value() & 0xffffffffn) >>> 0;
    const asStatus = (rest.optionalValue() ?? 0n) === 1n;
    expectEnd('!error', rest);
    const text = (statuses as Record<string, string>)[`0x${hex(code, 8)}`];
    // Small numbers mean other things as NTSTATUS than as errors of Win32.
    if (!text || (asStatus && text.startsWith('ERROR_')))
      throw new CommandError(`Error code: 0x${hex(code)} (${code}) is not known to this debugger.\n`);
    print(
      `Error code: ${code >= 0x80000000 ? '(NTSTATUS)' : '(Win32)'} 0x${hex(code)} (${code}) - ${text}\n`,
    );
  },
};

/** `!list`: a command for each entry of a list. */
export const list: Command = {
  names: ['!list'],
  run({ session, run }, args) {
    const type = /-t\s+(\S+?)\.(\w+)/.exec(args);
    const commands = /-x\s+"([^"]*)"/.exec(args);
    const start = /(\S+)\s*$/.exec(args)?.[1];
    const struct = type && session.type(type[1]!);
    const field = struct?.kind === 'struct' ? struct.fields.find(({ name }) => name === type![2]) : undefined;
    if (!field || !commands || !start)
      throw new CommandError('Usage: !list -t MODULE!TYPE.LINK -x "COMMANDS" ADDRESS\n');
    const head = new Arguments(session, start).value();
    const seen = new Set<bigint>();
    for (let at = head; at !== 0n && !seen.has(at) && seen.size < 0x10000;) {
      seen.add(at);
      run(commands[1]!.replaceAll('@$extret', hex(at, 16)));
      const bytes = session.memory.read(at + BigInt(field.offset), 8);
      if (bytes.length < 8) break;
      at = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
    }
  },
};
