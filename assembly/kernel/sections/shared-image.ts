// Images of user mode: a control area with a subsection for each section of the file, and one set of frames behind
// its prototype PTEs, which every process that loads the image maps.
import {
  IMAGE_BASE_RELOCATION,
  IMAGE_DATA_DIRECTORY,
  IMAGE_NT_HEADERS32,
  IMAGE_NT_HEADERS64,
  IMAGE_SECTION_HEADER,
  SEGMENT,
  CONTROL_AREA,
} from '../../generated/types';
import { get, offsetOf, put } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { FOR_USER, takeFrame } from '../../memory/ranges';
import { writableFrame } from '../../memory/frames';
import { getField, setField, write64 } from '../../memory/virtual';
import { COPY_ON_WRITE, USER_CODE, USER_READ_ONLY } from '../../paging/pte';
import { attachStream, completeCleanup, createFileObject } from '../io/file-object';
import { DIRECTORY_RELOCATIONS, FileView, registerImage } from '../modules/image';
import {
  addSectionPage,
  bindFile,
  createImageControlArea,
  describeSubsection,
  prototypeOf,
  subsectionOf,
  subsectionPte,
} from './control-area';
import { keepFilePages } from './mapped-file-pages';
import { PROTECT_EXECUTE_READ, PROTECT_READ_ONLY, PROTECT_WRITE_COPY } from './protection';

const SCN_MEM_EXECUTE: u32 = 0x20000000;
const SCN_MEM_WRITE: u32 = 0x80000000;

/** A user image that is ready to be mapped. */
export class SharedImage {
  base: u64 = 0;
  size: u32 = 0;
  is32Bit: bool = false;
  entryPoint: u64 = 0;
  /** Base that the file was linked for. */
  linkedBase: u64 = 0;
  timeStamp: u32 = 0;
  checkSum: u32 = 0;
  area: u64 = 0;
  /** Pages that a process gets a copy of when it writes them. */
  copyOnWritePages: u32 = 0;
  frames: usize = 0; // u32 for each page, 0 where it is not in memory
  bits: usize = 0; // u64 for each page: what a PTE that maps it says

  get pages(): u32 {
    return this.size / u32(PAGE_SIZE);
  }

  frame(page: u32): u32 {
    return load<u32>(this.frames + (usize(page) << 2));
  }

  pageBits(page: u32): u64 {
    return load<u64>(this.bits + (usize(page) << 3));
  }
}

const MAXIMUM: i32 = 1024;
const images = new StaticArray<SharedImage>(MAXIMUM);
let count: i32 = 0;

/** The image with an index. */
export function sharedImage(index: i32): SharedImage {
  return unchecked(images[index]);
}

/**
 * Loads the PE file of `bytes` bytes in the file buffer as an image section of user mode for address `base`; returns
 * its index. `name` is its path's UTF-16 text relative to the volume `device`.
 */
export function createSharedImage(
  file: usize,
  bytes: u32,
  base: u64,
  device: u64,
  name: usize,
  nameBytes: u32,
): i32 {
  assert(count < MAXIMUM, 'too many images of user mode');
  const view = FileView.of(file);
  const image = new SharedImage();
  image.base = base;
  image.size = view.size;
  image.entryPoint = base + get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_AddressOfEntryPoint);
  image.is32Bit = view.is32Bit;
  image.linkedBase = view.imageBase;
  image.timeStamp = u32(get(view.nt, IMAGE_NT_HEADERS64.FileHeader_TimeDateStamp));
  image.checkSum = u32(get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_CheckSum));
  image.frames = heap.alloc(usize(image.pages) * 4);
  image.bits = heap.alloc(usize(image.pages) * 8);
  memory.fill(image.frames, 0, usize(image.pages) * 4);
  image.area = createImageControlArea(view.sectionCount + 1, image.pages);
  const segment = getField(image.area, CONTROL_AREA.Segment);
  setField(segment, SEGMENT.BasedAddress, base);
  const fileObject = createFileObject(device, name, nameBytes);
  bindFile(image.area, fileObject, attachStream(fileObject, bytes), true);
  completeCleanup(fileObject);
  addSubsections(view, image);
  setField(segment, SEGMENT.u1_ImageCommitment, image.copyOnWritePages);
  fill(view, image);
  relocate(view, image);
  registerImage(view, base);
  unchecked((images[count] = image));
  return count++;
}

/** The headers are the first subsection, each section of the file is one more. */
function addSubsections(view: FileView, image: SharedImage): void {
  const headerPages = (view.headerBytes + u32(PAGE_SIZE) - 1) / u32(PAGE_SIZE);
  describeSubsection(image.area, 0, 0, headerPages, PROTECT_READ_ONLY, 0, view.headerBytes);
  addPages(image, 0, 0, headerPages, PROTECT_READ_ONLY, true);
  const relocations = u32(get(view.directory(DIRECTORY_RELOCATIONS), IMAGE_DATA_DIRECTORY.VirtualAddress));
  for (let i: u32 = 0; i < view.sectionCount; i++) {
    const section = view.section(i);
    const start = u32(get(section, IMAGE_SECTION_HEADER.VirtualAddress));
    const bytes = u32(get(section, IMAGE_SECTION_HEADER.VirtualSize));
    const pages = (bytes + u32(PAGE_SIZE) - 1) / u32(PAGE_SIZE);
    const protection = protectionOf(u32(get(section, IMAGE_SECTION_HEADER.Characteristics)));
    describeSubsection(
      image.area,
      i + 1,
      start / u32(PAGE_SIZE),
      pages,
      protection,
      get(section, IMAGE_SECTION_HEADER.PointerToRawData),
      u32(get(section, IMAGE_SECTION_HEADER.SizeOfRawData)),
    );
    // Nobody reads the relocations again once the image is at its base: their pages have left memory.
    addPages(image, i + 1, start / u32(PAGE_SIZE), pages, protection, start != relocations);
    if (start == relocations)
      keepFilePages(
        image.area,
        start / u32(PAGE_SIZE),
        view.file + usize(get(section, IMAGE_SECTION_HEADER.PointerToRawData)),
        min(bytes, u32(get(section, IMAGE_SECTION_HEADER.SizeOfRawData))),
      );
  }
}

function protectionOf(characteristics: u32): u32 {
  if (characteristics & SCN_MEM_EXECUTE) return PROTECT_EXECUTE_READ;
  return characteristics & SCN_MEM_WRITE ? PROTECT_WRITE_COPY : PROTECT_READ_ONLY;
}

function bitsFor(protection: u32): u64 {
  if (protection == PROTECT_EXECUTE_READ) return USER_CODE;
  return protection == PROTECT_WRITE_COPY ? USER_READ_ONLY | COPY_ON_WRITE : USER_READ_ONLY;
}

function addPages(
  image: SharedImage,
  index: u32,
  first: u32,
  pages: u32,
  protection: u32,
  inMemory: bool,
): void {
  const origin = subsectionPte(subsectionOf(image.area, index), protection);
  const bits = bitsFor(protection);
  if (protection == PROTECT_WRITE_COPY) image.copyOnWritePages += pages;
  for (let page = first; page < first + pages; page++) {
    store<u64>(image.bits + (usize(page) << 3), bits);
    if (!inMemory) {
      write64(prototypeOf(image.area, page), origin);
      continue;
    }
    const pfn = takeFrame(FOR_USER);
    store<u32>(image.frames + (usize(page) << 2), pfn);
    addSectionPage(image.area, page, pfn, bits, origin);
  }
}

/** Writes the file's contents to the image's frames. */
function fill(view: FileView, image: SharedImage): void {
  copyToFrames(image, 0, view.file, view.headerBytes);
  for (let i: u32 = 0; i < view.sectionCount; i++) {
    const section = view.section(i);
    const bytes = min(
      get(section, IMAGE_SECTION_HEADER.SizeOfRawData),
      get(section, IMAGE_SECTION_HEADER.VirtualSize),
    );
    copyToFrames(
      image,
      u32(get(section, IMAGE_SECTION_HEADER.VirtualAddress)),
      view.file + usize(get(section, IMAGE_SECTION_HEADER.PointerToRawData)),
      u32(bytes),
    );
  }
}

/** Host address of a byte of the image, good to the end of its page. */
function hostOf(image: SharedImage, rva: u32): usize {
  return writableFrame(image.frame(rva / PAGE_SIZE)) + (rva % PAGE_SIZE);
}

/** Applies the base relocations and the new base in the header. */
function relocate(view: FileView, image: SharedImage): void {
  const delta = image.base - view.imageBase;
  const headers = hostOf(image, u32(view.nt - view.file));
  if (image.is32Bit) put(headers, IMAGE_NT_HEADERS32.OptionalHeader_ImageBase, image.base);
  else put(headers, IMAGE_NT_HEADERS64.OptionalHeader_ImageBase, image.base);
  const directory = view.directory(DIRECTORY_RELOCATIONS);
  const start = u32(get(directory, IMAGE_DATA_DIRECTORY.VirtualAddress));
  if (start == 0) return;
  let block = view.file + view.fileOffset(start);
  const end = block + usize(get(directory, IMAGE_DATA_DIRECTORY.Size));
  while (block < end) {
    const page = u32(get(block, IMAGE_BASE_RELOCATION.VirtualAddress));
    const bytes = u32(get(block, IMAGE_BASE_RELOCATION.SizeOfBlock));
    assert(bytes >= offsetOf(IMAGE_BASE_RELOCATION.SIZE), 'broken relocation block');
    for (let entry = offsetOf(IMAGE_BASE_RELOCATION.SIZE); entry < bytes; entry += 2) {
      const word = load<u16>(block + entry);
      if (u32(word) >> 12 != view.relocationType) continue;
      addTo(image, page + (word & 0xfff), delta);
    }
    block += bytes;
  }
}

/** Adds to an address in the image; those of 32-bit code need not be aligned, and may cross the end of a page. */
function addTo(image: SharedImage, rva: u32, delta: u64): void {
  const target = hostOf(image, rva);
  if (!image.is32Bit) {
    store<u64>(target, load<u64>(target) + delta);
    return;
  }
  let value: u32 = 0;
  for (let i: u32 = 0; i < 4; i++) value |= u32(load<u8>(hostOf(image, rva + i))) << (8 * i);
  value += u32(delta);
  for (let i: u32 = 0; i < 4; i++) store<u8>(hostOf(image, rva + i), u8(value >> (8 * i)));
}

function copyToFrames(image: SharedImage, rva: u32, source: usize, bytes: u32): void {
  let done: u32 = 0;
  while (done < bytes) {
    const offset = (rva + done) % u32(PAGE_SIZE);
    const part = min(bytes - done, u32(PAGE_SIZE) - offset);
    const frame = image.frame((rva + done) / u32(PAGE_SIZE));
    if (frame != 0) memory.copy(writableFrame(frame) + offset, source + done, part);
    done += part;
  }
}

/** Writes the address of an imported function to its slot in the image's import address table. */
export function bindSharedImage(index: i32, slot: u32, target: u64): void {
  const image = unchecked(images[index]);
  const at = hostOf(image, slot);
  if (image.is32Bit) store<u32>(at, u32(target));
  else store<u64>(at, target);
}

/** Control area of an image. */
export function sharedImageArea(index: i32): u64 {
  return unchecked(images[index]).area;
}
