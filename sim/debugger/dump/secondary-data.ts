import type { ByteSource } from '../files/byte-source.js';
import { record } from '../files/record.js';
import { asciiText } from '../files/text.js';
import { guidText } from '../types/value-text.js';
import { BitmapPages } from './bitmap-pages.js';
import { PAGE_BYTES, type PageMap } from './page-map.js';

/** DUMP_BLOB_FILE_HEADER and DUMP_BLOB_HEADER. Source: Windows SDK, dbgeng's documentation of secondary data. */
const FILE_HEADER = record(0x10, { HeaderSize: [0x8, 'u32'] });
const BLOB_HEADER = record(0x20, {
  HeaderSize: [0x0, 'u32'],
  DataSize: [0x14, 'u32'],
  PrePad: [0x18, 'u32'],
  PostPad: [0x1c, 'u32'],
});
const GUID_AT = 4;
const GUID_BYTES = 16;
const SIGNATURE = 'DumpBlob';
const MOST_BLOBS = 0x1000;

export interface SecondaryData {
  guid: string;
  /** Size of the data. */
  bytes: number;
}

/** What drivers added behind the pages of a bitmap dump; nothing where there is none. */
export function secondaryData(file: ByteSource, pages: PageMap): SecondaryData[] {
  if (!(pages instanceof BitmapPages)) return [];
  let at = pages.firstPage + pages.pages * PAGE_BYTES;
  const head = file.read(at, FILE_HEADER.size);
  if (head.length < FILE_HEADER.size || asciiText(head.subarray(0, SIGNATURE.length)) !== SIGNATURE)
    return [];
  at += FILE_HEADER.read(head).HeaderSize;
  const found: SecondaryData[] = [];
  while (found.length < MOST_BLOBS) {
    const bytes = file.read(at, BLOB_HEADER.size);
    if (bytes.length < BLOB_HEADER.size) break;
    const blob = BLOB_HEADER.read(bytes);
    if (blob.HeaderSize < BLOB_HEADER.size) break;
    found.push({ guid: guidText(bytes.subarray(GUID_AT, GUID_AT + GUID_BYTES)), bytes: blob.DataSize });
    at += blob.HeaderSize + blob.PrePad + blob.DataSize + blob.PostPad;
  }
  return found;
}
