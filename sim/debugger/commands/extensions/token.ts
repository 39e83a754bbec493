import { hex } from '../../format/numbers.js';
import { objectAt } from '../../kernel/objects.js';
import { processAt, tokenOf } from '../../kernel/processes.js';
import names from '../../kernel/security.json' with { type: 'json' };
import { namedSid, sidText } from '../../kernel/sids.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectOptions } from '../refuse.js';

const MOST_GROUPS = 0x400;
const TOKEN_TYPES = ['', 'Primary', 'Impersonation'];

/** `!token`: whom a process or thread acts as. */
export const token: Command = {
  names: ['!token'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const show = expectOptions('!token', rest, ['n']).includes('n') ? namedSid : (sid: string) => sid;
    const at = rest.optionalValue() || tokenOf(processAt(session, session.process));
    expectEnd('!token', rest);
    if (!isToken(session, at)) throw new CommandError(`${hex(at, 16)} is not a token object.\n`);
    const view = new TypedView(session, '_TOKEN', at);
    const luid = (path: string) =>
      `(${hex(view.value(`${path}.HighPart`))},${hex(view.value(`${path}.LowPart`))})`;
    const [user, ...groups] = sids(session, view, 'UserAndGroups', 'UserAndGroupCount');
    print(`_TOKEN 0x${hex(at, 16)}\nTS Session ID: 0x${hex(view.value('SessionId'))}\n`);
    print(`User: ${show(user?.sid ?? '(none)')}\nUser Groups: \n`);
    groups.forEach((group, i) => print(groupText(group, i, show)));
    print(`Primary Group: ${show(sidText(session.memory, view.value('PrimaryGroup')))}\nPrivs: \n`);
    print(privilegesText(view));
    print(`Authentication ID:         ${luid('AuthenticationId')}\n`);
    print(`Impersonation Level:       ${levelText(view)}\n`);
    print(`TokenType:                 ${TOKEN_TYPES[view.number('TokenType')] ?? 'Unknown'}\n`);
    print(
      `Source: ${view.text('TokenSource.SourceName').padEnd(18)} TokenFlags: 0x${hex(view.value('TokenFlags'))}\n`,
    );
    print(
      `Token ID: ${hex(view.value('TokenId.LowPart'))}             ParentToken ID: ${hex(view.value('ParentTokenId.LowPart'))}\n`,
    );
    print(`Modified ID:               ${luid('ModifiedId')}\n`);
    print(
      `RestrictedSidCount: ${view.value('RestrictedSidCount')}      RestrictedSids: 0x${hex(view.value('RestrictedSids'), 16)}\n`,
    );
    const capabilities = sids(session, view, 'Capabilities', 'CapabilityCount');
    if (capabilities.length > 0) print('Capabilities: \n');
    capabilities.forEach((capability, i) => print(groupText(capability, i, show)));
  },
};

function isToken(session: Session, at: bigint): boolean {
  try {
    return objectAt(session, at).typeName === 'Token';
  } catch (error) {
    if (error instanceof MemoryError) return false;
    throw error;
  }
}

interface Sid {
  sid: string;
  attributes: number;
}

function sids(session: Session, view: TypedView, array: string, count: string): Sid[] {
  const size = BigInt(session.struct('_SID_AND_ATTRIBUTES').size);
  const first = view.value(array);
  return Array.from({ length: Math.min(view.number(count), MOST_GROUPS) }, (_, i) => {
    const entry = new TypedView(session, '_SID_AND_ATTRIBUTES', first + BigInt(i) * size);
    return { sid: sidText(session.memory, entry.value('Sid')), attributes: entry.number('Attributes') };
  });
}

function groupText({ sid, attributes }: Sid, number: number, show: (sid: string) => string): string {
  const set = Object.entries(names.groupAttributes).filter(([bits]) => (attributes & Number(bits)) !== 0);
  return ` ${String(number).padStart(2, '0')} ${show(sid)}\n    Attributes - ${set.map(([, name]) => `${name} `).join('')}\n`;
}

function privilegesText(view: TypedView): string {
  const mask = (field: string) => view.value(`Privileges.${field}`);
  const [present, enabled, byDefault] = [mask('Present'), mask('Enabled'), mask('EnabledByDefault')] as [
    bigint,
    bigint,
    bigint,
  ];
  const has = (value: bigint, number: number) => ((value >> BigInt(number)) & 1n) !== 0n;
  return names.privileges
    .map((name, number) => {
      if (!has(present, number)) return '';
      const attributes =
        (has(enabled, number) ? 'Enabled ' : '') + (has(byDefault, number) ? 'Default ' : '');
      return ` ${String(number).padStart(2, '0')} 0x${hex(number, 9)} ${name.padEnd(33)} Attributes - ${attributes}\n`;
    })
    .join('');
}

function levelText(view: TypedView): string {
  return view.enumerator('ImpersonationLevel').replace(/^Security/, '');
}
