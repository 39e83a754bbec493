import type { PinnedImage } from '../pinned/pinned-image.js';
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

/** Identity of the real build that an image is laid out as. */
export function pinnedIdentity({ pdb, timeDateStamp }: PinnedImage, hash: Uint8Array): Identity {
  const digits = pdb.guid.match(/../g)!.map((pair) => parseInt(pair, 16));
  return { hash, guid: Uint8Array.from(STORE_ORDER, (index) => digits[index]!), timeDateStamp };
}

/** Where each byte of a GUID's text in a symbol store comes from; its own inverse. */
const STORE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** A GUID in the order of symbol stores: its first three fields as numbers, the rest as bytes. */
export function guidText(guid: Uint8Array): string {
  return STORE_ORDER.map((index) => guid[index]!.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
