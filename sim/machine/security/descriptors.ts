import { sidBytes } from './sids.js';

const ACL_REVISION = 2;
const ACCESS_ALLOWED = 0; // ACCESS_ALLOWED_ACE_TYPE
const ALL_ACCESS = 0x10000000; // GENERIC_ALL
const READ_ACCESS = 0xa0000000; // GENERIC_READ, GENERIC_EXECUTE
const KEY_READ = 0x20019;
const KEY_ALL_ACCESS = 0xf003f;
const SYSTEM = 'S-1-5-18';
const USERS = 'S-1-5-32-545';
const ADMINISTRATORS = 'S-1-5-32-544';
const EVERYONE = 'S-1-1-0';
const SELF_RELATIVE = 0x8004; // SE_SELF_RELATIVE, SE_DACL_PRESENT
const DESCRIPTOR_BYTES = 20; // SECURITY_DESCRIPTOR_RELATIVE

interface Entry {
  readonly sid: string;
  readonly access: number;
}

/** An access control list that allows what its entries say; layout as winnt.h has it. */
function acl(entries: readonly Entry[]): Uint8Array {
  const aces = entries.map(({ sid, access }) => {
    const bytes = sidBytes(sid);
    const ace = new Uint8Array(8 + bytes.length);
    const view = new DataView(ace.buffer);
    view.setUint8(0, ACCESS_ALLOWED);
    view.setUint16(2, ace.length, true);
    view.setUint32(4, access, true);
    ace.set(bytes, 8);
    return ace;
  });
  const length = aces.reduce((sum, ace) => sum + ace.length, 8);
  const list = new Uint8Array(length);
  const view = new DataView(list.buffer);
  view.setUint8(0, ACL_REVISION);
  view.setUint16(2, length, true);
  view.setUint16(4, aces.length, true);
  let at = 8;
  for (const ace of aces) {
    list.set(ace, at);
    at += ace.length;
  }
  return list;
}

/** The DACL that objects get which a user creates and describes no other for. */
export function daclFor(user: string): Uint8Array {
  const owner = user === SYSTEM ? [] : [{ sid: user, access: ALL_ACCESS }];
  const readers = user === SYSTEM ? [{ sid: ADMINISTRATORS, access: READ_ACCESS }] : [];
  return acl([...owner, { sid: SYSTEM, access: ALL_ACCESS }, ...readers]);
}

/** A self-relative security descriptor of an object of the system's, which everyone may read. */
export function systemDescriptor(): Uint8Array {
  return descriptor([
    { sid: EVERYONE, access: READ_ACCESS },
    { sid: SYSTEM, access: ALL_ACCESS },
    { sid: ADMINISTRATORS, access: ALL_ACCESS },
  ]);
}

/** Who may read the keys of a hive: everyone who is logged on, the system alone, or one user besides it. */
export type KeySecurity = 'system' | 'secret' | 'user';

/** The self-relative security descriptor of a hive's keys; `user` is the SID of whose hive it is. */
export function keyDescriptor(security: KeySecurity, user: string): Uint8Array {
  const system = { sid: SYSTEM, access: KEY_ALL_ACCESS };
  const administrators = { sid: ADMINISTRATORS, access: KEY_ALL_ACCESS };
  if (security === 'secret') return descriptor([system]);
  if (security === 'user') return descriptor([{ sid: user, access: KEY_ALL_ACCESS }, system, administrators]);
  return descriptor([{ sid: USERS, access: KEY_READ }, administrators, system]);
}

function descriptor(entries: readonly Entry[]): Uint8Array {
  const [owner, group] = [sidBytes(ADMINISTRATORS), sidBytes(SYSTEM)];
  const dacl = acl(entries);
  const daclAt = DESCRIPTOR_BYTES;
  const ownerAt = daclAt + dacl.length;
  const groupAt = ownerAt + owner.length;
  const bytes = new Uint8Array(groupAt + group.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, SELF_RELATIVE, true);
  view.setUint32(4, ownerAt, true);
  view.setUint32(8, groupAt, true);
  view.setUint32(16, daclAt, true);
  bytes.set(dacl, daclAt);
  bytes.set(owner, ownerAt);
  bytes.set(group, groupAt);
  return bytes;
}
