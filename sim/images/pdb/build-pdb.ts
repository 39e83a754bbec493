import type { TypeCatalogue } from '../../profiles/profile.js';
import type { LabImage, LabSection } from '../lab-image.js';
import { T_NOTYPE } from './codeview.js';
import type { DbiModule } from './dbi-modules.js';
import { wholeSections } from './dbi-modules.js';
import { writeDbiStream } from './dbi-stream.js';
import { writeInfoStream } from './info-stream.js';
import { writeLineNumbers } from './line-numbers.js';
import { linkerSymbols, writeModuleStream } from './module-stream.js';
import { writeMsf } from './msf.js';
import { writeProcedures } from './procedures.js';
import { toSectionOffset, writeSectionHeaders } from './sections.js';
import { StringTable } from './string-table.js';
import type { GlobalSymbol, PublicSymbol } from './symbols-stream.js';
import { writeSymbolStreams } from './symbols-stream.js';
import { CatalogueWriter } from './type-catalogue.js';
import { TypeRecords } from './type-records.js';

/** Numbers of the streams. The format fixes the first five; the rest are found through those. */
const STREAM = {
  oldDirectory: 0,
  info: 1,
  types: 2,
  dbi: 3,
  ids: 4,
  names: 5,
  typeHashes: 6,
  idHashes: 7,
  globals: 8,
  publics: 9,
  symbolRecords: 10,
  sectionHeaders: 11,
  codeModule: 12,
  linkerModule: 13,
} as const;

/** Modules are numbered from 1. */
const CODE_MODULE = 1;
const LINKER_MODULE = '* Linker *';
const LINKER = 'livedump-lab';

const NO_TYPES: TypeCatalogue = { build: 0, types: {}, enums: {} };
const IMAGE_SCN_CNT_CODE = 0x20;
const IMAGE_SCN_MEM_WRITE = 0x80000000;

/** What a PDB tells of an image; every LabImage has it. */
export type PdbSource = Pick<
  LabImage,
  'pdb' | 'timeDateStamp' | 'sections' | 'symbols' | 'functions' | 'spec'
>;

/**
 * The PDB of an image: its public symbols, procedures and data, source lines where it has sources, and the types of a
 * build. The same image and types give the same bytes. Throws an Error that says which symbol or type cannot be
 * described.
 */
export function buildPdb(image: PdbSource, types: TypeCatalogue = NO_TYPES): Uint8Array {
  const { guid, age } = image.pdb;
  const { sections, functions } = image;
  const { source } = image.spec;
  const is32Bit = image.spec.machine === 'i386';
  const typeRecords = new TypeRecords();
  const writer = new CatalogueWriter(typeRecords, types);
  writer.addAll();
  const idRecords = new TypeRecords();
  const names = new StringTable();
  const objectFile = `${image.spec.module}.obj`;
  const { symbols: procedureSymbols, procedures } = writeProcedures(
    objectFile,
    functions,
    sections,
    writer,
    is32Bit,
  );
  const lines = source && writeLineNumbers(source, names.add(source.path), functions, sections);
  const code = writeModuleStream(procedureSymbols, lines);
  const linker = writeModuleStream(linkerSymbols(LINKER_MODULE, LINKER, is32Bit));
  const isCompiled = ({ characteristics, name }: LabSection) =>
    (characteristics & (IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_WRITE)) !== 0 || name === '.rdata';
  const modules: DbiModule[] = [
    {
      name: objectFile,
      objectFile,
      contributions: wholeSections(sections, isCompiled),
      symbols: { stream: STREAM.codeModule, bytes: code.symbolBytes, lineBytes: code.lineBytes },
      sourceFiles: source ? [source.path] : [],
    },
    {
      name: LINKER_MODULE,
      objectFile: '',
      contributions: wholeSections(sections, (section) => !isCompiled(section)),
      symbols: { stream: STREAM.linkerModule, bytes: linker.symbolBytes, lineBytes: 0 },
      sourceFiles: [],
    },
  ];
  const globals = [
    ...procedures.map(({ name, offset }) => ({ name, module: CODE_MODULE, record: offset })),
    ...dataSymbols(image, writer),
  ];
  const symbols = writeSymbolStreams(publicSymbols(image), globals);

  const streams: Record<keyof typeof STREAM, Uint8Array> = {
    oldDirectory: new Uint8Array(0),
    info: writeInfoStream({ guid, age, signature: image.timeDateStamp }, new Map([['/names', STREAM.names]])),
    types: typeRecords.stream(STREAM.typeHashes),
    dbi: writeDbiStream({ age, sections, modules, is32Bit, streams: STREAM }),
    ids: idRecords.stream(STREAM.idHashes),
    names: names.bytes,
    typeHashes: typeRecords.hashStream(),
    idHashes: idRecords.hashStream(),
    globals: symbols.globals,
    publics: symbols.publics,
    symbolRecords: symbols.records,
    sectionHeaders: writeSectionHeaders(sections),
    codeModule: code.bytes,
    linkerModule: linker.bytes,
  };
  const inOrder: Uint8Array[] = [];
  for (const name of Object.keys(STREAM) as (keyof typeof STREAM)[]) inOrder[STREAM[name]] = streams[name];
  return writeMsf(inOrder);
}

/** The image's data. */
function dataSymbols({ spec, sections, symbols }: PdbSource, types: CatalogueWriter): GlobalSymbol[] {
  return spec.globals.flatMap(({ name, type }) => {
    const symbol = symbols.get(name);
    if (!symbol) return [];
    const index = type === undefined ? T_NOTYPE : types.variable(type);
    return [{ name, type: index, ...toSectionOffset(sections, symbol.rva) }];
  });
}

function publicSymbols({ pdb, sections, symbols }: PdbSource): PublicSymbol[] {
  return [...symbols.values()].map(({ name, decorated, rva, kind }) => {
    try {
      return { name: decorated ?? name, ...toSectionOffset(sections, rva), isFunction: kind === 'function' };
    } catch (error) {
      throw new Error(`${pdb.name}: ${name}: ${(error as Error).message}`, { cause: error });
    }
  });
}
