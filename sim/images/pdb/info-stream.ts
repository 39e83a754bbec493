import { ByteWriter } from '../byte-writer.js';
import { hashName } from './hash.js';

/** Implementation version VC70: what every PDB 7.0 says. */
const VERSION_VC70 = 20000404;
/** Feature VC140: there is an IPI stream. */
const FEATURE_VC140 = 20140508;

export interface PdbIdentity {
  /** 32 hexadecimal digits in symbol store order (the GUID's first three parts as numbers). */
  guid: string;
  age: number;
  /** Seconds since 1970: the image's TimeDateStamp. */
  signature: number;
}

/**
 * The PDB information stream: who this file is, and which streams have names.
 * Source: LLVM, docs/PDB/PdbStream.rst. Throws an Error when the GUID is not 32 hexadecimal digits.
 */
export function writeInfoStream(
  identity: PdbIdentity,
  namedStreams: ReadonlyMap<string, number>,
): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(VERSION_VC70).u32(identity.signature).u32(identity.age).append(guidBytes(identity.guid));
  writeNamedStreams(writer, namedStreams);
  return writer.u32(FEATURE_VC140).bytes;
}

/** A GUID's bytes as Windows keeps them: the first three parts little-endian, the rest in order. */
export function guidBytes(guid: string): Uint8Array {
  if (!/^[0-9A-Fa-f]{32}$/.test(guid)) throw new Error(`PDB: ${guid} is not a GUID of 32 hexadecimal digits`);
  const inOrder = Uint8Array.from({ length: 16 }, (_, i) => parseInt(guid.slice(i * 2, i * 2 + 2), 16));
  inOrder.subarray(0, 4).reverse();
  inOrder.subarray(4, 6).reverse();
  inOrder.subarray(6, 8).reverse();
  return inOrder;
}

/** Open-addressing hash table from offsets of names to stream numbers. Source: LLVM, docs/PDB/HashTable.rst. */
function writeNamedStreams(writer: ByteWriter, namedStreams: ReadonlyMap<string, number>): void {
  let capacity = 8;
  while (namedStreams.size >= Math.floor((capacity * 2) / 3) + 1) capacity *= 2;
  const names = new ByteWriter();
  const slots = new Map<number, { nameOffset: number; stream: number }>();
  for (const [name, stream] of namedStreams) {
    // Only 16 bits of the hash count here.
    let slot = (hashName(name) & 0xffff) % capacity;
    while (slots.has(slot)) slot = (slot + 1) % capacity;
    slots.set(slot, { nameOffset: names.length, stream });
    names.ascii(name).u8(0);
  }
  writer.u32(names.length).append(names.bytes);
  writer.u32(namedStreams.size).u32(capacity);

  const occupied = [...slots.keys()].sort((a, b) => a - b);
  const presentWords = new Uint32Array(Math.floor((occupied.at(-1) ?? -1) / 32) + 1);
  for (const slot of occupied)
    presentWords[slot >> 5] = (presentWords[slot >> 5] as number) | (1 << (slot & 31));
  writer.u32(presentWords.length);
  for (const word of presentWords) writer.u32(word);
  const deletedWords = 0;
  writer.u32(deletedWords);
  for (const slot of occupied) {
    const { nameOffset, stream } = slots.get(slot) as { nameOffset: number; stream: number };
    writer.u32(nameOffset).u32(stream);
  }
}
