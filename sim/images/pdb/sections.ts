import type { LabSection } from '../lab-image.js';
import { ByteWriter } from '../byte-writer.js';

const SECTION_NAME_BYTES = 8;

/** IMAGE_SECTION_HEADERs of the image, for readers that have the PDB but not the image. */
export function writeSectionHeaders(sections: readonly LabSection[]): Uint8Array {
  const writer = new ByteWriter();
  for (const section of sections) {
    const name = new TextEncoder().encode(section.name).subarray(0, SECTION_NAME_BYTES);
    writer.append(name).fill(SECTION_NAME_BYTES - name.length);
    writer.u32(section.virtualSize).u32(section.rva).u32(section.rawSize).u32(section.rawOffset);
    const noRelocations = 0;
    const noLineNumbers = 0;
    writer.u32(noRelocations).u32(noLineNumbers).u16(noRelocations).u16(noLineNumbers);
    writer.u32(section.characteristics);
  }
  return writer.bytes;
}

/** Splits an RVA into section number (from 1) and offset. Throws an Error when no section holds it. */
export function toSectionOffset(
  sections: readonly LabSection[],
  rva: number,
): { section: number; offset: number } {
  const index = sections.findIndex(
    (section) => rva >= section.rva && rva < section.rva + Math.max(section.virtualSize, section.rawSize),
  );
  const section = sections[index];
  if (!section) throw new Error(`RVA 0x${rva.toString(16)} is in no section`);
  return { section: index + 1, offset: rva - section.rva };
}
