// Objects and pool blocks as forensic tools tell them from garbage.
import type { Kernel } from './kernel.js';
import { PAGE_BYTES } from './dump-file.js';
import { offsetOf, sizeOf } from './layouts.js';

const GRANULE = 16;
const POOL_HEADER_BYTES = 16;
const POOL_TAG_OFFSET = 4;
const MAXIMUM_POINTER_COUNT = 0x1000000n;
const MAXIMUM_TYPES = 100;
const FILETIME_YEAR = 315_569_520_000_000n;
const FIRST_YEAR = 1601;
const KERNEL_HALF = 256;
const ENTRIES = 512;

/** Optional headers that precede an OBJECT_HEADER, by bit of InfoMask. */
const OPTIONAL_HEADERS = ['CREATOR_INFO', 'NAME_INFO', 'HANDLE_INFO', 'QUOTA_INFO', 'PROCESS_INFO'];

/** Year of a FILETIME. */
export const yearOf = (time: bigint): number => FIRST_YEAR + Number(time / FILETIME_YEAR);

const isSaneTime = (time: bigint): boolean => yearOf(time) > 1998 && yearOf(time) < 2036;

/** Names of object types by index, read as Volatility does: up to the first empty entry after entry 0. */
export function objectTypes(kernel: Kernel): Map<number, string> {
  const names = new Map<number, string>();
  const table = kernel.address('ObTypeIndexTable');
  for (let index = 0; index < MAXIMUM_TYPES; index++) {
    const type = kernel.space.u64(table + BigInt(8 * index));
    if (index > 0 && type === 0n) break;
    if (!kernel.space.isReadable(type)) continue;
    names.set(index, kernel.space.unicode(type + BigInt(offsetOf('_OBJECT_TYPE', 'Name'))));
  }
  return names;
}

/** Name of the type of the object at `body`, decoded with the cookie and the header's address. */
export function typeOf(kernel: Kernel, body: bigint, types: Map<number, string>): string | undefined {
  const header = body - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
  const pointers = BigInt.asIntN(64, kernel.get(header, '_OBJECT_HEADER', 'PointerCount'));
  if (pointers < 0n || pointers >= MAXIMUM_POINTER_COUNT) return undefined;
  const encoded = kernel.get(header, '_OBJECT_HEADER', 'TypeIndex');
  const cookie = BigInt(kernel.space.u8(kernel.address('ObHeaderCookie')));
  return types.get(Number(((header >> 8n) ^ cookie ^ encoded) & 0xffn));
}

/** Volatility's EPROCESS.is_valid. */
export function isProcess(kernel: Kernel, process: bigint): boolean {
  const get = (path: string) => kernel.get(process, '_EPROCESS', path);
  if (kernel.space.u8(process + BigInt(offsetOf('_EPROCESS', 'ImageFileName'))) === 0) return false;
  return (
    isSaneTime(get('CreateTime.QuadPart')) &&
    get('UniqueProcessId') % 4n === 0n &&
    get('Pcb.DirectoryTableBase') >> 12n !== 0n
  );
}

/** Volatility's ETHREAD.is_valid. */
export function isThread(kernel: Kernel, thread: bigint): boolean {
  const get = (path: string) => kernel.get(thread, '_ETHREAD', path);
  const tid = get('Cid.UniqueThread');
  return (
    tid !== 0n &&
    tid % 4n === 0n &&
    get('Cid.UniqueProcess') % 4n === 0n &&
    isSaneTime(get('CreateTime.QuadPart'))
  );
}

export interface Scan {
  tag: string;
  minimumBytes: number;
  /** Name of the object type. */
  type: string;
  isValid(kernel: Kernel, body: bigint): boolean;
}

/** Bodies of the objects whose pool blocks a scan of the kernel's mapped memory finds. */
export function scanPool(kernel: Kernel, scan: Scan): bigint[] {
  const types = objectTypes(kernel);
  const found: bigint[] = [];
  for (const entry of kernel.space.entries(KERNEL_HALF, ENTRIES, kernel.selfMapSlot)) {
    if (!entry.isLeaf || entry.level !== 1) continue;
    const page = kernel.dump.page(entry.frame);
    if (!page) continue;
    const bytes = Buffer.from(page.buffer, page.byteOffset, PAGE_BYTES);
    for (
      let at = bytes.indexOf(scan.tag, 0, 'latin1');
      at >= 0;
      at = bytes.indexOf(scan.tag, at + 1, 'latin1')
    ) {
      const header = entry.address + BigInt(at - POOL_TAG_OFFSET);
      const body = objectIn(kernel, header, scan);
      if (body !== undefined && typeOf(kernel, body, types) === scan.type) found.push(body);
    }
  }
  return found;
}

/** From the top of a pool block, the first place where an object's body would be valid. */
function objectIn(kernel: Kernel, header: bigint, scan: Scan): bigint | undefined {
  if (!kernel.space.isReadable(header)) return undefined;
  const bytes = Number(kernel.get(header, '_POOL_HEADER', 'BlockSize')) * GRANULE;
  if (bytes < scan.minimumBytes || kernel.get(header, '_POOL_HEADER', 'PoolType') === 0n) return undefined;
  const lengths = OPTIONAL_HEADERS.map((name) => sizeOf(`_OBJECT_HEADER_${name}`));
  const limit = Math.min(
    lengths.reduce((sum, length) => sum + length, 0),
    bytes,
  );
  for (let at = 0; at < limit; at += GRANULE) {
    const object = header + BigInt(POOL_HEADER_BYTES + at);
    const pointers = BigInt.asIntN(64, kernel.get(object, '_OBJECT_HEADER', 'PointerCount'));
    // What was deleted leaves its bytes with a count of 0: the truth tells only of what is there.
    if (pointers <= 0n || pointers >= MAXIMUM_POINTER_COUNT) continue;
    const body = object + BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
    if (scan.isValid(kernel, body)) return body;
  }
  return undefined;
}

/** Tag of the pool block that a structure starts in. */
export function poolTag(kernel: Kernel, structure: bigint): string {
  return kernel.space.text(structure - BigInt(POOL_HEADER_BYTES - POOL_TAG_OFFSET), 4);
}
