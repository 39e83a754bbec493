import { fieldIn, offsetIn, sizeOf } from './structure.js';

/** Reads a part of an image as it lies in memory, by RVA. */
export type ImageReader = (rva: number, length: number) => Uint8Array;

/** What a dump says of a module beyond its name. */
export interface ImageFacts {
  readonly timeDateStamp: number;
  readonly checkSum: number;
  /** CodeView record: `RSDS`, GUID, age and name of the PDB. */
  readonly codeView: Uint8Array | undefined;
  /** VS_FIXEDFILEINFO. */
  readonly version: Uint8Array | undefined;
}

/** Entries of the data directory, IMAGE_DEBUG_TYPE_ and RT_ numbers of the PE specification. */
const RESOURCES = 2;
const DEBUG = 6;
const CODE_VIEW = 2;
const RT_VERSION = 16;
/** IMAGE_NT_OPTIONAL_HDR32_MAGIC: of 32-bit code. */
const PE32_MAGIC = 0x10b;
const SUBDIRECTORY = 0x80000000;
const LEVELS = 3; // type, name, language
const FIXED_FILE_INFO_BYTES = 52;
/** Length, value's length, type; `VS_VERSION_INFO` and its zero; padding. */
const VERSION_HEAD_BYTES = 6 + 32 + 2;

/** Reads headers, debug directory and version resource of an image in memory. */
export function imageFacts(read: ImageReader): ImageFacts {
  const nt = fieldIn(read(0, sizeOf('IMAGE_DOS_HEADER')), 'IMAGE_DOS_HEADER', 'e_lfanew');
  const headers = read(nt, sizeOf('IMAGE_NT_HEADERS64'));
  const header = (field: string) => fieldIn(headers, 'IMAGE_NT_HEADERS64', field);
  const is32Bit = fieldIn(headers, 'IMAGE_NT_HEADERS32', 'OptionalHeader.Magic') === PE32_MAGIC;
  const layout = is32Bit ? 'IMAGE_NT_HEADERS32' : 'IMAGE_NT_HEADERS64';
  const directory = (index: number) => {
    const at = offsetIn(layout, 'OptionalHeader.DataDirectory');
    const entry = headers.subarray(at + index * sizeOf('IMAGE_DATA_DIRECTORY'));
    return {
      rva: fieldIn(entry, 'IMAGE_DATA_DIRECTORY', 'VirtualAddress'),
      size: fieldIn(entry, 'IMAGE_DATA_DIRECTORY', 'Size'),
    };
  };
  return {
    timeDateStamp: header('FileHeader.TimeDateStamp'),
    checkSum: header('OptionalHeader.CheckSum'),
    codeView: codeView(read, directory(DEBUG)),
    version: fixedVersion(read, directory(RESOURCES).rva),
  };
}

function codeView(read: ImageReader, { rva, size }: { rva: number; size: number }): Uint8Array | undefined {
  const step = sizeOf('IMAGE_DEBUG_DIRECTORY');
  for (let at = 0; at < size; at += step) {
    const entry = read(rva + at, step);
    const field = (name: string) => fieldIn(entry, 'IMAGE_DEBUG_DIRECTORY', name);
    if (field('Type') === CODE_VIEW) return read(field('AddressOfRawData'), field('SizeOfData'));
  }
  return undefined;
}

/** Goes down the three levels of the resources to the first version. */
function fixedVersion(read: ImageReader, root: number): Uint8Array | undefined {
  if (root === 0) return undefined;
  let offset = 0;
  for (let level = 0; level < LEVELS; level++) {
    const next = entryOf(read, root + offset, level === 0 ? RT_VERSION : undefined);
    if (next === undefined) return undefined;
    offset = next & ~SUBDIRECTORY;
  }
  const data = read(root + offset, sizeOf('IMAGE_RESOURCE_DATA_ENTRY'));
  const rva = fieldIn(data, 'IMAGE_RESOURCE_DATA_ENTRY', 'OffsetToData');
  return read(rva + VERSION_HEAD_BYTES, FIXED_FILE_INFO_BYTES);
}

/** What the entry with an id, or the first one, of a resource directory leads to. */
function entryOf(read: ImageReader, directory: number, id: number | undefined): number | undefined {
  const head = read(directory, sizeOf('IMAGE_RESOURCE_DIRECTORY'));
  const count =
    fieldIn(head, 'IMAGE_RESOURCE_DIRECTORY', 'NumberOfNamedEntries') +
    fieldIn(head, 'IMAGE_RESOURCE_DIRECTORY', 'NumberOfIdEntries');
  const step = sizeOf('IMAGE_RESOURCE_DIRECTORY_ENTRY');
  for (let index = 0; index < count; index++) {
    const entry = read(directory + sizeOf('IMAGE_RESOURCE_DIRECTORY') + index * step, step);
    if (id === undefined || fieldIn(entry, 'IMAGE_RESOURCE_DIRECTORY_ENTRY', 'Name') === id)
      return fieldIn(entry, 'IMAGE_RESOURCE_DIRECTORY_ENTRY', 'OffsetToData');
  }
  return undefined;
}
