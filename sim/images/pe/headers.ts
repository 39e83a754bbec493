import { ByteWriter } from '../byte-writer.js';
import type { ModuleSpec } from '../spec.js';
import {
  FILE_ALIGNMENT,
  IMAGE_NUMBEROF_DIRECTORY_ENTRIES,
  IMAGE_SCN_CNT_CODE,
  IMAGE_SCN_CNT_INITIALIZED_DATA,
  PAGE_SIZE,
} from './constants.js';
import type { Layout } from './place.js';

const DOS_HEADER_SIZE = 0x40;
const NT_HEADERS_OFFSET = 0x80;
const FILE_HEADER_END = 24; // of the NT headers
const SECTION_HEADER_SIZE = 40;
/** Sizes of the optional header by the width of pointers: PE32's and PE32+'s. */
const OPTIONAL_HEADER_SIZES = { 4: 224, 8: 240 } as const;

/** Where in the file the fields lie that depend on its content. */
export const TIME_DATE_STAMP_OFFSET = NT_HEADERS_OFFSET + 8;
export const CHECKSUM_OFFSET = NT_HEADERS_OFFSET + 24 + 64;

const IMAGE_FILE_MACHINE_I386 = 0x14c;
const IMAGE_FILE_MACHINE_AMD64 = 0x8664;
const IMAGE_FILE_EXECUTABLE_IMAGE = 0x2;
const IMAGE_FILE_LARGE_ADDRESS_AWARE = 0x20;
const IMAGE_FILE_32BIT_MACHINE = 0x100;
const IMAGE_FILE_DLL = 0x2000;
const PE32_MAGIC = 0x10b;
const PE32_PLUS_MAGIC = 0x20b;
const IMAGE_SUBSYSTEM_NATIVE = 1;
const IMAGE_SUBSYSTEM_WINDOWS_CUI = 3;
/** DYNAMIC_BASE, NX_COMPAT, GUARD_CF. */
const DLL_CHARACTERISTICS = 0x40 | 0x100 | 0x4000;
const HIGH_ENTROPY_VA = 0x20;

/** Bytes of all headers of an image with so many sections. */
export function headersSize(sections: number, pointerBytes: 4 | 8): number {
  const optional = OPTIONAL_HEADER_SIZES[pointerBytes];
  return NT_HEADERS_OFFSET + FILE_HEADER_END + optional + sections * SECTION_HEADER_SIZE;
}

export interface HeaderValues {
  spec: ModuleSpec;
  layout: Layout;
  entryPoint: number;
  directories: { index: number; rva: number; size: number }[];
}

/** DOS header and stub, PE headers and section table. Time stamp and checksum are left 0. */
export function encodeHeaders({ spec, layout, entryPoint, directories }: HeaderValues): Uint8Array {
  const out = new ByteWriter(layout.sizeOfHeaders);
  encodeDosStub(out);
  const { sections } = layout;
  const total = (flag: number) =>
    sections.reduce((sum, section) => sum + (section.characteristics & flag ? section.rawSize : 0), 0);

  const is32Bit = spec.machine === 'i386';
  const machine = is32Bit ? IMAGE_FILE_MACHINE_I386 : IMAGE_FILE_MACHINE_AMD64;
  out.ascii('PE\0\0').u16(machine).u16(sections.length).u32(0).u32(0).u32(0);
  const dll = spec.file.toLowerCase().endsWith('.dll') ? IMAGE_FILE_DLL : 0;
  const width = is32Bit ? IMAGE_FILE_32BIT_MACHINE : IMAGE_FILE_LARGE_ADDRESS_AWARE;
  out.u16(OPTIONAL_HEADER_SIZES[is32Bit ? 4 : 8]).u16(IMAGE_FILE_EXECUTABLE_IMAGE | width | dll);

  out.u16(is32Bit ? PE32_MAGIC : PE32_PLUS_MAGIC).u8(14, 30); // linker version
  out.u32(total(IMAGE_SCN_CNT_CODE)).u32(total(IMAGE_SCN_CNT_INITIALIZED_DATA)).u32(0);
  const code = sections.find((section) => section.characteristics & IMAGE_SCN_CNT_CODE);
  out.u32(entryPoint).u32(code?.rva ?? 0);
  const pointer = (value: bigint) => (is32Bit ? out.u32(Number(value)) : out.u64(value));
  if (is32Bit) out.u32(sections.find(({ name }) => name === '.data')?.rva ?? 0); // BaseOfData
  pointer(BigInt(spec.imageBase)).u32(PAGE_SIZE).u32(FILE_ALIGNMENT);
  out.u16(10).u16(0).u16(10).u16(0).u16(10).u16(0).u32(0); // versions of system, image and subsystem
  out.u32(layout.sizeOfImage).u32(layout.sizeOfHeaders).u32(0);
  out
    .u16(
      spec.kind === 'dll' || spec.kind === 'program' ? IMAGE_SUBSYSTEM_WINDOWS_CUI : IMAGE_SUBSYSTEM_NATIVE,
    )
    .u16(is32Bit ? DLL_CHARACTERISTICS : DLL_CHARACTERISTICS | HIGH_ENTROPY_VA);
  const stack = spec.kind === 'kernel' ? 0x80000n : 0x40000n;
  for (const size of [stack, 0x1000n, 0x100000n, 0x1000n]) pointer(size); // stack and heap
  out.u32(0).u32(IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
  for (let index = 0; index < IMAGE_NUMBEROF_DIRECTORY_ENTRIES; index++) {
    const directory = directories.find((entry) => entry.index === index);
    out.u32(directory?.rva ?? 0).u32(directory?.size ?? 0);
  }
  for (const section of sections) {
    out.ascii(section.name.padEnd(8, '\0'));
    out.u32(section.virtualSize).u32(section.rva).u32(section.rawSize).u32(section.rawOffset);
    out.u32(0).u32(0).u32(0).u32(section.characteristics);
  }
  return out.fill(layout.sizeOfHeaders - out.length).bytes.slice();
}

/** A program for DOS that says it is none. */
function encodeDosStub(out: ByteWriter): void {
  out.ascii('MZ').u16(0x90).u16(3).u16(0).u16(4).u16(0).u16(0xffff).u16(0).u16(0xb8);
  out.fill(DOS_HEADER_SIZE - 4 - out.length).u32(NT_HEADERS_OFFSET);
  // push cs; pop ds; mov dx, text; mov ah, 9 (print); int 21h; mov ax, 4C01h (exit with 1); int 21h
  out.u8(0x0e, 0x1f, 0xba, 0x0e, 0x00, 0xb4, 0x09, 0xcd, 0x21, 0xb8, 0x01, 0x4c, 0xcd, 0x21);
  out.ascii('A module of livedump-lab, for Windows.\r\n$');
  out.fill(NT_HEADERS_OFFSET - out.length);
}
