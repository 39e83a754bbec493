// The modules that a process's loader lists, in load order, and what its PEB says.
import { EPROCESS, LDR_DATA_TABLE_ENTRY, PEB, PEB_LDR_DATA, UNICODE_STRING } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { at, getField, read64, readBytes } from '../../memory/virtual';

const NUMBERS: usize = 2;

/** The entry of the attached process's loader after `entry`, 0 at the end; the first one for 0. */
export function nextModule(process: u64, entry: u64): u64 {
  const loader = getField(getField(process, EPROCESS.Peb), PEB.Ldr);
  if (loader == 0) return 0;
  const head = at(loader, PEB_LDR_DATA.InLoadOrderModuleList);
  const link = read64(entry == 0 ? head : at(entry, LDR_DATA_TABLE_ENTRY.InLoadOrderLinks));
  return link == head ? 0 : link; // the link is the entry's first field
}

/** Reads base and size of a module to the exchange buffer as u64, then its path in UTF-16; returns the path's bytes. */
export function readModule(entry: u64): u32 {
  const out = exchangeBuffer();
  const path = at(entry, LDR_DATA_TABLE_ENTRY.FullDllName);
  const bytes = u32(getField(path, UNICODE_STRING.Length));
  store<u64>(out, getField(entry, LDR_DATA_TABLE_ENTRY.DllBase));
  store<u64>(out, getField(entry, LDR_DATA_TABLE_ENTRY.SizeOfImage), 8);
  readBytes(getField(path, UNICODE_STRING.Buffer), out + NUMBERS * 8, bytes);
  return bytes;
}
