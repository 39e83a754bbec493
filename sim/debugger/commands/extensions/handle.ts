import { hex } from '../../format/numbers.js';
import { handleEntries, objectById, type FreeHandle, type Handle } from '../../kernel/handles.js';
import { kernelPointer } from '../../kernel/lists.js';
import { objectTypeNamed } from '../../kernel/objects.js';
import { activeProcesses } from '../../kernel/processes.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption, refuseFlags } from '../refuse.js';
import { OBJECT_FLAG, objectText, tryObject } from './object-text.js';
import { processHandlesText } from './process-handles.js';
import { findProcess, processText } from './process-text.js';

/** Bits of the flags in dumps of a kernel. Source: Microsoft, "!handle". */
const FLAG = { handle: 1, object: 2, free: 4, kernelTable: 0x10, byId: 0x20 };
const KNOWN_FLAGS = FLAG.handle | FLAG.object | FLAG.free | FLAG.kernelTable | FLAG.byId;
const DEFAULT_FLAGS = BigInt(FLAG.handle | FLAG.object);
/** As a handle: all. */
const ALL = 0xffffffffffffffffn;
/** Drivers know handles of the kernel's table with the bits above these set. */
const PLAIN_HANDLE = 0x7fffffffn;

/** What is asked of a table. */
interface Question {
  /** `undefined` for all. */
  value: number | undefined;
  flags: number;
  type: string | undefined;
}

/** `!handle`: handles of a process, or of all. */
export const handle: Command = {
  names: ['!handle'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!handle', rest);
    const first = rest.optionalValue() ?? 0n;
    const given = rest.optionalValue();
    if (session.user) {
      const type = rest.word();
      expectEnd('!handle', rest);
      return print(
        processHandlesText(
          session.user,
          first === ALL ? 0n : first,
          given === undefined ? undefined : Number(given),
          type,
        ),
      );
    }
    const flags = Number(given ?? DEFAULT_FLAGS);
    refuseFlags('!handle', flags, KNOWN_FLAGS);
    const process = rest.optionalValue();
    const type = rest.rest || undefined;
    if (type !== undefined && !objectTypeNamed(session, type))
      throw new CommandError(`There is no type of objects that is called ${type}.\n`);
    const value =
      first === 0n || first === ALL
        ? undefined
        : Number(flags & FLAG.kernelTable ? first & PLAIN_HANDLE : first);
    if (flags & FLAG.byId) return print(byIdText(session, value, flags));
    const question = { value, flags, type };
    const owners = process === 0n ? [...activeProcesses(session)] : [findProcess(session, process)];
    for (const owner of owners) print(ownerText(session, owner, question));
  },
};

function ownerText(session: Session, owner: TypedView, question: Question): string {
  const kernelTable = kernelPointer(session, 'ObpKernelHandleTable');
  const table = question.flags & FLAG.kernelTable ? kernelTable : owner.value('ObjectTable');
  const head = `\n${processText(session, owner, 0)}`;
  if (table === 0n) return `${head}The process has no handle table.\n`;
  const count = new TypedView(session, '_HANDLE_TABLE', table).value('FreeLists[0].HandleCount');
  const kind = table === kernelTable ? 'Kernel handle table' : 'Handle table';
  return `${head}${kind} at ${hex(table, 16)} with ${count} entries in use\n\n${entriesText(session, table, question)}`;
}

function entriesText(session: Session, table: bigint, { value, flags, type }: Question): string {
  let text = '';
  let isFound = value === undefined;
  for (const entry of handleEntries(session, table)) {
    if (value !== undefined && entry.value !== value) continue;
    isFound = true;
    if (!('object' in entry)) {
      // One that is asked for is shown, whatever the flags.
      if (type === undefined && (value !== undefined || flags & FLAG.free)) text += freeText(entry);
      continue;
    }
    const found = tryObject(session, entry.object);
    if (type === undefined || found?.typeName.toLowerCase() === type.toLowerCase())
      text += handleText(session, entry, flags);
  }
  return isFound ? text : `${hex(value ?? 0, 4)}: there is no such entry in the table\n`;
}

function freeText({ value, entry, next }: FreeHandle): string {
  return `${hex(value, 4)}: free handle, Entry address ${hex(entry, 16)}, Next Entry ${hex(next, 16)}\n`;
}

/** A thread or a process by its id, which is a handle of the kernel's own table of them. */
function byIdText(session: Session, id: number | undefined, flags: number): string {
  const entry = id === undefined ? undefined : objectById(session, id);
  if (!entry) throw new CommandError(`There is no thread and no process with the id ${hex(id ?? 0)}.\n`);
  return handleText(session, entry, flags);
}

function handleText(session: Session, entry: Handle, flags: number): string {
  const bits = [
    entry.attributes & 1 ? ' (Protected)' : '',
    entry.attributes & 2 ? ' (Inherit)' : '',
    entry.attributes & 4 ? ' (Audit)' : '',
  ];
  const head = `${hex(entry.value, 4)}: Object: ${hex(entry.object, 16)}  GrantedAccess: ${hex(entry.grantedAccess, 8)}${bits.join('')} Entry: ${hex(entry.entry, 16)}\n`;
  if (!(flags & FLAG.object)) return head;
  const found = tryObject(session, entry.object);
  if (!found) return `${head}Object: ${hex(entry.object, 16)} is not in the dump\n\n`;
  return `${head}${objectText(session, found, OBJECT_FLAG.name, '        ')}\n`;
}
