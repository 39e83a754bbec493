import { hex } from '../../format/numbers.js';
import type { MinidumpHandle } from '../../dump/minidump/minidump.js';
import type { UserTarget } from '../../target/user-target.js';
import { CommandError } from '../command.js';
import { ignoredFlags } from '../refuse.js';

/** Bits of the flags of `!handle`. Source: the debugger's documentation. */
const FLAG = { type: 1, details: 2, name: 4 };
const KNOWN_FLAGS = FLAG.type | FLAG.details | FLAG.name;

/** `!handle` in a dump of a process: what the dump's stream of handles says. */
export function processHandlesText(
  user: UserTarget,
  wanted: bigint,
  flags: number | undefined,
  type: string | undefined,
): string {
  const all = user.dump.handles();
  if (all.length === 0) throw new CommandError('The dump holds no handles.\n');
  const handles = type === undefined ? all : all.filter((handle) => handle.type === type);
  if (wanted !== 0n) {
    const found = handles.find(({ handle }) => handle === wanted);
    if (!found) throw new CommandError(`There is no handle ${hex(wanted)} in the dump.\n`);
    return handleText(found, flags ?? FLAG.type);
  }
  const listed = handles.map((handle) => handleText(handle, flags ?? FLAG.type)).join('');
  return (
    `${listed}${handles.length} Handles\n${countsText(handles)}` +
    ignoredFlags('!handle', flags ?? FLAG.type, KNOWN_FLAGS)
  );
}

const row = (name: string, value: string) => `  ${name.padEnd(14)}${value}\n`;

function handleText({ handle, type, name, ...rest }: MinidumpHandle, flags: number): string {
  let text = `Handle ${hex(handle)}\n`;
  if (flags & FLAG.type) text += row('Type', type || '<none>');
  if (flags & FLAG.details)
    text +=
      row('Attributes', hex(rest.attributes)) +
      row('GrantedAccess', `0x${hex(rest.grantedAccess)}`) +
      row('HandleCount', `${rest.handleCount}`) +
      row('PointerCount', `${rest.pointerCount}`);
  if (flags & FLAG.name) text += row('Name', name || '<none>');
  return text;
}

function countsText(handles: readonly MinidumpHandle[]): string {
  const counts = new Map<string, number>();
  for (const { type } of handles) counts.set(type || 'None', (counts.get(type || 'None') ?? 0) + 1);
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${'Type'.padEnd(16)}Count\n${rows.map(([type, count]) => `${type.padEnd(16)}${count}\n`).join('')}`;
}
