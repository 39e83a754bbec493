// Logon sessions: what the security reference monitor keeps of each log-on, counted by the tokens that come from it.
import { NT } from '../../generated/symbols';
import { LUID, SEP_LOGON_SESSION_REFERENCES } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { addToField, at, initialiseList, read64, setField, write64 } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const BUCKETS: u32 = 16; // of nt!SepLogonSessions, by the low bits of the id
const NAME_TAG: u32 = 0x4c536553; // 'SeSL'

/** Creates the table of logon sessions. To be called before the first one. */
export function initialiseLogonSessions(): void {
  const table = allocatePool(BUCKETS * 8, tag(0x53, 0x65, 0x4c, 0x54), PAGED, 0); // 'SeLT'
  write64(addressOf(NT.SepLogonSessions), table);
}

/**
 * Creates a logon session. `id` is its LUID; the exchange buffer holds the account's name and that of its authority in
 * UTF-16. `deviceMap` is where its drive letters are looked up.
 */
export function createLogonSession(id: u64, accountBytes: u32, authorityBytes: u32, deviceMap: u64): u64 {
  const session = allocatePool(
    offsetOf(SEP_LOGON_SESSION_REFERENCES.SIZE),
    tag(0x53, 0x65, 0x4c, 0x73), // 'SeLs'
    PAGED,
    0,
  );
  setLuid(at(session, SEP_LOGON_SESSION_REFERENCES.LogonId), id);
  setField(session, SEP_LOGON_SESSION_REFERENCES.pDeviceMap, deviceMap);
  const text = exchangeBuffer();
  newUnicodeString(at(session, SEP_LOGON_SESSION_REFERENCES.AccountName), text, accountBytes, NAME_TAG);
  newUnicodeString(
    at(session, SEP_LOGON_SESSION_REFERENCES.AuthorityName),
    text + accountBytes,
    authorityBytes,
    NAME_TAG,
  );
  initialiseList(at(session, SEP_LOGON_SESSION_REFERENCES.TokenList));
  setField(session, SEP_LOGON_SESSION_REFERENCES.ReferenceCount, 1); // the table's own
  const bucket = read64(addressOf(NT.SepLogonSessions)) + (id % BUCKETS) * 8;
  setField(session, SEP_LOGON_SESSION_REFERENCES.Next, read64(bucket));
  write64(bucket, session);
  return session;
}

/** Makes two logon sessions of one user each other's: the elevated one and the filtered one. */
export function pairLogonSessions(one: u64, other: u64): void {
  setLuid(at(one, SEP_LOGON_SESSION_REFERENCES.BuddyLogonId), logonId(other));
  setLuid(at(other, SEP_LOGON_SESSION_REFERENCES.BuddyLogonId), logonId(one));
}

/** A token more that comes from a logon session. */
export function referenceLogonSession(session: u64): void {
  addToField(session, SEP_LOGON_SESSION_REFERENCES.ReferenceCount, 1);
}

/** LUID of a logon session. */
export function logonId(session: u64): u64 {
  return read64(at(session, SEP_LOGON_SESSION_REFERENCES.LogonId));
}

/** Writes a locally unique id at an address. */
export function setLuid(address: u64, id: u64): void {
  setField(address, LUID.LowPart, id & 0xffffffff);
  setField(address, LUID.HighPart, id >> 32);
}
