// Public symbols of a PDB: the container, the DBI stream's header, the section headers and the S_PUB32 records.
// Format: LLVM's "The PDB File Format".
import { readFileSync } from 'node:fs';

const MAGIC = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0';
const DBI_STREAM = 3;
const NO_STREAM = 0xffff;
const SECTION_HEADERS = 5; // index in the DBI stream's optional debug header
const SECTION_HEADER_BYTES = 40;
const SECTION_BYTES = 8;
const SECTION_ADDRESS = 12;
const S_PUB32 = 0x110e;
const FUNCTION = 2; // CV_PUBSYMFLAGS

/** Offsets in the DBI stream's header. */
const DBI = {
  symbolRecords: 20,
  modules: 24,
  contributions: 28,
  sectionMap: 32,
  sources: 36,
  typeServers: 40,
  debugHeader: 48,
  editContinue: 52,
  SIZE: 64,
} as const;

function streamsOf(path: string): Buffer[] {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 32) !== MAGIC) throw new Error(`${path} is not an MSF file`);
  const [blockBytes, , , directoryBytes, , mapBlock] = [0, 1, 2, 3, 4, 5].map((i) =>
    file.readUInt32LE(32 + 4 * i),
  ) as [number, number, number, number, number, number];
  const gather = (blocks: number[], bytes: number): Buffer =>
    Buffer.concat(
      blocks.map((block) => file.subarray(block * blockBytes, (block + 1) * blockBytes)),
    ).subarray(0, bytes);
  const words = (source: Buffer, at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => source.readUInt32LE(at + 4 * i));
  const blocksOf = (bytes: number): number => Math.ceil(bytes / blockBytes);

  const directory = gather(words(file, mapBlock * blockBytes, blocksOf(directoryBytes)), directoryBytes);
  const sizes = words(directory, 4, directory.readUInt32LE(0));
  let at = 4 + 4 * sizes.length;
  return sizes.map((bytes) => {
    const blocks = words(directory, at, blocksOf(bytes));
    at += 4 * blocks.length;
    return gather(blocks, bytes);
  });
}

interface Public {
  readonly name: string;
  readonly rva: number;
  readonly isFunction: boolean;
}

/** Public symbols of a PDB, and the headers of its sections. */
function read(path: string): { publics: Public[]; sections: Buffer } {
  const streams = streamsOf(path);
  const dbi = streams[DBI_STREAM]!;
  const debugHeader =
    DBI.SIZE +
    [DBI.modules, DBI.contributions, DBI.sectionMap, DBI.sources, DBI.typeServers, DBI.editContinue].reduce(
      (sum, at) => sum + dbi.readUInt32LE(at),
      0,
    );
  const sectionStream = dbi.readUInt16LE(debugHeader + 2 * SECTION_HEADERS);
  const sections = sectionStream === NO_STREAM ? undefined : streams[sectionStream];
  const records = streams[dbi.readUInt16LE(DBI.symbolRecords)];
  if (!sections || !records) throw new Error(`${path} has no public symbols`);

  const publics: Public[] = [];
  for (let at = 0; at < records.length; at += 2 + records.readUInt16LE(at)) {
    if (records.readUInt16LE(at + 2) !== S_PUB32) continue;
    const offset = records.readUInt32LE(at + 8);
    const section = records.readUInt16LE(at + 12) - 1;
    const name = records.toString('latin1', at + 14, records.indexOf(0, at + 14));
    const base = sections.readUInt32LE(section * SECTION_HEADER_BYTES + SECTION_ADDRESS);
    const isFunction = (records.readUInt32LE(at + 4) & FUNCTION) !== 0;
    publics.push({ name, rva: base + offset, isFunction });
  }
  return { publics, sections };
}

/** Relative virtual addresses of a PDB's public symbols by name. */
export function publicSymbols(path: string): Map<string, number> {
  return new Map(read(path).publics.map(({ name, rva }) => [name, rva]));
}

/** Public data of a PDB: each from where it is to the next symbol or the end of its section. */
export function publicData(path: string): { name: string; rva: number; end: number }[] {
  const { publics, sections } = read(path);
  const ends: number[] = [];
  for (let at = 0; at < sections.length; at += SECTION_HEADER_BYTES)
    ends.push(sections.readUInt32LE(at + SECTION_ADDRESS) + sections.readUInt32LE(at + SECTION_BYTES));
  const bounds = [...new Set([...publics.map(({ rva }) => rva), ...ends])].sort((a, b) => a - b);
  return publics
    .filter(({ isFunction }) => !isFunction)
    .map(({ name, rva }) => ({ name, rva, end: bounds.find((bound) => bound > rva)! }));
}
