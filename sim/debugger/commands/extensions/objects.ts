import { hex } from '../../format/numbers.js';
import { handlesIn, type Handle } from '../../kernel/handles.js';
import { directoryEntries, objectAt, objectByPath, type KernelObject } from '../../kernel/objects.js';
import { handleCount } from '../../kernel/processes.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { processHandlesText } from './process-handles.js';
import { CommandError, type Command } from '../command.js';
import { findProcess, processText } from './process.js';

/** `!object`: an object by address or path. */
export const object: Command = {
  names: ['!object'],
  run({ session, print }, args) {
    const given = args.trim();
    const at = given.startsWith('\\') ? objectByPath(session, given) : new Arguments(session, given).value();
    if (at === undefined) throw new CommandError(`Object ${given} not found\n`);
    const found = tryObject(session, at);
    if (!found?.typeName) throw new CommandError(`${hex(at, 16)}: Not a valid object (ObjectType invalid)\n`);
    print(objectText(session, found, ''));
    if (found.typeName === 'Directory') print(directoryText(session, at));
    if (found.typeName === 'SymbolicLink')
      print(
        `    Target String is '${new TypedView(session, '_OBJECT_SYMBOLIC_LINK', at).unicode('LinkTarget')}'\n`,
      );
  },
};

function objectText(session: Session, found: KernelObject, indent: string): string {
  const { header } = found;
  const named = found.name !== '' || found.directory !== 0n;
  return (
    `${indent}Object: ${hex(found.address, 16)}  Type: (${hex(found.typeAddress, 16)}) ${found.typeName}\n` +
    `${indent}    ObjectHeader: ${hex(header.address, 16)} (new version)\n` +
    `${indent}    HandleCount: ${header.value('HandleCount')}  PointerCount: ${header.value('PointerCount')}\n` +
    (named
      ? `${indent}    Directory Object: ${hex(found.directory, 16)}  Name: ${found.name}${fileName(session, found)}\n`
      : fileText(session, found, indent))
  );
}

function fileName(session: Session, found: KernelObject): string {
  return found.typeName === 'File'
    ? new TypedView(session, '_FILE_OBJECT', found.address).unicode('FileName')
    : '';
}

/** A file object has no name in the namespace but one on its volume. */
function fileText(session: Session, found: KernelObject, indent: string): string {
  const name = fileName(session, found);
  return name ? `${indent}    Directory Object: 00000000  Name: ${name}\n` : '';
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

/** `!handle`: handles of a process. */
export const handle: Command = {
  names: ['!handle'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const first = rest.optionalValue() ?? 0n;
    const given = rest.optionalValue();
    if (session.user)
      return print(processHandlesText(session.user, first, given === undefined ? undefined : Number(given)));
    const wanted = Number(first);
    const flags = Number(given ?? 3n);
    const owner = findProcess(session, rest.ended ? undefined : rest.value() || undefined);
    const type = rest.word()?.toLowerCase();
    print(`\n${processText(session, owner, 0)}`);
    const table = owner.value('ObjectTable');
    if (table === 0n) throw new CommandError('The process has no handle table.\n');
    const count = handleCount(session, owner);
    print(`Handle table at ${hex(table, 16)} with ${count ?? 'an unknown number of'} entries in use\n\n`);
    for (const entry of handlesIn(session, table)) {
      if (wanted !== 0 && entry.value !== wanted) continue;
      const found = tryObject(session, entry.object);
      if (type !== undefined && found?.typeName.toLowerCase() !== type) continue;
      print(handleText(session, entry, found, flags));
    }
  },
};

const FLAG_OBJECT = 2;

function handleText(session: Session, entry: Handle, found: KernelObject | undefined, flags: number): string {
  const bits = [
    entry.attributes & 1 ? ' (Protected)' : '',
    entry.attributes & 2 ? ' (Inherit)' : '',
    entry.attributes & 4 ? ' (Audit)' : '',
  ];
  const head = `${hex(entry.value, 4)}: Object: ${hex(entry.object, 16)}  GrantedAccess: ${hex(entry.grantedAccess, 8)}${bits.join('')} Entry: ${hex(entry.entry, 16)}\n`;
  if (!(flags & FLAG_OBJECT)) return head;
  if (!found) return `${head}Object: ${hex(entry.object, 16)} is not in the dump\n\n`;
  return `${head}${objectText(session, found, '')}\n`;
}

function tryObject(session: Session, at: bigint): KernelObject | undefined {
  try {
    return objectAt(session, at);
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}
