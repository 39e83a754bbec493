// The end of objects: a name goes with the last handle unless it is permanent, the object with the last reference.
import {
  ETW_GUID_ENTRY,
  ETW_REG_ENTRY,
  KMUTANT,
  OBJECT_HEADER,
  OBJECT_HEADER_CREATOR_INFO,
  OBJECT_HEADER_HANDLE_INFO,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_TYPE,
  UNICODE_STRING,
} from '../../generated/types';
import { addToField, at, getField, removeEntry } from '../../memory/virtual';
import { deleteFile, fileTypeIndex } from '../io/file-object';
import { freePool } from '../pool/pool';
import { deleteProcess } from '../processes/process-delete';
import { processType } from '../processes/process';
import { deleteThread } from '../processes/thread-end';
import { threadType } from '../processes/thread';
import { deleteKeyBody, keyTypeIndex } from '../registry/key-body';
import { cancelProgramTimer } from '../scheduler/program-timers';
import { deleteSection } from '../sections/section-end';
import { sectionTypeIndex } from '../sections/section-object';
import { tokenTypeIndex } from '../security/token';
import { deleteToken } from '../security/token-end';
import { registrationTypeIndex } from '../tracing/registration';
import { deletePort } from './alpc-port-end';
import { portTypeIndex } from './alpc-port';
import { MUTANT, TIMER, typeKind } from './body';
import { removeFromDirectory } from './directory';
import {
  CREATOR_INFO,
  HANDLE_INFO,
  headerOf,
  NAME_INFO,
  optionalHeader,
  optionalHeaderBytes,
  PERMANENT,
  typeIndexOf,
  typeObject,
} from './object';
import { noteGone } from './objects-gone';

/** Takes references of the kernel's own back; with the last one the object is deleted. */
export function dereferenceObject(body: u64, references: u64): void {
  const header = headerOf(body);
  addToField(header, OBJECT_HEADER.PointerCount, -references);
  if (getField(header, OBJECT_HEADER.PointerCount) == 0) deleteObject(body);
}

/** To be called when a handle to an object was closed. */
export function afterClose(body: u64): void {
  const header = headerOf(body);
  if (getField(header, OBJECT_HEADER.HandleCount) == 0 && loseName(body)) return;
  if (getField(header, OBJECT_HEADER.PointerCount) == 0) deleteObject(body);
}

/** Takes an object that is not permanent out of its directory. Returns whether it had a place in one. */
function loseName(body: u64): bool {
  const info = optionalHeader(body, NAME_INFO);
  if (info == 0 || (getField(headerOf(body), OBJECT_HEADER.Flags) & PERMANENT) != 0) return false;
  const directory = getField(info, OBJECT_HEADER_NAME_INFO.Directory);
  if (directory == 0) return false;
  removeFromDirectory(directory, body);
  noteGone(body); // by its name
  dereferenceObject(body, 1);
  return true;
}

function deleteObject(body: u64): void {
  const index = typeIndexOf(body);
  if (index == processType()) deleteProcess(body);
  else if (index == threadType()) deleteThread(body);
  else if (index == fileTypeIndex()) deleteFile(body);
  else if (index == keyTypeIndex()) deleteKeyBody(body);
  else if (index == portTypeIndex()) deletePort(body);
  else if (index == sectionTypeIndex()) deleteSection(body);
  else if (index == tokenTypeIndex()) deleteToken(body);
  else if (index == registrationTypeIndex()) {
    removeEntry(at(body, ETW_REG_ENTRY.RegList));
    addToField(getField(body, ETW_REG_ENTRY.GuidEntry), ETW_GUID_ENTRY.RefCount, -1);
  } else if (typeKind(index) == TIMER) cancelProgramTimer(body);
  else if (typeKind(index) == MUTANT && getField(body, KMUTANT.OwnerThread) != 0)
    removeEntry(at(body, KMUTANT.MutantListEntry));
  freeObject(body, index);
}

/** Gives the memory of an object back, with all that its headers lead to; its type counts it no more. */
function freeObject(body: u64, index: u32): void {
  noteGone(body);
  const named = optionalHeader(body, NAME_INFO);
  if (named != 0) freePool(getField(at(named, OBJECT_HEADER_NAME_INFO.Name), UNICODE_STRING.Buffer));
  const handles = optionalHeader(body, HANDLE_INFO);
  const database = handles == 0 ? 0 : getField(handles, OBJECT_HEADER_HANDLE_INFO.HandleCountDataBase);
  if (database != 0 && getField(headerOf(body), OBJECT_HEADER.SingleHandleEntry) == 0) freePool(database);
  const creator = optionalHeader(body, CREATOR_INFO);
  if (creator != 0) removeEntry(at(creator, OBJECT_HEADER_CREATOR_INFO.TypeList));
  addToField(typeObject(index), OBJECT_TYPE.TotalNumberOfObjects, -1);
  freePool(headerOf(body) - optionalHeaderBytes(body));
}
