// Event tracing's registrations: an entry for each provider's GUID, with the list of those who registered as it.
import { ETW_GUID_ENTRY, ETW_REG_ENTRY } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  setField,
  writeBytes,
} from '../../memory/virtual';
import { createFresh } from '../objects/body';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';

const GUID_BYTES: u32 = 16;
const USER_REGISTRATION: u32 = 2; // ETW_REG_ENTRY.Flags: DbgUserRegistration

let firstProvider: u64 = 0;
let registrationType: u32 = 0;

/** Index of the type of registrations; 0 before the first one. */
export function registrationTypeIndex(): u32 {
  return registrationType;
}

/** Creates the entry of a provider whose GUID is in the exchange buffer. All of them are on one list. */
export function createProvider(): u64 {
  const entry = allocatePool(offsetOf(ETW_GUID_ENTRY.SIZE), tag(0x45, 0x74, 0x77, 0x47), NON_PAGED, 0); // 'EtwG'
  writeBytes(at(entry, ETW_GUID_ENTRY.Guid), exchangeBuffer(), GUID_BYTES);
  initialiseList(at(entry, ETW_GUID_ENTRY.RegListHead));
  initialiseList(at(entry, ETW_GUID_ENTRY.SiloGuidList));
  const links = at(entry, ETW_GUID_ENTRY.GuidList);
  if (firstProvider == 0) {
    firstProvider = links;
    initialiseList(links);
  } else insertTail(firstProvider, links);
  setField(entry, ETW_GUID_ENTRY.RefCount, 1);
  return entry;
}

/** Creates an object of type `typeIndex` by which a process is registered as a provider. */
export function createRegistration(typeIndex: u32, provider: u64, process: u64): u64 {
  const entry = createFresh(typeIndex, 0);
  registrationType = typeIndex;
  insertTail(at(provider, ETW_GUID_ENTRY.RegListHead), at(entry, ETW_REG_ENTRY.RegList));
  initialiseList(at(entry, ETW_REG_ENTRY.GroupRegList));
  setField(entry, ETW_REG_ENTRY.GuidEntry, provider);
  setField(entry, ETW_REG_ENTRY.Process, process);
  setField(entry, ETW_REG_ENTRY.Index, getField(provider, ETW_GUID_ENTRY.RefCount));
  setField(entry, ETW_REG_ENTRY.Flags, USER_REGISTRATION);
  addToField(provider, ETW_GUID_ENTRY.RefCount, 1);
  return entry;
}
