import { ByteWriter } from '../byte-writer.js';
import { hashName } from './hash.js';

const SIGNATURE = 0xffffffff;
const VERSION_V70 = 0xeffe0000 + 19990810;
const BUCKETS = 4096;
/** The bitmap of used buckets has one more bit than there are buckets, in whole 32-bit words. */
const BITMAP_WORDS = (BUCKETS + 32) / 32;
const HASH_RECORD_BYTES = 8;
/** Buckets tell where their chain starts as if each hash record had the 12 bytes it has in a reader's memory. */
const HASH_RECORD_BYTES_IN_MEMORY = 12;

export interface HashedSymbol {
  name: string;
  /** Offset of the symbol's record in the symbol record stream. */
  recordOffset: number;
}

/**
 * Hash table from names to symbol records, as the globals and publics streams hold it.
 * Source: LLVM, docs/PDB/HashTable.rst and GSIStreamBuilder.cpp.
 */
export function writeSymbolHash(symbols: readonly HashedSymbol[]): Uint8Array {
  const chains = new Map<number, HashedSymbol[]>();
  for (const symbol of symbols) {
    const bucket = hashName(symbol.name) % BUCKETS;
    const chain = chains.get(bucket);
    if (chain) chain.push(symbol);
    else chains.set(bucket, [symbol]);
  }

  const records = new ByteWriter();
  const bitmap = new Uint32Array(BITMAP_WORDS);
  const starts = new ByteWriter();
  for (const bucket of [...chains.keys()].sort((a, b) => a - b)) {
    bitmap[bucket >> 5] = (bitmap[bucket >> 5] as number) | (1 << (bucket & 31));
    starts.u32((records.length / HASH_RECORD_BYTES) * HASH_RECORD_BYTES_IN_MEMORY);
    for (const { recordOffset } of (chains.get(bucket) as HashedSymbol[]).sort(compareNames)) {
      const references = 1;
      // Zero would mean "no symbol": offsets are stored plus one.
      records.u32(recordOffset + 1).u32(references);
    }
  }

  const writer = new ByteWriter();
  writer.u32(SIGNATURE).u32(VERSION_V70).u32(records.length);
  writer.u32(bitmap.byteLength + starts.length).append(records.bytes);
  for (const word of bitmap) writer.u32(word);
  return writer.append(starts.bytes).bytes;
}

/** Order inside a bucket, which readers rely on: shorter names first, then without regard to case. */
function compareNames(a: HashedSymbol, b: HashedSymbol): number {
  if (a.name.length !== b.name.length) return a.name.length - b.name.length;
  const left = a.name.toLowerCase();
  const right = b.name.toLowerCase();
  if (left !== right) return left < right ? -1 : 1;
  return a.recordOffset - b.recordOffset;
}
