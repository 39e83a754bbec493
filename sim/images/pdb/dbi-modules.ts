import type { LabSection } from '../lab-image.js';
import { ByteWriter } from '../byte-writer.js';

const VERSION_60 = 0xeffe0000 + 19970605;

/** What one object file gave to the image. */
export interface DbiModule {
  name: string;
  objectFile: string;
  /** Its part of the image, in order of address. */
  contributions: SectionContribution[];
  /** Stream of the module's own symbols, and how many bytes of it they and the line numbers are. */
  symbols: { stream: number; bytes: number; lineBytes: number };
  sourceFiles: readonly string[];
}

export interface SectionContribution {
  /** Section number, counted from 1. */
  section: number;
  offset: number;
  size: number;
  /** IMAGE_SCN_* */
  characteristics: number;
}

const NO_CONTRIBUTION: SectionContribution = {
  section: 0xffff,
  offset: 0,
  size: 0xffffffff,
  characteristics: 0,
};

/** A contribution of each section whole that `take` wants. */
export function wholeSections(
  sections: readonly LabSection[],
  take: (section: LabSection) => boolean,
): SectionContribution[] {
  return sections.flatMap((section, i) => {
    const { virtualSize, characteristics } = section;
    return take(section) ? [{ section: i + 1, offset: 0, size: virtualSize, characteristics }] : [];
  });
}

/** The module information substream. Source: LLVM, docs/PDB/DbiStream.rst. */
export function writeModules(modules: readonly DbiModule[]): Uint8Array {
  const writer = new ByteWriter();
  modules.forEach((module, i) => {
    const notOpen = 0;
    writer.u32(notOpen);
    writeContribution(writer, module.contributions[0] ?? NO_CONTRIBUTION, i);
    const flags = 0;
    writer.u16(flags).u16(module.symbols.stream).u32(module.symbols.bytes);
    const oldLineBytes = 0;
    writer.u32(oldLineBytes).u32(module.symbols.lineBytes).u16(module.sourceFiles.length).align(4);
    const fileNames = 0;
    const editAndContinueNames = 0;
    writer.u32(fileNames).u32(editAndContinueNames).u32(editAndContinueNames);
    writer.ascii(module.name).u8(0).ascii(module.objectFile).u8(0).align(4);
  });
  return writer.bytes;
}

/** The section contribution substream, in order of address. */
export function writeSectionContributions(modules: readonly DbiModule[]): Uint8Array {
  const writer = new ByteWriter().u32(VERSION_60);
  modules
    .flatMap(({ contributions }, module) => contributions.map((contribution) => ({ contribution, module })))
    .sort(({ contribution: a }, { contribution: b }) => a.section - b.section || a.offset - b.offset)
    .forEach(({ contribution, module }) => writeContribution(writer, contribution, module));
  return writer.bytes;
}

/** The file information substream: which source files each module has, and their names. */
export function writeFileInfo(modules: readonly DbiModule[]): Uint8Array {
  const files = modules.flatMap(({ sourceFiles }) => sourceFiles);
  const writer = new ByteWriter().u16(modules.length).u16(files.length);
  modules.forEach((_, i) => writer.u16(i));
  for (const { sourceFiles } of modules) writer.u16(sourceFiles.length);
  const names = new ByteWriter();
  for (const file of files) {
    writer.u32(names.length);
    names.ascii(file).u8(0);
  }
  return writer.append(names.bytes).align(4).bytes;
}

function writeContribution(writer: ByteWriter, part: SectionContribution, module: number): void {
  const noChecksum = 0;
  writer.u16(part.section).u16(0).u32(part.offset).u32(part.size).u32(part.characteristics);
  writer.u16(module).u16(0).u32(noChecksum).u32(noChecksum);
}
