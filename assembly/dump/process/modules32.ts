// The modules that the 32-bit loader of a process of 32-bit code lists, in load order, and what its second PEB says.
import {
  EPROCESS,
  EWOW64PROCESS,
  LDR_DATA_TABLE_ENTRY32,
  LIST_ENTRY32,
  PEB32,
  PEB_LDR_DATA32,
  STRING32,
} from '../../generated/types';
import { at, getField } from '../../memory/virtual';
import { putModule } from './modules';

/** The entry of the attached process's 32-bit loader after `entry`, 0 at the end; the first one for 0. */
export function nextModule32(process: u64, entry: u64): u64 {
  const wow64 = getField(process, EPROCESS.WoW64Process);
  if (wow64 == 0) return 0;
  const loader = getField(getField(wow64, EWOW64PROCESS.Peb), PEB32.Ldr);
  if (loader == 0) return 0;
  const head = at(loader, PEB_LDR_DATA32.InLoadOrderModuleList);
  const link = entry == 0 ? head : at(entry, LDR_DATA_TABLE_ENTRY32.InLoadOrderLinks);
  const next = getField(link, LIST_ENTRY32.Flink);
  return next == head ? 0 : next; // the link is the entry's first field
}

/** As readModule does, of an entry of the 32-bit loader. */
export function readModule32(entry: u64): u32 {
  const path = at(entry, LDR_DATA_TABLE_ENTRY32.FullDllName);
  return putModule(
    getField(entry, LDR_DATA_TABLE_ENTRY32.DllBase),
    getField(entry, LDR_DATA_TABLE_ENTRY32.SizeOfImage),
    getField(path, STRING32.Buffer),
    u32(getField(path, STRING32.Length)),
  );
}
