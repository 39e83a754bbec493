// The tokens that processes run under: their SIDs, privileges and logon sessions.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  EPROCESS,
  EX_FAST_REF,
  SEP_LOGON_SESSION_REFERENCES,
  SEP_TOKEN_PRIVILEGES,
  SID,
  SID_AND_ATTRIBUTES,
  SID_AND_ATTRIBUTES_HASH,
  TOKEN,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, expectBetween, follow } from './expect';
import { mapped, peek64, peek8, value } from './memory';
import { expectType } from './objects';
import { nextProcess } from './processes';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
const MOST_GROUPS: u64 = 1024;
const MOST_AUTHORITIES: u64 = 15; // SID_MAX_SUB_AUTHORITIES
const REVISION: u64 = 1; // SID_REVISION
const MANDATORY_LABEL: u32 = 16; // SECURITY_MANDATORY_LABEL_AUTHORITY, in its last byte
const AUTHORITY_LAST_BYTE: u64 = 5;
const BUCKETS: u64 = 16; // of nt!SepLogonSessions
const MOST_SESSIONS: u32 = 10000;

const tokens = new AddressTable();
const sessions = new AddressTable(); // logon sessions that nt!SepLogonSessions holds

/** Checks every process's primary token. */
export function checkTokens(): void {
  tokens.clear();
  sessions.clear();
  readSessions();
  const type = peek64(addressOf(NT.SeTokenObjectType));
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    const reference = process + offsetOf(EPROCESS.Token);
    const token = value(reference, EX_FAST_REF.Value) & ~FAST_REFERENCES;
    if (broken() || token == 0 || tokens.has(token)) continue;
    tokens.set(token, 1);
    if (!mapped(token)) disagree(Rule.MemoryIsMapped, process, EPROCESS.Token, 1, token);
    else if (expectType(token, type)) checkToken(token);
  }
}

/** Every session of the table hangs in the bucket of its id. */
function readSessions(): void {
  const table = peek64(addressOf(NT.SepLogonSessions));
  if (table == 0) return;
  for (let bucket: u64 = 0; bucket < BUCKETS && !broken(); bucket++) {
    let session = peek64(table + bucket * 8);
    for (let i: u32 = 0; session != 0 && !broken(); i++) {
      const id = peek64(session + offsetOf(SEP_LOGON_SESSION_REFERENCES.LogonId));
      if (!broken() && (id % BUCKETS != bucket || i > MOST_SESSIONS))
        disagree(
          Rule.LogonSessionIsInTable,
          session,
          SEP_LOGON_SESSION_REFERENCES.LogonId,
          bucket,
          id % BUCKETS,
        );
      sessions.set(session, 1);
      session = value(session, SEP_LOGON_SESSION_REFERENCES.Next);
    }
  }
}

function checkToken(token: u64): void {
  const count = value(token, TOKEN.UserAndGroupCount);
  if (!expectBetween(Rule.TokenHasSids, token, TOKEN.UserAndGroupCount, 1, MOST_GROUPS)) return;
  const groups = follow(token, TOKEN.UserAndGroups);
  for (let i: u64 = 0; i < count && !broken(); i++)
    checkSid(follow(groups + i * offsetOf(SID_AND_ATTRIBUTES.SIZE), SID_AND_ATTRIBUTES.Sid));
  if (broken()) return;
  const hash = token + offsetOf(TOKEN.SidHash);
  expect(Rule.TokenHasSids, hash, SID_AND_ATTRIBUTES_HASH.SidCount, count);
  expect(Rule.TokenHasSids, hash, SID_AND_ATTRIBUTES_HASH.SidAttr, groups);
  expectBetween(Rule.TokenHasSids, token, TOKEN.DefaultOwnerIndex, 0, count - 1);
  checkIntegrity(token, groups, count);
  checkPrivileges(token + offsetOf(TOKEN.Privileges));
  checkSession(token);
  visit(Visited.Tokens);
}

function checkSid(sid: u64): void {
  if (broken()) return;
  expect(Rule.SidIsValid, sid, SID.Revision, REVISION);
  expectBetween(Rule.SidIsValid, sid, SID.SubAuthorityCount, 0, MOST_AUTHORITIES);
}

/** The group that gives the integrity level is a mandatory label. */
function checkIntegrity(token: u64, groups: u64, count: u64): void {
  if (!expectBetween(Rule.TokenHasIntegrity, token, TOKEN.IntegrityLevelIndex, 0, count - 1)) return;
  const entry = groups + value(token, TOKEN.IntegrityLevelIndex) * offsetOf(SID_AND_ATTRIBUTES.SIZE);
  const sid = value(entry, SID_AND_ATTRIBUTES.Sid);
  const last = sid + offsetOf(SID.IdentifierAuthority) + AUTHORITY_LAST_BYTE;
  const authority = peek8(last);
  if (!broken() && authority != MANDATORY_LABEL)
    disagreeAt(Rule.TokenHasIntegrity, NO_FIELD, last, MANDATORY_LABEL, authority);
}

/** Only privileges that are there can be enabled. */
function checkPrivileges(privileges: u64): void {
  const present = value(privileges, SEP_TOKEN_PRIVILEGES.Present);
  const enabled = value(privileges, SEP_TOKEN_PRIVILEGES.Enabled);
  const byDefault = value(privileges, SEP_TOKEN_PRIVILEGES.EnabledByDefault);
  if ((enabled & ~present) != 0)
    disagree(Rule.PrivilegesArePresent, privileges, SEP_TOKEN_PRIVILEGES.Enabled, enabled & present, enabled);
  else if ((byDefault & ~present) != 0)
    disagree(
      Rule.PrivilegesArePresent,
      privileges,
      SEP_TOKEN_PRIVILEGES.EnabledByDefault,
      byDefault & present,
      byDefault,
    );
}

function checkSession(token: u64): void {
  const session = follow(token, TOKEN.LogonSession);
  if (session == 0) return;
  if (!sessions.has(session)) {
    disagree(Rule.LogonSessionIsInTable, token, TOKEN.LogonSession, 1, session);
    return;
  }
  const id = peek64(session + offsetOf(SEP_LOGON_SESSION_REFERENCES.LogonId));
  const found = peek64(token + offsetOf(TOKEN.AuthenticationId));
  if (!broken() && found != id) disagree(Rule.TokenIsOfItsSession, token, TOKEN.AuthenticationId, id, found);
}
