import { bytes, pointer, symbol } from '../support.js';
import { field, offsetOf, sizeOf, valueOf } from '../../../oracles/readers/layouts.js';

const KERNEL_HALF = 0xffff000000000000n;
const LEVEL_MASK = 7n;

/** A field of a structure in the machine's memory, by the names of types.json. */
export function get(structure: bigint, type: string, path: string): bigint {
  const { offset, bytes: width } = field(type, path);
  return valueOf(bytes(structure, offset + width), 0, field(type, path));
}

/** The text of a UNICODE_STRING. */
export function text(string: bigint): string {
  const length = Number(get(string, '_UNICODE_STRING', 'Length'));
  const view = bytes(get(string, '_UNICODE_STRING', 'Buffer'), length);
  return new TextDecoder('utf-16le').decode(view);
}

/** Header of an object. */
export const headerOf = (body: bigint): bigint => body - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));

/** Address of an optional header, by its bit in InfoMask, as debuggers find it; undefined when there is none. */
export function optionalHeader(body: bigint, bit: number): bigint | undefined {
  const mask = Number(get(headerOf(body), '_OBJECT_HEADER', 'InfoMask'));
  if ((mask & bit) === 0) return undefined;
  const offsets = bytes(symbol('ObpInfoMaskToOffset'), 256);
  return headerOf(body) - BigInt(offsets.getUint8(mask & (bit | (bit - 1))));
}

export interface Entry {
  value: number;
  address: bigint;
  /** Body of the object, 0 for a free entry. */
  object: bigint;
  references: number;
  access: number;
  attributes: number;
  nextFree: bigint;
}

/** All entries of a handle table, free ones too, those at the start of a page left out. */
export function entriesOf(table: bigint): Entry[] {
  const code = get(table, '_HANDLE_TABLE', 'TableCode');
  let pages = [code & ~LEVEL_MASK];
  for (let level = Number(code & LEVEL_MASK); level > 0; level--)
    pages = pages.flatMap((page) => {
      const view = bytes(page, 4096);
      return Array.from({ length: 512 }, (_, i) => view.getBigUint64(i * 8, true)).filter((below) => below);
    });
  const size = sizeOf('_HANDLE_TABLE_ENTRY');
  const read = (view: DataView, at: number, path: string) =>
    valueOf(view, at, field('_HANDLE_TABLE_ENTRY', path));
  return pages.flatMap((page, index) => {
    const view = bytes(page, 4096);
    return Array.from({ length: 4096 / size }, (_, i): Entry => {
      const header = read(view, i * size, 'ObjectPointerBits');
      return {
        value: (index * (4096 / size) + i) * 4,
        address: page + BigInt(i * size),
        object:
          header === 0n ? 0n : ((header << 4n) | KERNEL_HALF) + BigInt(offsetOf('_OBJECT_HEADER', 'Body')),
        references: Number(read(view, i * size, 'RefCnt')),
        access: Number(read(view, i * size, 'GrantedAccessBits')),
        attributes: Number(read(view, i * size, 'Attributes')),
        nextFree: read(view, i * size, 'NextFreeHandleEntry'),
      };
    }).slice(1);
  });
}

/** The chain of free entries, from the first to the last. @throws when it does not end */
export function freeChain(table: bigint): bigint[] {
  const list = table + BigInt(offsetOf('_HANDLE_TABLE', 'FreeLists'));
  const chain: bigint[] = [];
  let entry = get(list, '_HANDLE_TABLE_FREE_LIST', 'FirstFreeHandleEntry');
  for (; entry !== 0n; entry = get(entry, '_HANDLE_TABLE_ENTRY', 'NextFreeHandleEntry'))
    if (chain.push(entry) > 1_000_000) throw new Error('a chain without an end');
  return chain;
}

export const freeList = (table: bigint, path: string): bigint =>
  get(table + BigInt(offsetOf('_HANDLE_TABLE', 'FreeLists')), '_HANDLE_TABLE_FREE_LIST', path);

export { pointer };
