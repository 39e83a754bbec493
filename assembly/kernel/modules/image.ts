// Loading PE images: sections into frames with their protections, relocations, and the loader's list.
import { NT } from '../../generated/symbols';
import {
  IMAGE_BASE_RELOCATION,
  IMAGE_DATA_DIRECTORY,
  IMAGE_DOS_HEADER,
  IMAGE_NT_HEADERS32,
  IMAGE_NT_HEADERS64,
  IMAGE_SECTION_HEADER,
  KLDR_DATA_TABLE_ENTRY,
} from '../../generated/types';
import { get, offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { takeLargePage } from '../../memory/ranges';
import {
  at,
  attachedRoot,
  insertTail,
  read16,
  read32,
  read64,
  setField,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { mapLargePage } from '../../paging/map';
import { GLOBAL, KERNEL_CODE, KERNEL_DATA, KERNEL_READ_ONLY } from '../../paging/pte';
import { allocatePool, NON_PAGED, PAGED } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const LARGE_PAGE: u64 = 0x200000;
const IMAGE_ALIGNMENT: u64 = 0x10000;
const SCN_MEM_EXECUTE: u32 = 0x20000000;
const SCN_MEM_WRITE: u32 = 0x80000000;
const HIGHLOW: u32 = 3; // IMAGE_REL_BASED_HIGHLOW
const DIR64: u32 = 10; // IMAGE_REL_BASED_DIR64
const PE32_MAGIC: u64 = 0x10b; // IMAGE_NT_OPTIONAL_HDR32_MAGIC
const DIRECTORY_EXCEPTION: u32 = 3;
export const DIRECTORY_RELOCATIONS: u32 = 5;
const LOADED_FLAGS: u32 = 0x49104000; // KLDR flags of a boot-loaded driver
const LOADER_TAG: u32 = 0x644c6d4d; // 'MmLd'

/** What the core keeps of a loaded image. */
export class LoadedImage {
  base: u64 = 0;
  size: u32 = 0;
  exceptionTable: u64 = 0;
  exceptionBytes: u32 = 0;
  /** Where it keeps its stack cookie, and the handler that checks it; 0 when its functions have none. */
  cookie: u64 = 0;
  cookieHandler: u64 = 0;
}

const MAXIMUM: i32 = 2048;
const images = new StaticArray<LoadedImage>(MAXIMUM);
let count: i32 = 0;
let latest: i32 = 0; // most lookups are for the image of the one before

/** The image that holds an address; traps when there is none. */
export function imageAt(address: u64): LoadedImage {
  const recent = unchecked(images[latest]);
  if (address >= recent.base && address < recent.base + recent.size) return recent;
  for (let i = 0; i < count; i++) {
    const image = unchecked(images[i]);
    if (address < image.base || address >= image.base + image.size) continue;
    latest = i;
    return image;
  }
  assert(false, 'no image at this address');
  return unchecked(images[0]);
}

/** Headers of a PE file in host memory, PE32 or PE32+. Fields before ImageBase and after it lie in both alike. */
export class FileView {
  constructor(
    public file: usize,
    public nt: usize,
    public sections: usize,
  ) {}

  static of(file: usize): FileView {
    const nt = file + usize(get(file, IMAGE_DOS_HEADER.e_lfanew));
    const optional = nt + offsetOf(IMAGE_NT_HEADERS64.OptionalHeader);
    return new FileView(
      file,
      nt,
      optional + usize(get(nt, IMAGE_NT_HEADERS64.FileHeader_SizeOfOptionalHeader)),
    );
  }

  get sectionCount(): u32 {
    return u32(get(this.nt, IMAGE_NT_HEADERS64.FileHeader_NumberOfSections));
  }

  get headerBytes(): u32 {
    return u32(get(this.nt, IMAGE_NT_HEADERS64.OptionalHeader_SizeOfHeaders));
  }

  get size(): u32 {
    return u32(get(this.nt, IMAGE_NT_HEADERS64.OptionalHeader_SizeOfImage));
  }

  /** Whether the image is one of 32-bit code. */
  get is32Bit(): bool {
    return get(this.nt, IMAGE_NT_HEADERS32.OptionalHeader_Magic) == PE32_MAGIC;
  }

  /** Base that the file was linked for. */
  get imageBase(): u64 {
    return get(
      this.nt,
      this.is32Bit
        ? IMAGE_NT_HEADERS32.OptionalHeader_ImageBase
        : IMAGE_NT_HEADERS64.OptionalHeader_ImageBase,
    );
  }

  /** The kind of base relocation that addresses in the image have. */
  get relocationType(): u32 {
    return this.is32Bit ? HIGHLOW : DIR64;
  }

  section(index: u32): usize {
    return this.sections + usize(index) * offsetOf(IMAGE_SECTION_HEADER.SIZE);
  }

  directory(index: u32): usize {
    const directories = offsetOf(
      this.is32Bit
        ? IMAGE_NT_HEADERS32.OptionalHeader_DataDirectory
        : IMAGE_NT_HEADERS64.OptionalHeader_DataDirectory,
    );
    return this.nt + directories + usize(index) * offsetOf(IMAGE_DATA_DIRECTORY.SIZE);
  }

  /** Where the file holds a byte of a section. */
  fileOffset(rva: u32): u32 {
    for (let i: u32 = 0; i < this.sectionCount; i++) {
      const section = this.section(i);
      const start = u32(get(section, IMAGE_SECTION_HEADER.VirtualAddress));
      if (rva >= start && rva < start + u32(get(section, IMAGE_SECTION_HEADER.SizeOfRawData)))
        return u32(get(section, IMAGE_SECTION_HEADER.PointerToRawData)) + rva - start;
    }
    assert(false, 'the file does not hold this part of the image');
    return 0;
  }

  /** Protection of a page of the image: that of the section it lies in; headers are read-only. */
  protection(rva: u32): u64 {
    for (let i: u32 = 0; i < this.sectionCount; i++) {
      const section = this.section(i);
      const start = u32(get(section, IMAGE_SECTION_HEADER.VirtualAddress));
      if (rva >= start && rva < start + u32(get(section, IMAGE_SECTION_HEADER.VirtualSize))) {
        const flags = u32(get(section, IMAGE_SECTION_HEADER.Characteristics));
        if (flags & SCN_MEM_EXECUTE) return KERNEL_CODE;
        return flags & SCN_MEM_WRITE ? KERNEL_DATA : KERNEL_READ_ONLY;
      }
    }
    return KERNEL_READ_ONLY;
  }
}

/**
 * Loads the PE file in the file buffer as a kernel image; large pages where its sections are laid out for them. An
 * image of session space is loaded to the space of the first session: see memory-manager/session-space.ts.
 */
export function loadKernelImage(file: usize, largePages: bool, ofSession: bool): u64 {
  const view = FileView.of(file);
  const region = ofSession ? <i32>Region.Session : <i32>Region.SystemImages;
  const base = reserve(region, view.size, largePages ? LARGE_PAGE : IMAGE_ALIGNMENT);
  const step = largePages ? LARGE_PAGE : u64(PAGE_SIZE);
  for (let rva: u64 = 0; rva < view.size; rva += step) {
    if (largePages)
      mapLargePage(attachedRoot(), base + rva, takeLargePage(), largePageProtection(view, u32(rva)));
    else commit(base + rva, 1, view.protection(u32(rva)) & ~(ofSession ? GLOBAL : 0));
  }
  copySections(view, base);
  relocate(view, base);
  registerImage(view, base);
  return base;
}

/** A large page has one protection; its sections were grouped so that they agree. */
function largePageProtection(view: FileView, rva: u32): u64 {
  for (let page = rva; page < rva + u32(LARGE_PAGE); page += u32(PAGE_SIZE)) {
    const protection = view.protection(page);
    if (protection != KERNEL_READ_ONLY) return protection;
  }
  return KERNEL_READ_ONLY;
}

/** Copies headers and sections to where they are mapped. */
export function copySections(view: FileView, base: u64): void {
  writeBytes(base, view.file, view.headerBytes);
  for (let i: u32 = 0; i < view.sectionCount; i++) {
    const section = view.section(i);
    const raw = u32(get(section, IMAGE_SECTION_HEADER.SizeOfRawData));
    const bytes = min(raw, u32(get(section, IMAGE_SECTION_HEADER.VirtualSize)));
    writeBytes(
      base + get(section, IMAGE_SECTION_HEADER.VirtualAddress),
      view.file + usize(get(section, IMAGE_SECTION_HEADER.PointerToRawData)),
      bytes,
    );
  }
}

/** Applies the base relocations and the new base in the header, as the loader does. */
export function relocate(view: FileView, base: u64): void {
  const delta = base - get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_ImageBase);
  setField(base + (view.nt - view.file), IMAGE_NT_HEADERS64.OptionalHeader_ImageBase, base);
  const directory = view.directory(DIRECTORY_RELOCATIONS);
  let block = base + get(directory, IMAGE_DATA_DIRECTORY.VirtualAddress);
  const end = block + get(directory, IMAGE_DATA_DIRECTORY.Size);
  const headerBytes = offsetOf(IMAGE_BASE_RELOCATION.SIZE);
  while (block < end) {
    const page = base + read32(at(block, IMAGE_BASE_RELOCATION.VirtualAddress));
    const bytes = read32(at(block, IMAGE_BASE_RELOCATION.SizeOfBlock));
    assert(bytes >= headerBytes, 'broken relocation block');
    for (let entry: u32 = headerBytes; entry < bytes; entry += 2) {
      const word = read16(block + entry);
      if (u32(word) >> 12 != DIR64) continue;
      const target = page + (word & 0xfff);
      write64(target, read64(target) + delta);
    }
    block += bytes;
  }
}

/** Remembers an image, so that code in it can be looked up. */
export function registerImage(view: FileView, base: u64): void {
  assert(count < MAXIMUM, 'too many images');
  const image = new LoadedImage();
  image.base = base;
  image.size = view.size;
  const directory = view.directory(DIRECTORY_EXCEPTION);
  image.exceptionTable = base + get(directory, IMAGE_DATA_DIRECTORY.VirtualAddress);
  image.exceptionBytes = u32(get(directory, IMAGE_DATA_DIRECTORY.Size));
  unchecked((images[count++] = image));
}

/** Says where an image keeps the cookie that it mixes into its stacks, and which handler of its functions checks it. */
export function setStackCookie(base: u64, cookie: u64, handler: u64): void {
  const image = imageAt(base);
  image.cookie = cookie;
  image.cookieHandler = handler;
}

/**
 * Enters a loaded kernel image in nt!PsLoadedModuleList. `names` holds the full name's UTF-16 text and after it the
 * base name's. Returns the KLDR_DATA_TABLE_ENTRY.
 */
export function enterLoadedModule(base: u64, file: usize, names: usize, fullBytes: u32, baseBytes: u32): u64 {
  const view = FileView.of(file);
  const image = imageAt(base);
  const entry = allocatePool(offsetOf(KLDR_DATA_TABLE_ENTRY.SIZE), LOADER_TAG, NON_PAGED, 0);
  setField(entry, KLDR_DATA_TABLE_ENTRY.ExceptionTable, image.exceptionTable);
  setField(entry, KLDR_DATA_TABLE_ENTRY.ExceptionTableSize, image.exceptionBytes);
  setField(entry, KLDR_DATA_TABLE_ENTRY.DllBase, base);
  setField(
    entry,
    KLDR_DATA_TABLE_ENTRY.EntryPoint,
    base + get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_AddressOfEntryPoint),
  );
  setField(entry, KLDR_DATA_TABLE_ENTRY.SizeOfImage, view.size);
  setField(entry, KLDR_DATA_TABLE_ENTRY.SizeOfImageNotRounded, view.size);
  setField(entry, KLDR_DATA_TABLE_ENTRY.CheckSum, get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_CheckSum));
  setField(
    entry,
    KLDR_DATA_TABLE_ENTRY.TimeDateStamp,
    get(view.nt, IMAGE_NT_HEADERS64.FileHeader_TimeDateStamp),
  );
  setField(entry, KLDR_DATA_TABLE_ENTRY.Flags, LOADED_FLAGS);
  setField(entry, KLDR_DATA_TABLE_ENTRY.LoadCount, 1);
  newUnicodeString(at(entry, KLDR_DATA_TABLE_ENTRY.FullDllName), names, fullBytes, LOADER_TAG, PAGED);
  newUnicodeString(
    at(entry, KLDR_DATA_TABLE_ENTRY.BaseDllName),
    names + fullBytes,
    baseBytes,
    LOADER_TAG,
    NON_PAGED,
  );
  insertTail(addressOf(NT.PsLoadedModuleList), at(entry, KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks));
  return entry;
}
