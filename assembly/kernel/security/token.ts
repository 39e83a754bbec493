// Access tokens: a structure with its SIDs, groups and privileges, the SIDs in a variable part right behind it.
//
//   TOKEN | VariablePart: SID_AND_ATTRIBUTES[groups] · SIDs · SID_AND_ATTRIBUTES[capabilities] · SIDs
//   DynamicPart, in pool of its own: primary group · default DACL
import {
  EPROCESS,
  EX_FAST_REF,
  SEP_TOKEN_PRIVILEGES,
  SID,
  SID_AND_ATTRIBUTES,
  SID_AND_ATTRIBUTES_HASH,
  TOKEN,
  TOKEN_SOURCE,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { get, offsetOf } from '../../layout/fields';
import { at, getField, read32, read64, setField, write32, write64, writeBytes } from '../../memory/virtual';
import { createObject, referenceObject } from '../objects/object';
import { isTypeNonPaged, typeBodyBytes, typePoolTag } from '../objects/object-type';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { logonId, referenceLogonSession, setLuid } from './logon-session';

const SUB_AUTHORITY_BYTES: u32 = 4;
const SOURCE_BYTES: u32 = 8;
const BUCKETS: u32 = 16; // of SID_AND_ATTRIBUTES_HASH.Hash, for each half
const HASHED: u32 = 64; // bits of an entry: only so many groups are in the hash
const NO_EXPIRATION: u64 = 0x7fffffffffffffff;
const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
const DYNAMIC_BYTES: u32 = 0x1000; // quota for the default DACL and the primary group

// What the host says of a token, in the exchange buffer.
const AT_ID: usize = 0; // u64 each
const AT_PARENT: usize = 8;
const AT_MODIFIED: usize = 16;
const AT_ORIGIN: usize = 24;
const AT_PRESENT: usize = 32;
const AT_ENABLED: usize = 40;
const AT_BY_DEFAULT: usize = 48;
const AT_SOURCE: usize = 56; // 8 characters
const AT_SOURCE_ID: usize = 64;
const AT_SESSION: usize = 72; // u32 each
const AT_FLAGS: usize = 76;
const AT_POLICY: usize = 80;
const AT_TYPE: usize = 84;
const AT_LEVEL: usize = 88; // of impersonation
const AT_INTEGRITY: usize = 92; // index among the groups
const AT_OWNER: usize = 96; // likewise
const AT_PRIMARY: usize = 100; // likewise
const AT_GROUPS: usize = 104; // how many, the user included
const AT_CAPABILITIES: usize = 108;
const AT_DACL_BYTES: usize = 112; // of the default DACL, which follows the SIDs
const AT_PACKAGE: usize = 116; // 1 when a package SID follows the capabilities
const AT_SIDS: usize = 120; // for each: u32 attributes, then the SID

let tokenType: u32 = 0;

/** Tells the index of object type Token. To be called before the first token. */
export function initialiseTokens(typeIndex: u32): void {
  tokenType = typeIndex;
}

/** Index of object type Token. */
export function tokenTypeIndex(): u32 {
  return tokenType;
}

function sidBytes(sid: usize): u32 {
  return offsetOf(SID.SubAuthority) + u32(get(sid, SID.SubAuthorityCount)) * SUB_AUTHORITY_BYTES;
}

/** Where the `count` SIDs from `from` on end. */
function endOfSids(from: usize, count: u32): usize {
  let end = from;
  for (let i: u32 = 0; i < count; i++) end += 4 + sidBytes(end + 4);
  return end;
}

/** Bytes that `count` SIDs from `from` on take with their SID_AND_ATTRIBUTES. */
function partBytes(from: usize, count: u32): u32 {
  const sids = u32(endOfSids(from, count) - from) - 4 * count;
  return (count * offsetOf(SID_AND_ATTRIBUTES.SIZE) + sids + 7) & ~7;
}

/** Creates the token that the exchange buffer describes, of a logon session; returns its address. */
export function createToken(session: u64): u64 {
  const words = exchangeBuffer();
  const groups = load<u32>(words + AT_GROUPS);
  const capabilities = load<u32>(words + AT_CAPABILITIES);
  const hasPackage = load<u32>(words + AT_PACKAGE);
  const groupSids = words + AT_SIDS;
  const capabilitySids = endOfSids(groupSids, groups);
  const packageSid = endOfSids(capabilitySids, capabilities);
  const dacl = endOfSids(packageSid, hasPackage);
  const groupBytes = partBytes(groupSids, groups);
  const variable = groupBytes + partBytes(capabilitySids, capabilities) + partBytes(packageSid, hasPackage);
  const fixed = offsetOf(TOKEN.VariablePart);
  const body = max(typeBodyBytes(tokenType), fixed + variable);
  const token = createObject(tokenType, body, typePoolTag(tokenType), isTypeNonPaged(tokenType));
  fillFixed(token, words, session, variable);
  const part = at(token, TOKEN.VariablePart);
  fillSids(part, groupSids, groups);
  setField(token, TOKEN.UserAndGroupCount, groups);
  setField(token, TOKEN.UserAndGroups, part);
  fillHash(at(token, TOKEN.SidHash), part, groups);
  if (capabilities != 0) {
    fillSids(part + groupBytes, capabilitySids, capabilities);
    setField(token, TOKEN.CapabilityCount, capabilities);
    setField(token, TOKEN.Capabilities, part + groupBytes);
    fillHash(at(token, TOKEN.CapabilitiesHash), part + groupBytes, capabilities);
  }
  if (hasPackage) {
    const address = part + variable - ((sidBytes(packageSid + 4) + 7) & ~7);
    writeBytes(address, packageSid + 4, sidBytes(packageSid + 4));
    setField(token, TOKEN.Package, address);
  }
  fillDynamic(token, part, load<u32>(words + AT_PRIMARY), dacl, load<u32>(words + AT_DACL_BYTES));
  referenceLogonSession(session);
  return token;
}

function fillFixed(token: u64, words: usize, session: u64, variable: u32): void {
  const source = at(token, TOKEN.TokenSource);
  writeBytes(at(source, TOKEN_SOURCE.SourceName), words + AT_SOURCE, SOURCE_BYTES);
  setLuid(at(source, TOKEN_SOURCE.SourceIdentifier), load<u64>(words + AT_SOURCE_ID));
  setLuid(at(token, TOKEN.TokenId), load<u64>(words + AT_ID));
  setLuid(at(token, TOKEN.ParentTokenId), load<u64>(words + AT_PARENT));
  setLuid(at(token, TOKEN.ModifiedId), load<u64>(words + AT_MODIFIED));
  setLuid(at(token, TOKEN.AuthenticationId), logonId(session));
  setLuid(at(token, TOKEN.OriginatingLogonSession), load<u64>(words + AT_ORIGIN));
  write64(at(token, TOKEN.ExpirationTime), NO_EXPIRATION);
  const privileges = at(token, TOKEN.Privileges);
  setField(privileges, SEP_TOKEN_PRIVILEGES.Present, load<u64>(words + AT_PRESENT));
  setField(privileges, SEP_TOKEN_PRIVILEGES.Enabled, load<u64>(words + AT_ENABLED));
  setField(privileges, SEP_TOKEN_PRIVILEGES.EnabledByDefault, load<u64>(words + AT_BY_DEFAULT));
  setField(token, TOKEN.SessionId, load<u32>(words + AT_SESSION));
  setField(token, TOKEN.TokenFlags, load<u32>(words + AT_FLAGS));
  setField(token, TOKEN.MandatoryPolicy, load<u32>(words + AT_POLICY));
  setField(token, TOKEN.TokenType, load<u32>(words + AT_TYPE));
  setField(token, TOKEN.ImpersonationLevel, load<u32>(words + AT_LEVEL));
  setField(token, TOKEN.IntegrityLevelIndex, load<u32>(words + AT_INTEGRITY));
  setField(token, TOKEN.DefaultOwnerIndex, load<u32>(words + AT_OWNER));
  setField(token, TOKEN.VariableLength, variable);
  setField(token, TOKEN.LogonSession, session);
}

/** Writes SID_AND_ATTRIBUTES and behind them the SIDs that they point to. */
function fillSids(part: u64, from: usize, count: u32): void {
  const entryBytes = offsetOf(SID_AND_ATTRIBUTES.SIZE);
  let target = part + count * entryBytes;
  let source = from;
  for (let i: u32 = 0; i < count; i++) {
    const bytes = sidBytes(source + 4);
    writeBytes(target, source + 4, bytes);
    setField(part + i * entryBytes, SID_AND_ATTRIBUTES.Sid, target);
    setField(part + i * entryBytes, SID_AND_ATTRIBUTES.Attributes, load<u32>(source));
    target += bytes;
    source += 4 + bytes;
  }
}

/**
 * The hash of SIDs: for each value of either half of the lowest byte of a SID's last part, a bit for each SID that has
 * it. The structure is public, what it is hashed by is unverified.
 */
function fillHash(hash: u64, part: u64, count: u32): void {
  setField(hash, SID_AND_ATTRIBUTES_HASH.SidCount, count);
  setField(hash, SID_AND_ATTRIBUTES_HASH.SidAttr, part);
  const buckets = at(hash, SID_AND_ATTRIBUTES_HASH.Hash);
  for (let i: u32 = 0; i < min(count, HASHED); i++) {
    const sid = getField(part + i * offsetOf(SID_AND_ATTRIBUTES.SIZE), SID_AND_ATTRIBUTES.Sid);
    const last = lastSubAuthority(sid) & 0xff;
    setBit(buckets + (last % BUCKETS) * 8, i);
    setBit(buckets + (BUCKETS + last / BUCKETS) * 8, i);
  }
}

function lastSubAuthority(sid: u64): u32 {
  const count = u32(getField(sid, SID.SubAuthorityCount));
  return read32(at(sid, SID.SubAuthority) + (count - 1) * SUB_AUTHORITY_BYTES);
}

function setBit(address: u64, bit: u32): void {
  write64(address, read64(address) | (u64(1) << bit));
}

/** The part that a token's owner may change: the primary group and the DACL of objects that name none. */
function fillDynamic(token: u64, groups: u64, primary: u32, dacl: usize, daclBytes: u32): void {
  const entry = groups + primary * offsetOf(SID_AND_ATTRIBUTES.SIZE);
  const group = getField(entry, SID_AND_ATTRIBUTES.Sid);
  const groupBytes =
    offsetOf(SID.SubAuthority) + u32(getField(group, SID.SubAuthorityCount)) * SUB_AUTHORITY_BYTES;
  const part = allocatePool(groupBytes + daclBytes, tag(0x53, 0x65, 0x54, 0x64), PAGED, 0); // 'SeTd'
  for (let i: u32 = 0; i < groupBytes; i += SUB_AUTHORITY_BYTES) write32(part + i, read32(group + i));
  writeBytes(part + groupBytes, dacl, daclBytes);
  setField(token, TOKEN.DynamicPart, part);
  setField(token, TOKEN.PrimaryGroup, part);
  setField(token, TOKEN.DefaultDacl, part + groupBytes);
  setField(token, TOKEN.DynamicCharged, DYNAMIC_BYTES);
  setField(token, TOKEN.DynamicAvailable, DYNAMIC_BYTES - groupBytes - daclBytes);
}

/** Processes whose reference to their token was copied from another's and never counted. */
const uncounted = new Set<u64>();

/** Whether a process's reference to its token is one that the token counts. */
export function isTokenCounted(process: u64): bool {
  return !uncounted.has(process);
}

/** Copies a process's reference to its token over another's, as exploits do: no reference is counted or given back. */
export function swapToken(process: u64, source: u64): void {
  uncounted.add(process);
  const reference = getField(at(source, EPROCESS.Token), EX_FAST_REF.Value);
  setField(at(process, EPROCESS.Token), EX_FAST_REF.Value, reference);
}

/** Makes a token a process's primary one. */
export function assignToken(process: u64, token: u64): void {
  setField(token, TOKEN.TokenInUse, 1);
  setField(at(process, EPROCESS.Token), EX_FAST_REF.Value, token | FAST_REFERENCES);
  referenceObject(token, i32(FAST_REFERENCES)); // those that the fast reference keeps ready
}
