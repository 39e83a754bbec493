import { sha256 } from '@noble/hashes/sha2.js';

/** What names a build of an image: all of it follows from the content, so the same sources give the same files. */
export interface Identity {
  timeDateStamp: number;
  guid: Uint8Array;
  hash: Uint8Array;
}

const encoder = new TextEncoder();

/** `content` is the file without identity, `symbols` what else its PDB tells. */
export function identityOf(content: Uint8Array, symbols: string): Identity {
  const hash = sha256.create().update(content).update(encoder.encode(symbols)).digest();
  const view = new DataView(hash.buffer, hash.byteOffset);
  return { hash, guid: hash.slice(0, 16), timeDateStamp: view.getUint32(16, true) };
}

/** A GUID in the order of symbol stores: its first three fields as numbers, the rest as bytes. */
export function guidText(guid: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return order
    .map((index) => guid[index]!.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
