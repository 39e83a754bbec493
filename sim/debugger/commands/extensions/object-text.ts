import { hex } from '../../format/numbers.js';
import { keyPath } from '../../kernel/registry-keys.js';
import {
  directoryEntries,
  objectAt,
  objectPath,
  optionalHeaders,
  type KernelObject,
} from '../../kernel/objects.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';

/** Bits of the flags of `!object`. Source: Microsoft, "!object". */
export const OBJECT_FLAG = { name: 1, contents: 8, optionalHeaders: 0x10, fullPath: 0x20 };

/** `undefined` when it is not in the dump. */
export function tryObject(session: Session, at: bigint): KernelObject | undefined {
  try {
    return objectAt(session, at);
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** An object as `!object` shows it. @param indent of its counts and name, which `!handle` sets further in */
export function objectText(session: Session, found: KernelObject, flags: number, indent = '    '): string {
  const { header } = found;
  let text =
    `Object: ${hex(found.address, 16)}  Type: (${hex(found.typeAddress, 16)}) ${found.typeName}\n` +
    `    ObjectHeader: ${hex(header.address, 16)} (new version)\n`;
  if (flags & OBJECT_FLAG.name) {
    text += `${indent}HandleCount: ${header.value('HandleCount')}  PointerCount: ${header.value('PointerCount')}\n`;
    text += nameText(session, found, flags, indent);
  }
  if (flags & OBJECT_FLAG.optionalHeaders) text += optionalText(session, found);
  if (flags & OBJECT_FLAG.name && flags & OBJECT_FLAG.contents) text += contentsText(session, found);
  return text;
}

function nameText(session: Session, found: KernelObject, flags: number, indent: string): string {
  const row = (directory: string, name: string) => `${indent}Directory Object: ${directory}  Name: ${name}\n`;
  if (found.name !== '' || found.directory !== 0n) {
    const name = flags & OBJECT_FLAG.fullPath ? objectPath(session, found) : found.name;
    return row(hex(found.directory, 16), name);
  }
  const name = nameElsewhere(session, found);
  return name === '' ? '' : row('00000000', name);
}

/** Files and keys have no name in the namespace: one has it on its volume, the other in its hive. */
function nameElsewhere(session: Session, { typeName, address }: KernelObject): string {
  try {
    if (typeName === 'Key') return keyPath(session, address);
    if (typeName !== 'File') return '';
    const file = new TypedView(session, '_FILE_OBJECT', address);
    const name = file.unicode('FileName');
    const device = file.value('DeviceObject');
    const volume = device === 0n ? '' : (tryObject(session, device)?.name ?? '');
    return name && volume ? `${name} {${volume}}` : name;
  } catch (error) {
    if (error instanceof MemoryError) return '(not in the dump)';
    throw error;
  }
}

function optionalText(session: Session, found: KernelObject): string {
  const rows = optionalHeaders(session, found).map(({ name, at }) => `    ${name}(${hex(at, 16)})\n`);
  return rows.length === 0 ? '' : `Optional Headers:\n${rows.join('')}`;
}

function contentsText(session: Session, { typeName, address }: KernelObject): string {
  if (typeName === 'SymbolicLink')
    return `    Target String is '${new TypedView(session, '_OBJECT_SYMBOLIC_LINK', address).unicode('LinkTarget')}'\n`;
  return typeName === 'Directory' ? directoryText(session, address) : '';
}

function directoryText(session: Session, at: bigint): string {
  let text =
    '\n    Hash Address          Type                      Name\n    ---- -------          ----                      ----\n';
  let last = -1;
  for (const { bucket, object: address } of directoryEntries(session, at)) {
    const entry = objectAt(session, address);
    const shown = bucket === last ? '  ' : String(bucket).padStart(2, '0');
    last = bucket;
    text += `     ${shown}  ${hex(address, 16)} ${entry.typeName.padEnd(25)} ${entry.name}\n`;
  }
  return text;
}
