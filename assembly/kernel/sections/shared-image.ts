// Images of user mode: one set of frames behind prototype PTEs, mapped by every process that loads the image.
import {
  IMAGE_BASE_RELOCATION,
  IMAGE_DATA_DIRECTORY,
  IMAGE_NT_HEADERS64,
  IMAGE_SECTION_HEADER,
} from '../../generated/types';
import { get, offsetOf, put } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { FOR_USER, takeFrame } from '../../memory/ranges';
import { writableFrame } from '../../memory/frames';
import { attachedRoot, write64 } from '../../memory/virtual';
import { mapShared } from '../../paging/map';
import { activate } from '../../paging/pfn-database';
import {
  COPY_ON_WRITE,
  entryFor,
  KERNEL_CODE,
  KERNEL_DATA,
  USER_CODE,
  USER_READ_ONLY,
} from '../../paging/pte';
import { translate } from '../../paging/walk';
import { DIR64, DIRECTORY_RELOCATIONS, FileView } from '../modules/image';
import { allocatePool, PAGED, tag } from '../pool/pool';

/** A user image that is ready to be mapped. */
class SharedImage {
  base: u64 = 0;
  size: u32 = 0;
  entryPoint: u64 = 0;
  firstFrame: u32 = 0;
  protections: usize = 0; // u64 for each page
}

const MAXIMUM: i32 = 256;
const images = new StaticArray<SharedImage>(MAXIMUM);
let count: i32 = 0;

/**
 * Loads the PE file in the file buffer as an image section of user mode for address `base`; returns its index.
 * Its frames belong to prototype PTEs in paged pool, as those of every mapped file do.
 */
export function createSharedImage(file: usize, base: u64): i32 {
  const view = FileView.of(file);
  const pages = view.size / PAGE_SIZE;
  const image = new SharedImage();
  image.base = base;
  image.size = view.size;
  image.entryPoint = base + get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_AddressOfEntryPoint);
  image.protections = heap.alloc(usize(pages) * 8);
  const prototypes = allocatePool(pages * 8, tag(0x4d, 0x6d, 0x53, 0x74), PAGED, 0); // 'MmSt'
  for (let page: u32 = 0; page < pages; page++) {
    const pfn = takeFrame(FOR_USER);
    if (page == 0) image.firstFrame = pfn;
    assert(pfn == image.firstFrame + page, 'frames of an image section lie together');
    const bits = userProtection(view.protection(page * PAGE_SIZE));
    store<u64>(image.protections + usize(page) * 8, bits);
    const prototype = prototypes + u64(page) * 8;
    write64(prototype, entryFor(pfn, bits));
    activate(pfn, prototype, u32(translate(attachedRoot(), prototype) >> 12), 5, 0, true);
  }
  fill(view, image);
  relocate(view, image);
  unchecked((images[count] = image));
  return count++;
}

function userProtection(kernel: u64): u64 {
  if (kernel == KERNEL_CODE) return USER_CODE;
  return kernel == KERNEL_DATA ? USER_READ_ONLY | COPY_ON_WRITE : USER_READ_ONLY;
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
  return writableFrame(image.firstFrame + rva / PAGE_SIZE) + (rva % PAGE_SIZE);
}

/** Applies the base relocations and the new base in the header. */
function relocate(view: FileView, image: SharedImage): void {
  const delta = image.base - get(view.nt, IMAGE_NT_HEADERS64.OptionalHeader_ImageBase);
  put(hostOf(image, u32(view.nt - view.file)), IMAGE_NT_HEADERS64.OptionalHeader_ImageBase, image.base);
  const directory = view.directory(DIRECTORY_RELOCATIONS);
  let block = u32(get(directory, IMAGE_DATA_DIRECTORY.VirtualAddress));
  const end = block + u32(get(directory, IMAGE_DATA_DIRECTORY.Size));
  while (block < end) {
    const page = u32(get(hostOf(image, block), IMAGE_BASE_RELOCATION.VirtualAddress));
    const bytes = u32(get(hostOf(image, block), IMAGE_BASE_RELOCATION.SizeOfBlock));
    for (let entry = offsetOf(IMAGE_BASE_RELOCATION.SIZE); entry < bytes; entry += 2) {
      const word = load<u16>(hostOf(image, block + entry));
      if (u32(word) >> 12 != DIR64) continue;
      const target = hostOf(image, page + (word & 0xfff));
      store<u64>(target, load<u64>(target) + delta);
    }
    block += bytes;
  }
}

function copyToFrames(image: SharedImage, rva: u32, source: usize, bytes: u32): void {
  let done: u32 = 0;
  while (done < bytes) {
    const offset = (rva + done) % PAGE_SIZE;
    const part = min(bytes - done, PAGE_SIZE - offset);
    memory.copy(writableFrame(image.firstFrame + (rva + done) / PAGE_SIZE) + offset, source + done, part);
    done += part;
  }
}

/** Maps an image into the attached process. */
export function mapSharedImage(index: i32): void {
  const image = unchecked(images[index]);
  for (let page: u32 = 0; page < image.size / PAGE_SIZE; page++) {
    const bits = load<u64>(image.protections + usize(page) * 8);
    mapShared(attachedRoot(), image.base + u64(page) * PAGE_SIZE, image.firstFrame + page, bits);
  }
}

export function sharedImageBase(index: i32): u64 {
  return unchecked(images[index]).base;
}

export function sharedImageSize(index: i32): u32 {
  return unchecked(images[index]).size;
}

export function sharedImageEntryPoint(index: i32): u64 {
  return unchecked(images[index]).entryPoint;
}

/** Writes the address of an imported function to its slot in the image's import address table. */
export function bindSharedImage(index: i32, slot: u32, target: u64): void {
  store<u64>(hostOf(unchecked(images[index]), slot), target);
}
