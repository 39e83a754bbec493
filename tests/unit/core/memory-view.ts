// Structures in the memory of the test's machine, by the names that types.json gives their members.
import { field, sizeOf as bytesOf } from '../../oracles/readers/layouts.js';
import type { Core } from '../../../sim/machine/core.js';
import { core as firstCore } from './support.js';

export const offsetOf = (type: string, path: string): bigint => BigInt(field(type, path).offset);
export const sizeOf = (type: string): bigint => BigInt(bytesOf(type));

/** Ways of looking into the address space that a machine's core is attached to. */
export function memoryOf(core: Core) {
  const bytes = (address: bigint, length: number): DataView => {
    const mapped = core.exports.memoryRead(address, length);
    if (mapped === 0) return kept(address, length);
    return new DataView(core.view(core.exports.exchangeBuffer(), mapped).slice().buffer);
  };
  /** Memory whose page is in transition, as a debugger reads it: empty when it is not. */
  function kept(address: bigint, length: number): DataView {
    const steps = core.exports.memoryWalk(0, address);
    const entry = core.exchange.getBigUint64(16 * (steps - 1) + 8, true);
    if (steps !== 4 || (entry & 0xc01n) !== 0x800n) return new DataView(new ArrayBuffer(0));
    core.exports.memoryReadPhysical(Number((entry & 0x000ffffffffff000n) >> 12n));
    const offset = Number(address & 0xfffn);
    return new DataView(core.view(core.exports.exchangeBuffer() + offset, length).slice().buffer);
  }
  const read = (address: bigint): bigint => bytes(address, 8).getBigUint64(0, true);

  /** Value of a field of the structure at `address` in the attached address space. */
  function get(address: bigint, type: string, path: string): bigint {
    const { offset, bytes: width, firstBit, bits } = field(type, path);
    const view = bytes(address + BigInt(offset), width);
    const whole =
      width === 8
        ? view.getBigUint64(0, true)
        : BigInt(
            width === 4 ? view.getUint32(0, true) : width === 2 ? view.getUint16(0, true) : view.getUint8(0),
          );
    return firstBit === undefined ? whole : (whole >> BigInt(firstBit)) & ((1n << BigInt(bits!)) - 1n);
  }

  /** Text of the UNICODE_STRING at `address`. */
  function text(address: bigint): string {
    const length = Number(get(address, '_UNICODE_STRING', 'Length'));
    if (length === 0) return '';
    return new TextDecoder('utf-16le').decode(bytes(get(address, '_UNICODE_STRING', 'Buffer'), length));
  }

  /** Structures on the list at `head`; every link back must be right. */
  function list(head: bigint, type: string, path: string): bigint[] {
    const found: bigint[] = [];
    let before = head;
    for (let entry = read(head); entry !== head; entry = read(entry)) {
      if (read(entry + 8n) !== before) throw new Error(`Blink on the list of ${type}.${path}`);
      found.push(entry - offsetOf(type, path));
      before = entry;
    }
    return found;
  }

  return { bytes, read, get, text, list };
}

/** Of the machine that all tests share. */
export const { read, get, text, list } = memoryOf(firstCore);
