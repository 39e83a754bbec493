// The full name of an object, as NtQueryObject tells it: its place in the namespace, a file's behind its device, a key's
// in the registry.
import { NT } from '../../generated/symbols';
import {
  CM_KEY_BODY,
  CM_KEY_CONTROL_BLOCK,
  CM_NAME_CONTROL_BLOCK,
  FILE_OBJECT,
  OBJECT_HEADER_NAME_INFO,
  UNICODE_STRING,
} from '../../generated/types';
import { at, getField, read8, read64, readBytes } from '../../memory/virtual';
import { fileTypeIndex } from '../../kernel/io/file-object';
import { NAME_INFO, optionalHeader, typeIndexOf } from '../../kernel/objects/object';
import { keyTypeIndex } from '../../kernel/registry/key-body';
import { addressOf } from '../../kernel/symbols';

const BACKSLASH: u16 = 0x5c;
const HIVE_ENTRY: u32 = 4; // KEY_HIVE_ENTRY

let end: usize = 0; // of what is written

/** Writes an object's full name to host memory as UTF-16; returns its bytes, 0 for an object without one. */
export function readObjectName(body: u64, target: usize): u32 {
  end = target;
  const type = typeIndexOf(body);
  if (type == keyTypeIndex()) writeKey(getField(body, CM_KEY_BODY.KeyControlBlock));
  else if (type == fileTypeIndex()) writeFile(body);
  else writePath(body);
  return u32(end - target);
}

function writeFile(file: u64): void {
  const device = getField(file, FILE_OBJECT.DeviceObject);
  if (device != 0) writePath(device);
  writeString(at(file, FILE_OBJECT.FileName));
}

function writeSeparator(): void {
  store<u16>(end, BACKSLASH);
  end += 2;
}

/** The path of an object that lies in a directory. */
function writePath(body: u64): void {
  const info = optionalHeader(body, NAME_INFO);
  if (body == read64(addressOf(NT.ObpRootDirectoryObject))) return writeSeparator();
  if (info == 0) return;
  const directory = getField(info, OBJECT_HEADER_NAME_INFO.Directory);
  const isRoot = directory == read64(addressOf(NT.ObpRootDirectoryObject));
  if (directory != 0 && !isRoot) writePath(directory);
  if (getField(at(info, OBJECT_HEADER_NAME_INFO.Name), UNICODE_STRING.Length) == 0) return;
  if (directory != 0) writeSeparator();
  writeString(at(info, OBJECT_HEADER_NAME_INFO.Name));
}

function writeString(string: u64): void {
  const bytes = usize(getField(string, UNICODE_STRING.Length));
  end += readBytes(getField(string, UNICODE_STRING.Buffer), end, bytes);
}

/** The path of a key, each part as its name control block has it: upper-case. A hive's root is its link's name again. */
function writeKey(block: u64): void {
  const parent = getField(block, CM_KEY_CONTROL_BLOCK.ParentKcb);
  if (parent != 0) writeKey(parent);
  if (parent != 0 && (u32(getField(block, CM_KEY_CONTROL_BLOCK.Flags)) & HIVE_ENTRY) != 0) return;
  writeSeparator();
  const name = getField(block, CM_KEY_CONTROL_BLOCK.NameBlock);
  const characters = u32(getField(name, CM_NAME_CONTROL_BLOCK.NameLength));
  for (let i: u32 = 0; i < characters; i++, end += 2)
    store<u16>(end, u16(read8(at(name, CM_NAME_CONTROL_BLOCK.Name) + i)));
}
