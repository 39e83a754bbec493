import type { ByteSource } from '../files/byte-source.js';
import { record } from '../files/record.js';
import { RangeMemory } from '../memory/range-memory.js';

/** What of the headers says how an image is mapped. Source: Microsoft, "PE Format". */
const DOS_HEADER = record(0x40, { e_magic: [0x0, 'u16'], e_lfanew: [0x3c, 'u32'] });
const NT_HEADERS = record(0x58, {
  Signature: [0x0, 'u32'],
  NumberOfSections: [0x6, 'u16'],
  SizeOfOptionalHeader: [0x14, 'u16'],
  SizeOfHeaders: [0x54, 'u32'],
});
const SECTION = record(0x28, {
  VirtualSize: [0x8, 'u32'],
  VirtualAddress: [0xc, 'u32'],
  SizeOfRawData: [0x10, 'u32'],
  PointerToRawData: [0x14, 'u32'],
  Characteristics: [0x24, 'u32'],
});
const WRITE = 0x80000000; // IMAGE_SCN_MEM_WRITE
const MZ = 0x5a4d;
const PE_SIGNATURE = 0x4550;
const OPTIONAL_HEADER_AT = 0x18;
const MOST_SECTIONS = 96;

/**
 * An image's file as it lies in memory, without its relocations: code and unwind data do not need them.
 * @param isConstantOnly leaves out sections that may be written
 * @throws RangeError when the file is no image
 */
export function mapImage(file: ByteSource, base: bigint, isConstantOnly = false): RangeMemory {
  const dos = DOS_HEADER.read(file.read(0, DOS_HEADER.size));
  if (dos.e_magic !== MZ) throw new RangeError('This is no image: it does not begin with MZ.');
  const headers = NT_HEADERS.read(file.read(dos.e_lfanew, NT_HEADERS.size));
  if (headers.Signature !== PE_SIGNATURE) throw new RangeError('This is no image: it has no PE signature.');
  const count = Math.min(headers.NumberOfSections, MOST_SECTIONS);
  const at = dos.e_lfanew + OPTIONAL_HEADER_AT + headers.SizeOfOptionalHeader;
  const bytes = file.read(at, count * SECTION.size);
  const sections = Array.from({ length: Math.floor(bytes.length / SECTION.size) }, (_, i) =>
    SECTION.read(bytes, i * SECTION.size),
  ).filter(({ Characteristics }) => !isConstantOnly || !(Characteristics & WRITE));
  return new RangeMemory(file, [
    { start: base, bytes: headers.SizeOfHeaders, offset: 0 },
    ...sections.map(({ VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData }) => ({
      start: base + BigInt(VirtualAddress),
      bytes: Math.min(VirtualSize || SizeOfRawData, SizeOfRawData),
      offset: PointerToRawData,
    })),
  ]);
}
