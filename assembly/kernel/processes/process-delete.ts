// A process's object goes with the last reference to it: until then it is on nt!PsActiveProcessHead and has its id.
import { EPROCESS, KPROCESS, SE_AUDIT_PROCESS_CREATION_INFO } from '../../generated/types';
import { at, getField, removeEntry } from '../../memory/virtual';
import { freeFrame } from '../../paging/frame-states';
import { releaseClientId } from '../objects/handle-table';
import { dereferenceObject } from '../objects/object-end';
import { freePool } from '../pool/pool';
import { leaveToken } from '../security/token-end';
import { leaveQuotaBlock } from './quota-block';

/** What the end of a process's object leaves to be done; its threads and all else that it used are gone. */
export function deleteProcess(process: u64): void {
  removeEntry(at(process, EPROCESS.ActiveProcessLinks));
  releaseClientId(u32(getField(process, EPROCESS.UniqueProcessId)));
  leaveToken(process);
  leaveQuotaBlock(process);
  const section = getField(process, EPROCESS.SectionObject);
  if (section != 0) dereferenceObject(section, 1);
  const file = getField(process, EPROCESS.ImageFilePointer);
  if (file != 0) dereferenceObject(file, 1);
  const audit = at(process, EPROCESS.SeAuditProcessCreationInfo);
  freePool(getField(audit, SE_AUDIT_PROCESS_CREATION_INFO.ImageFileName));
  freePool(getField(process, EPROCESS.DiskCounters));
  freeFrame(u32(getField(process, KPROCESS.DirectoryTableBase) >> 12));
}
