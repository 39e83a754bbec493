import type { TypeCatalogue } from '../../profiles/profile.js';
import type { LabImage } from '../lab-image.js';
import type { DbiModule } from './dbi-modules.js';
import { wholeSections } from './dbi-modules.js';
import { writeDbiStream } from './dbi-stream.js';
import { writeInfoStream } from './info-stream.js';
import { linkerSymbols, writeModuleStream } from './module-stream.js';
import { writeMsf } from './msf.js';
import { toSectionOffset, writeSectionHeaders } from './sections.js';
import { emptyStringTable } from './string-table.js';
import type { PublicSymbol } from './symbols-stream.js';
import { writeSymbolStreams } from './symbols-stream.js';
import { addCatalogue } from './type-catalogue.js';
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
  linkerModule: 12,
} as const;

const LINKER_MODULE = '* Linker *';
const LINKER = 'livedump-lab';

/** What a PDB tells of an image; every LabImage has it. */
export type PdbSource = Pick<LabImage, 'pdb' | 'timeDateStamp' | 'sections' | 'symbols'>;

/**
 * The PDB of an image: its public symbols and, when given, the types of a build.
 * The same image and types give the same bytes. Throws an Error that says which symbol or type cannot be described.
 */
export function buildPdb(image: PdbSource, types?: TypeCatalogue): Uint8Array {
  const { guid, age } = image.pdb;
  const { sections } = image;
  const typeRecords = new TypeRecords();
  if (types) addCatalogue(typeRecords, types);
  const idRecords = new TypeRecords();
  const symbols = writeSymbolStreams(publicSymbols(image));
  const linker = writeModuleStream(linkerSymbols(LINKER_MODULE, LINKER));
  const modules: DbiModule[] = [
    {
      name: LINKER_MODULE,
      objectFile: '',
      contributions: wholeSections(sections),
      symbols: { stream: STREAM.linkerModule, bytes: linker.symbolBytes },
    },
  ];

  const streams: Record<keyof typeof STREAM, Uint8Array> = {
    oldDirectory: new Uint8Array(0),
    info: writeInfoStream({ guid, age, signature: image.timeDateStamp }, new Map([['/names', STREAM.names]])),
    types: typeRecords.stream(STREAM.typeHashes),
    dbi: writeDbiStream({ age, sections, modules, streams: STREAM }),
    ids: idRecords.stream(STREAM.idHashes),
    names: emptyStringTable(),
    typeHashes: typeRecords.hashStream(),
    idHashes: idRecords.hashStream(),
    globals: symbols.globals,
    publics: symbols.publics,
    symbolRecords: symbols.records,
    sectionHeaders: writeSectionHeaders(sections),
    linkerModule: linker.bytes,
  };
  const inOrder: Uint8Array[] = [];
  for (const name of Object.keys(STREAM) as (keyof typeof STREAM)[]) inOrder[STREAM[name]] = streams[name];
  return writeMsf(inOrder);
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
