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
  const path = at(entry, LDR_DATA_TABLE_ENTRY.FullDllName);
  return putModule(
    getField(entry, LDR_DATA_TABLE_ENTRY.DllBase),
    getField(entry, LDR_DATA_TABLE_ENTRY.SizeOfImage),
    getField(path, UNICODE_STRING.Buffer),
    u32(getField(path, UNICODE_STRING.Length)),
  );
}

/** Puts what a loader says of a module into the exchange buffer; returns the path's bytes. */
export function putModule(base: u64, size: u64, path: u64, pathBytes: u32): u32 {
  const out = exchangeBuffer();
  store<u64>(out, base);
  store<u64>(out, size, 8);
  readBytes(path, out + NUMBERS * 8, pathBytes);
  return pathBytes;
}
