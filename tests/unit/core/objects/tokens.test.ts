import { describe, expect, it } from 'vitest';
import { offsetOf, sizeOf } from '../../../oracles/readers/layouts.js';
import { bytes, machine } from '../support.js';
import { get, headerOf, text } from './support.js';

const { processes } = machine.stage;
const FAST = 15n;
const at = (structure: bigint, path: string) => structure + BigInt(offsetOf('_TOKEN', path));
const tokenOf = (process: bigint) => get(process, '_EPROCESS', 'Token.Value') & ~FAST;

function sid(address: bigint): string {
  const head = bytes(address, 8);
  const count = head.getUint8(1);
  const parts = bytes(address + 8n, 4 * count);
  return [
    'S',
    head.getUint8(0),
    head.getUint32(4),
    ...Array.from({ length: count }, (_, i) => parts.getUint32(4 * i, true)),
  ].join('-');
}

function sids(first: bigint, count: number): { sid: string; attributes: number; address: bigint }[] {
  return Array.from({ length: count }, (_, i) => {
    const entry = first + BigInt(i * sizeOf('_SID_AND_ATTRIBUTES'));
    const address = get(entry, '_SID_AND_ATTRIBUTES', 'Sid');
    return {
      sid: sid(address),
      attributes: Number(get(entry, '_SID_AND_ATTRIBUTES', 'Attributes')),
      address,
    };
  });
}

const groupsOf = (token: bigint) =>
  sids(get(token, '_TOKEN', 'UserAndGroups'), Number(get(token, '_TOKEN', 'UserAndGroupCount')));

const named = (name: string) => processes.find((process) => process.name === name)!;

describe('access tokens', () => {
  it('every process has one, of object type Token, with a user and one integrity level', () => {
    for (const { address, sessionId } of processes) {
      const token = tokenOf(address);
      const groups = groupsOf(token);
      const level = groups[Number(get(token, '_TOKEN', 'IntegrityLevelIndex'))]!;
      expect(level.sid).toMatch(/^S-1-16-\d+$/);
      expect(level.attributes).toBe(0x60);
      expect(groups.filter((group) => group.sid.startsWith('S-1-16-'))).toHaveLength(1);
      expect(groups.some((group) => group.sid === sid(get(token, '_TOKEN', 'PrimaryGroup')))).toBe(true);
      expect(get(token, '_TOKEN', 'SessionId')).toBe(BigInt(sessionId));
      expect([get(token, '_TOKEN', 'TokenType'), get(token, '_TOKEN', 'TokenInUse')]).toEqual([1n, 1n]);
      expect(get(token, '_TOKEN', 'Privileges.Enabled') & ~get(token, '_TOKEN', 'Privileges.Present')).toBe(
        0n,
      );
    }
  });

  it('keep their SIDs in the variable part right behind the structure', () => {
    for (const { address } of processes) {
      const token = tokenOf(address);
      const [from, length] = [at(token, 'VariablePart'), get(token, '_TOKEN', 'VariableLength')];
      expect(get(token, '_TOKEN', 'UserAndGroups')).toBe(from);
      for (const group of groupsOf(token))
        expect(group.address > from && group.address < from + length).toBe(true);
    }
  });

  it("System's is LocalSystem's, with the privileges that debuggers show of it", () => {
    const token = tokenOf(processes[0]!.address);
    expect(groupsOf(token).map((group) => group.sid)).toEqual([
      'S-1-5-18',
      'S-1-5-32-544',
      'S-1-1-0',
      'S-1-5-11',
      'S-1-16-16384',
    ]);
    // As !token prints them of a System process of Windows 10 and 11.
    expect(get(token, '_TOKEN', 'Privileges.Present')).toBe(0x1ff2ffffbcn);
    expect(get(token, '_TOKEN', 'Privileges.Enabled')).toBe(0x1e60b1e890n);
    expect(get(token, '_TOKEN', 'AuthenticationId.LowPart')).toBe(0x3e7n);
  });

  it('a medium one of who is logged on has administrators for denial only, and a linked log-on', () => {
    const token = tokenOf(named('explorer.exe').address);
    const groups = groupsOf(token);
    expect(groups[0]!.sid).toMatch(/^S-1-5-21-\d+-\d+-\d+-1001$/);
    expect(groups.find((group) => group.sid === 'S-1-5-32-544')!.attributes).toBe(0x10);
    expect(groups.at(-1)!.sid).toBe('S-1-16-8192');
    const session = get(token, '_TOKEN', 'LogonSession');
    const name = session + BigInt(offsetOf('_SEP_LOGON_SESSION_REFERENCES', 'AccountName'));
    expect(text(name)).toBe('Learner');
  });

  it('log-on sessions count the tokens that come from them', () => {
    const expected = new Map<bigint, bigint>();
    for (const { address } of machine.stage.objects.tokens.all) {
      const session = get(address, '_TOKEN', 'LogonSession');
      expected.set(session, (expected.get(session) ?? 1n) + 1n);
    }
    for (const [session, count] of expected)
      expect(get(session, '_SEP_LOGON_SESSION_REFERENCES', 'ReferenceCount')).toBe(count);
  });

  it('have as many references as a process keeps ready', () => {
    const token = tokenOf(processes[0]!.address);
    expect(get(headerOf(token), '_OBJECT_HEADER', 'PointerCount')).toBeGreaterThanOrEqual(16n);
    expect(get(processes[0]!.address, '_EPROCESS', 'Token.RefCnt')).toBe(15n);
  });

  it('device maps lead to the directories of a log-on and of all', () => {
    const map = get(named('explorer.exe').address, '_EPROCESS', 'DeviceMap.Value') & ~FAST;
    const own = get(map, '_DEVICE_MAP', 'DosDevicesDirectory');
    expect(get(own, '_OBJECT_DIRECTORY', 'DeviceMap')).toBe(map);
    const global = machine.kernel.namespace.findDirectory('\\GLOBAL??');
    expect(get(map, '_DEVICE_MAP', 'GlobalDosDevicesDirectory')).toBe(global);
    const all = get(processes[0]!.address, '_EPROCESS', 'DeviceMap.Value') & ~FAST;
    expect(get(all, '_DEVICE_MAP', 'DriveMap')).toBe(4n); // C:
  });
});
