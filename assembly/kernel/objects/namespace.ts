// What the namespace itself consists of: directories, symbolic links, and the variables that lead to the first of them.
import { NT } from '../../generated/symbols';
import { OBJECT_DIRECTORY, OBJECT_SYMBOLIC_LINK } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { at, setField, write64 } from '../../memory/virtual';
import { systemTime } from '../scheduler/clock';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';
import { initialiseBody } from './body';
import { insertIntoDirectory } from './directory';
import { createNamedObject } from './named-object';
import { referenceObject, typeObject } from './object';
import {
  DIRECTORY_INDEX,
  isTypeNonPaged,
  SYMBOLIC_LINK_INDEX,
  typeBodyBytes,
  typePoolTag,
} from './object-type';

const LINK_TARGET_TAG: u32 = 0x746d7953; // 'Symt'
const LAST_TYPE: u32 = 255;

/**
 * Creates an object of a type that the profile describes, named by `nameBytes` of the exchange buffer. `directory` is 0
 * for a name outside of every directory, `variant` is that of its body.
 */
export function createNamed(directory: u64, index: u32, nameBytes: u32, variant: u32): u64 {
  return create(directory, index, nameBytes, variant, true);
}

function create(directory: u64, index: u32, nameBytes: u32, variant: u32, isPermanent: bool): u64 {
  const body = createNamedObject(
    directory,
    exchangeBuffer(),
    nameBytes,
    index,
    typeBodyBytes(index),
    typePoolTag(index),
    isTypeNonPaged(index),
    isPermanent,
  );
  initialiseBody(body, index, variant);
  return body;
}

/**
 * Creates such an object on behalf of a process: it is there for as long as somebody has it open. Until somebody has,
 * nothing but its directory refers to it.
 */
export function createTemporary(directory: u64, index: u32, nameBytes: u32, variant: u32): u64 {
  const body = create(directory, index, nameBytes, variant, false);
  referenceObject(body, -1);
  return body;
}

/** Creates a directory in `parent`, or, when that is 0, the root. `session` is that it belongs to, 0xffffffff for none. */
export function createDirectory(parent: u64, nameBytes: u32, session: u32): u64 {
  const directory = createNamed(parent, DIRECTORY_INDEX, nameBytes, 0);
  setField(directory, OBJECT_DIRECTORY.SessionId, session);
  if (parent == 0) write64(addressOf(NT.ObpRootDirectoryObject), directory);
  return directory;
}

/** Creates a symbolic link; the exchange buffer holds its name and then its target. */
export function createSymbolicLink(directory: u64, nameBytes: u32, targetBytes: u32, drive: u32): u64 {
  const link = createNamed(directory, SYMBOLIC_LINK_INDEX, nameBytes, 0);
  write64(at(link, OBJECT_SYMBOLIC_LINK.CreationTime), systemTime());
  newUnicodeString(
    at(link, OBJECT_SYMBOLIC_LINK.LinkTarget),
    exchangeBuffer() + nameBytes,
    targetBytes,
    LINK_TARGET_TAG,
  );
  setField(link, OBJECT_SYMBOLIC_LINK.DosDeviceDriveIndex, drive);
  return link;
}

/** Puts every object type into the directory \ObjectTypes. */
export function listTypes(directory: u64): void {
  write64(addressOf(NT.ObpTypeDirectoryObject), directory);
  for (let index: u32 = DIRECTORY_INDEX - 1; index <= LAST_TYPE && typeObject(index) != 0; index++)
    insertIntoDirectory(directory, typeObject(index));
}
