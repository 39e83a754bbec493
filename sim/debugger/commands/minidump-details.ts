import { hex } from '../format/numbers.js';
import type { UserTarget } from '../target/user-target.js';
import flags from './minidump-names.json' with { type: 'json' };

const UPPER = (value: number | bigint, digits: number) => hex(value, digits).toUpperCase();

/** `.dumpdebug` of a minidump: its header and directory, with what is in the lists. */
export function minidumpText({ dump }: UserTarget): string {
  const { header } = dump;
  let text = `----- User Mini Dump Analysis\n\nMINIDUMP_HEADER:\n`;
  text += `Version         ${UPPER(header.Version & 0xffff, 4)} (${UPPER(header.Version >>> 16, 4)})\n`;
  text += `NumberOfStreams ${header.NumberOfStreams}\nFlags           ${hex(header.Flags, 8)}\n`;
  for (const [bit, name] of Object.entries(flags.types))
    if (header.Flags & Number(bit)) text += `                ${hex(Number(bit), 8)} ${name}\n`;
  text += '\nStreams:\n';
  dump.streams.forEach(({ type, rva, size }, number) => {
    const name = (flags.streams as Readonly<Record<string, string>>)[type] ?? 'Unknown';
    text += `Stream ${number}: type ${name} (${type}), size ${UPPER(size, 8)}, RVA ${UPPER(rva, 8)}\n`;
  });
  return text;
}
