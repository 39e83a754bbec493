import type { LabSection } from '../lab-image.js';
import { ByteWriter } from '../byte-writer.js';
import { MACHINE_AMD64, MACHINE_I386 } from './codeview.js';
import type { DbiModule } from './dbi-modules.js';
import { writeFileInfo, writeModules, writeSectionContributions } from './dbi-modules.js';
import { writeSectionMap } from './section-map.js';
import { StringTable } from './string-table.js';

const SIGNATURE = 0xffffffff;
const VERSION_V70 = 19990903;
/** Tool set 14.36; the top bit says that this is how the number is meant. */
const BUILD_NUMBER = 0x8000 | (14 << 8) | 36;
/** With private symbols, of one linking. */
const NO_FLAGS = 0;

/** Streams that the optional debug header can name, in its order; only section headers are ours. */
const DEBUG_STREAMS = 11;
const DEBUG_SECTION_HEADERS = 5;
const NO_STREAM = 0xffff;

export interface DbiContents {
  age: number;
  sections: readonly LabSection[];
  modules: readonly DbiModule[];
  /** Of 32-bit code. */
  is32Bit: boolean;
  streams: { globals: number; publics: number; symbolRecords: number; sectionHeaders: number };
}

/** The debug information stream: ties modules, sections and symbol streams together. Source: LLVM, docs/PDB/DbiStream.rst. */
export function writeDbiStream({ age, sections, modules, is32Bit, streams }: DbiContents): Uint8Array {
  const moduleInfo = writeModules(modules);
  const contributions = writeSectionContributions(modules);
  const sectionMap = writeSectionMap(sections);
  const fileInfo = writeFileInfo(modules);
  const typeServerMap = new Uint8Array(0);
  const debugHeader = writeDebugHeader(streams.sectionHeaders);
  const editAndContinue = new StringTable().bytes;

  const mfcTypeServer = 0;
  const pdbDll = 0;
  return new ByteWriter()
    .u32(SIGNATURE)
    .u32(VERSION_V70)
    .u32(age)
    .u16(streams.globals)
    .u16(BUILD_NUMBER)
    .u16(streams.publics)
    .u16(pdbDll)
    .u16(streams.symbolRecords)
    .u16(pdbDll)
    .u32(moduleInfo.length)
    .u32(contributions.length)
    .u32(sectionMap.length)
    .u32(fileInfo.length)
    .u32(typeServerMap.length)
    .u32(mfcTypeServer)
    .u32(debugHeader.length)
    .u32(editAndContinue.length)
    .u16(NO_FLAGS)
    .u16(is32Bit ? MACHINE_I386 : MACHINE_AMD64)
    .u32(0)
    .append(moduleInfo)
    .append(contributions)
    .append(sectionMap)
    .append(fileInfo)
    .append(typeServerMap)
    .append(editAndContinue)
    .append(debugHeader).bytes;
}

function writeDebugHeader(sectionHeaders: number): Uint8Array {
  const writer = new ByteWriter();
  for (let i = 0; i < DEBUG_STREAMS; i++)
    writer.u16(i === DEBUG_SECTION_HEADERS ? sectionHeaders : NO_STREAM);
  return writer.bytes;
}
