import { viewOf } from '../files/record.js';

/** Virtual memory that can be read. */
export interface Memory {
  /** Bytes from an address on, up to the first that cannot be read; at most `length`. */
  read(address: bigint, length: number): Uint8Array;
}

/** Nothing can be read at an address. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
  readonly address: bigint;

  constructor(address: bigint) {
    // It is an everyday answer of dumps, and noting the stack takes longer than all else.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`Memory access error at 0x${address.toString(16)}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.address = address;
  }
}

export const WRAP = 0xffffffffffffffffn;

/** All of `length` bytes. @throws MemoryError when one cannot be read */
export function readAll(memory: Memory, address: bigint, length: number): Uint8Array {
  const bytes = memory.read(address & WRAP, length);
  if (bytes.length < length) throw new MemoryError((address + BigInt(bytes.length)) & WRAP);
  return bytes;
}

/** An unsigned integer of 1, 2, 4 or 8 bytes. @throws MemoryError */
export function readInteger(memory: Memory, address: bigint, size: number): bigint {
  return integerOf(readAll(memory, address, size));
}

export function readPointer(memory: Memory, address: bigint): bigint {
  return readInteger(memory, address, 8);
}

/** The unsigned integer that some bytes are. */
export function integerOf(bytes: Uint8Array): bigint {
  return bytes.length <= WORD_BYTES
    ? wordIn(bytes, 0)
    : bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const WORD_BYTES = 8;
const word = new Uint8Array(WORD_BYTES);
const wordView = viewOf(word);

/** Eight bytes as an unsigned integer, zeros behind the end. A view of each few bytes would take longer than this does. */
export function wordIn(bytes: Uint8Array, at: number): bigint {
  for (let i = 0; i < WORD_BYTES; i++) word[i] = bytes[at + i] ?? 0;
  return wordView.getBigUint64(0, true);
}
