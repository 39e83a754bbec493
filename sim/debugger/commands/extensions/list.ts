import { hex } from '../../format/numbers.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';

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
