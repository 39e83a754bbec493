// Variables of the kernel that say what something else says too.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import {
  ACL,
  EPROCESS,
  EX_FAST_REF,
  KSERVICE_TABLE_DESCRIPTOR,
  MI_FLAGS,
  SID,
  SID_AND_ATTRIBUTES,
  TOKEN,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { checkSharedFeatures } from './features';
import { expect, follow } from './expect';
import { peek32, peek64, peek8, value } from './memory';
import { isInModule } from './modules';
import { broken, disagreeAt, NO_FIELD } from './report';

const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
const LARGE_PAGE: u64 = 1 << 7; // of an entry: it maps 2 MiB
const LOW_48: u64 = 0x0000ffffffffffff;

/** Checks them. */
export function checkKernelVariables(): void {
  checkSharedFeatures();
  if (!broken()) checkMemoryFlags();
  if (!broken()) checkSystemSecurity();
  if (!broken()) checkServiceTables();
}

/** How the kernel's image is mapped is in the entry of its first 2 MiB. */
function checkMemoryFlags(): void {
  const flags = addressOf(NT.MiFlags);
  const directoryEntry = entryOf(entryOf(peek64(addressOf(NT.PsNtosImageBase))));
  const isLarge = (peek64(directoryEntry) & LARGE_PAGE) != 0;
  expect(Rule.MemoryFlagsAgree, flags, MI_FLAGS.LargePageKernel, isLarge ? 1 : 0);
  expect(Rule.MemoryFlagsAgree, flags, MI_FLAGS.PfnDatabaseExists, 1);
}

/** Where the entry that maps an address is: page tables are mapped from nt!MmPteBase on. */
function entryOf(address: u64): u64 {
  return peek64(addressOf(NT.MmPteBase)) + ((address & LOW_48) >> 12) * 8;
}

/** The system's SID and default DACL are those of its own process's token. */
function checkSystemSecurity(): void {
  const system = peek64(addressOf(NT.PsInitialSystemProcess));
  const token = value(system + offsetOf(EPROCESS.Token), EX_FAST_REF.Value) & ~FAST_REFERENCES;
  if (broken() || token == 0) return;
  const user = follow(follow(token, TOKEN.UserAndGroups), SID_AND_ATTRIBUTES.Sid);
  if (broken()) return;
  const parts = u32(value(user, SID.SubAuthorityCount));
  same(NT.SeLocalSystemSid, user, offsetOf(SID.SubAuthority) + 4 * parts);
  const dacl = follow(token, TOKEN.DefaultDacl);
  if (!broken()) same(NT.SeSystemDefaultDacl, dacl, u32(value(dacl, ACL.AclSize)));
}

/** What a variable points to must have the bytes of something else. */
function same(variable: i32, other: u64, bytes: u32): void {
  const at = peek64(addressOf(variable));
  for (let i: u32 = 0; i < bytes && !broken(); i++) {
    const expected = peek8(other + i);
    const found = peek8(at + i);
    if (found != expected) disagreeAt(Rule.SystemSecurityAgrees, NO_FIELD, at + i, expected, found);
  }
}

/** Threads with windows use the second table of descriptors: the same first table, then one of a driver's. */
function checkServiceTables(): void {
  const rule = Rule.ServiceTablesAgree;
  const shadow = addressOf(NT.KeServiceDescriptorTableShadow);
  const plain = addressOf(NT.KeServiceDescriptorTable);
  const descriptor = u64(offsetOf(KSERVICE_TABLE_DESCRIPTOR.SIZE));
  for (let at: u64 = 0; at < descriptor && !broken(); at += 8)
    if (peek64(shadow + at) != peek64(plain + at))
      disagreeAt(rule, NO_FIELD, shadow + at, peek64(plain + at), peek64(shadow + at));
  if (broken()) return;
  expect(rule, shadow, KSERVICE_TABLE_DESCRIPTOR.Limit, peek32(addressOf(NT.KiServiceLimit)));
  const table = value(shadow + descriptor, KSERVICE_TABLE_DESCRIPTOR.Base);
  if (broken() || table == 0) return; // a machine without windows
  const services = u32(value(shadow + descriptor, KSERVICE_TABLE_DESCRIPTOR.Limit));
  for (let i: u32 = 0; i < services && !broken(); i++) {
    const routine = table + u64(i64(i32(peek32(table + i * 4))) >> 4);
    if (!isInModule(routine)) disagreeAt(rule, NO_FIELD, table + i * 4, table, routine);
  }
}
