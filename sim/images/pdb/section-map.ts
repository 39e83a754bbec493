import type { LabSection } from '../lab-image.js';
import { ByteWriter } from '../byte-writer.js';

const IMAGE_SCN_MEM_EXECUTE = 0x20000000;
const IMAGE_SCN_MEM_READ = 0x40000000;
const IMAGE_SCN_MEM_WRITE = 0x80000000;

/** Flags of a segment descriptor, from the times of the OMF format. */
const DESCRIPTOR_READ = 0x01;
const DESCRIPTOR_WRITE = 0x02;
const DESCRIPTOR_EXECUTE = 0x04;
const DESCRIPTOR_ADDRESS_IS_32_BIT = 0x08;
const DESCRIPTOR_IS_SELECTOR = 0x100;
const DESCRIPTOR_IS_ABSOLUTE = 0x200;

const NO_NAME = 0xffff;
const WHOLE_ADDRESS_SPACE = 0xffffffff;

/**
 * The section map of the DBI stream: a frame for each section, and one for absolute symbols. With that last frame, as
 * linkers write it, WinDbg's engine does not find the symbols of an image's last section by address: images of ours end
 * with a section that has none, as real ones do.
 * Source: LLVM, docs/PDB/DbiStream.rst.
 */
export function writeSectionMap(sections: readonly LabSection[]): Uint8Array {
  const count = sections.length + 1;
  const writer = new ByteWriter().u16(count).u16(count);
  sections.forEach((section, i) => {
    writeDescriptor(writer, descriptorFlags(section.characteristics), i + 1, section.virtualSize);
  });
  const absolute = DESCRIPTOR_ADDRESS_IS_32_BIT | DESCRIPTOR_IS_ABSOLUTE;
  writeDescriptor(writer, absolute, count, WHOLE_ADDRESS_SPACE);
  return writer.bytes;
}

function descriptorFlags(characteristics: number): number {
  let flags = DESCRIPTOR_ADDRESS_IS_32_BIT | DESCRIPTOR_IS_SELECTOR;
  if (characteristics & IMAGE_SCN_MEM_READ) flags |= DESCRIPTOR_READ;
  if (characteristics & IMAGE_SCN_MEM_WRITE) flags |= DESCRIPTOR_WRITE;
  if (characteristics & IMAGE_SCN_MEM_EXECUTE) flags |= DESCRIPTOR_EXECUTE;
  return flags;
}

function writeDescriptor(writer: ByteWriter, flags: number, frame: number, size: number): void {
  const overlay = 0;
  const group = 0;
  const offset = 0;
  writer.u16(flags).u16(overlay).u16(group).u16(frame).u16(NO_NAME).u16(NO_NAME).u32(offset).u32(size);
}
