import { hex } from '../../format/numbers.js';
import { namedSid, sidText } from '../../kernel/sids.js';
import { MemoryError, readInteger } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuseFlags } from '../refuse.js';
import names from './security.json' with { type: 'json' };

const SELF_RELATIVE = 0x8000;
const DACL_PRESENT = 0x4;
const SACL_PRESENT = 0x10;
/** The only revision of descriptors, and those of lists. */
const REVISION = 1;
const ACL_REVISIONS = [2, 3, 4];
/** Of an ACE that has a mask and a SID: where they are. Source: winnt.h, ACE_HEADER and ACCESS_ALLOWED_ACE. */
const ACE = { type: 0n, flags: 1n, size: 2n, mask: 4n, sid: 8n };
/** ACE types whose SID lies elsewhere: those for objects of a directory, and compound ones. */
const OTHER_SHAPES = [4, 5, 6, 7, 8, 11, 12, 14, 15, 16];
const LEAST_ACE = 8;

const aceTypes: Readonly<Record<string, string>> = names.aceTypes;

/** `!sd`: a security descriptor. */
export const securityDescriptor: Command = {
  names: ['!sd'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const at = rest.value();
    const show = namesOf(session, '!sd', rest);
    const head = new TypedView(session, '_SECURITY_DESCRIPTOR_RELATIVE', at);
    const revision = head.number('Revision');
    if (revision !== REVISION)
      throw new CommandError(
        `${hex(at, 16)} is not a security descriptor: its revision is 0x${hex(revision)}.\n` +
          'The low four bits of a pointer in an object header count references: leave them out.\n',
      );
    const control = head.number('Control');
    const part = partsOf(session, at, control);
    print(`->Revision: 0x${hex(revision)}\n->Sbz1    : 0x${hex(head.value('Sbz1'))}\n`);
    print(`->Control : 0x${hex(control)}\n${flagLines(names.control, control)}`);
    print(`->Owner   : ${show(part('Owner'))}\n->Group   : ${show(part('Group'))}\n`);
    for (const [name, present] of [
      ['Dacl', DACL_PRESENT],
      ['Sacl', SACL_PRESENT],
    ] as const) {
      const list = control & present ? part(name) : 0n;
      print(list === 0n ? `->${name}    :  is NULL\n` : `${aclText(session, list, `->${name}    : `, show)}`);
    }
  },
};

/** `!acl`: an access control list. */
export const accessList: Command = {
  names: ['!acl'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const at = rest.value();
    const show = namesOf(session, '!acl', rest);
    const revision = new TypedView(session, '_ACL', at).number('AclRevision');
    if (!ACL_REVISIONS.includes(revision))
      throw new CommandError(
        `${hex(at, 16)} is not an access control list: its revision is 0x${hex(revision)}.\n`,
      );
    print(aclText(session, at, 'ACL is: ', show));
  },
};

/** `!sid`: a security identifier. */
export const securityIdentifier: Command = {
  names: ['!sid'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const at = rest.value();
    const show = namesOf(session, '!sid', rest);
    if (new TypedView(session, '_SID', at).number('Revision') !== REVISION)
      throw new CommandError(`${hex(at, 16)} is not a security identifier.\n`);
    print(`SID is: ${show(at)}\n`);
  },
};

/** The flag 1 at the end of the arguments: names behind the SIDs. */
function namesOf(session: Session, command: string, rest: Arguments): (at: bigint) => string {
  const flags = rest.optionalValue() ?? 0n;
  expectEnd(command, rest);
  refuseFlags(command, Number(flags), 1);
  return sidTexts(session, flags === 1n);
}

/** How SIDs at an address are shown; one that is not in the dump does not end the answer. */
function sidTexts(session: Session, isNamed: boolean): (at: bigint) => string {
  return (at) => {
    if (at === 0n) return ' is NULL';
    try {
      const sid = sidText(session.memory, at);
      return isNamed ? namedSid(sid) : sid;
    } catch (error) {
      if (error instanceof MemoryError) return `${hex(at, 16)} is not in the dump`;
      throw error;
    }
  };
}

/** Where the parts of a descriptor are: behind it by so many bytes, or elsewhere. 0 for one that it lacks. */
function partsOf(session: Session, at: bigint, control: number): (name: string) => bigint {
  if (!(control & SELF_RELATIVE)) {
    const view = new TypedView(session, '_SECURITY_DESCRIPTOR', at);
    return (name) => view.value(name);
  }
  const view = new TypedView(session, '_SECURITY_DESCRIPTOR_RELATIVE', at);
  return (name) => {
    const offset = view.value(name);
    return offset === 0n ? 0n : at + offset;
  };
}

function flagLines(flags: Readonly<Record<string, string>>, value: number): string {
  return Object.entries(flags)
    .filter(([bit]) => (value & Number(bit)) !== 0)
    .map(([, name]) => `            ${name}\n`)
    .join('');
}

function aclText(session: Session, at: bigint, lead: string, show: (at: bigint) => string): string {
  const view = new TypedView(session, '_ACL', at);
  const row = (name: string, value: bigint) => `${lead}->${name.padEnd(11)}: 0x${hex(value)}\n`;
  let text = `${lead}\n`;
  for (const field of ['AclRevision', 'Sbz1', 'AclSize', 'AceCount', 'Sbz2'])
    text += row(field, view.value(field));
  const end = at + view.value('AclSize');
  let ace = at + BigInt(view.type.size);
  for (let i = 0; i < view.number('AceCount'); i++) {
    const size = ace + BigInt(LEAST_ACE) > end ? 0 : Number(readInteger(session.memory, ace + ACE.size, 2));
    if (size < LEAST_ACE || ace + BigInt(size) > end)
      return `${text}${lead}->Ace[${i}]: does not fit into the list\n`;
    text += `${aceText(session, ace, size, `${lead}->Ace[${i}]: `, show)}\n`;
    ace += BigInt(size);
  }
  return text;
}

function aceText(
  session: Session,
  at: bigint,
  size: number,
  lead: string,
  show: (at: bigint) => string,
): string {
  const byte = (offset: bigint) => Number(readInteger(session.memory, at + offset, 1));
  const [type, flags] = [byte(ACE.type), byte(ACE.flags)];
  const head =
    `${lead}->AceType: ${aceTypes[type] ?? `0x${hex(type)}`}\n${lead}->AceFlags: 0x${hex(flags)}\n` +
    flagLines(names.aceFlags, flags) +
    `${lead}->AceSize: 0x${hex(size)}\n`;
  if (OTHER_SHAPES.includes(type)) return head;
  const mask = readInteger(session.memory, at + ACE.mask, 4);
  return `${head}${lead}->Mask : 0x${hex(mask, 8)}\n${lead}->SID: ${show(at + ACE.sid)}\n`;
}
