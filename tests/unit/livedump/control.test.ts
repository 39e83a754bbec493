import { describe, expect, it } from 'vitest';
import { parseControl, type Caller } from '../../../sim/livedump/control.js';
import { callFor, requestOf, type LiveDumpRequest } from '../../../sim/livedump/request.js';
import type { LiveDumpError } from '../../../sim/livedump/status.js';

const DEFAULT: LiveDumpRequest = {
  kind: 'full',
  abortIfMemoryPressure: true,
  userPages: false,
  hypervisorPages: false,
  nonessentialPages: false,
  compressPages: false,
  dumpStorageStack: false,
};
const ADDRESS = 0x10000n;
const FILE = 0x44n;
const EVENT = 0x48n;
const PARAMETER = 0xc000000d;
const LENGTH = 0xc0000004;
const HANDLE = 0xc0000008;

/** Control blocks written by hand: offsets and bits from the public header's declaration. */
class Block {
  readonly bytes: Buffer;

  constructor(
    readonly version: 1 | 2,
    selective = false,
  ) {
    const size = version === 1 ? 0x40 : 0x48;
    this.bytes = Buffer.alloc(size + (selective ? 0x30 : 0));
    this.u32(0, version).u64(0x28, FILE).u64(0x30, EVENT);
    if (selective)
      this.u64(0x40, ADDRESS + BigInt(size))
        .u32(size, 1)
        .u32(size + 4, 0x30)
        .u64(size + 8, 1n);
  }

  u32(offset: number, value: number): this {
    this.bytes.writeUInt32LE(value, offset);
    return this;
  }

  u64(offset: number, value: bigint): this {
    this.bytes.writeBigUInt64LE(value, offset);
    return this;
  }

  parse(length = this.version === 1 ? 0x40 : 0x48) {
    const handles = new Map([
      [FILE, 'File'],
      [EVENT, 'Event'],
    ] as const);
    const caller: Caller = { isAdministrator: true, handles, memory: this.bytes, address: ADDRESS };
    return parseControl(caller, length);
  }

  /** The status with which the kernel refuses it. */
  status(length?: number): number {
    try {
      this.parse(length);
    } catch (error) {
      return (error as LiveDumpError).code;
    }
    return 0;
  }
}

describe('SYSDBG_LIVEDUMP_CONTROL', () => {
  it('of a full dump with the default settings is version 1 with only the abort flag', () => {
    const { caller, length } = callFor(DEFAULT, true);
    const bytes = Buffer.from(caller.memory);
    expect(length).toBe(0x40);
    expect(bytes.length).toBe(0x40);
    expect(bytes.readUInt32LE(0)).toBe(1);
    expect(bytes.readUInt32LE(4)).toBe(0x161);
    expect(bytes.subarray(8, 16).reverse().toString('latin1')).toBe('\0Taskmgr');
    expect(bytes.readUInt32LE(0x38)).toBe(0x8);
    expect(bytes.readUInt32LE(0x3c)).toBe(0);
  });

  it.each([
    ['userPages', 0x38, 0x4],
    ['hypervisorPages', 0x3c, 0x1],
    ['nonessentialPages', 0x3c, 0x2],
    ['compressPages', 0x38, 0x2],
    ['dumpStorageStack', 0x38, 0x1],
    ['abortIfMemoryPressure', 0x38, 0x8],
  ] as const)('has a bit for %s', (setting, offset, bit) => {
    const none = { ...DEFAULT, abortIfMemoryPressure: false };
    const { caller } = callFor({ ...none, [setting]: true }, true);
    const bytes = Buffer.from(caller.memory);
    expect(bytes.readUInt32LE(offset)).toBe(bit);
    expect(bytes.readUInt32LE(offset === 0x38 ? 0x3c : 0x38)).toBe(0);
  });

  it('of a kernel stacks dump is version 2 with a selective control behind it', () => {
    const { caller, length } = callFor({ ...DEFAULT, kind: 'stacks' }, true);
    const bytes = Buffer.from(caller.memory);
    expect(length).toBe(0x48);
    expect(bytes.readUInt32LE(0)).toBe(2);
    expect(bytes.readUInt32LE(0x38)).toBe(0x18);
    const selective = bytes.subarray(Number(bytes.readBigUInt64LE(0x40) - caller.address));
    expect([selective.readUInt32LE(0), selective.readUInt32LE(4), selective.readBigUInt64LE(8)]).toEqual([
      1,
      0x30,
      1n,
    ]);
  });

  it('gives the request back', () => {
    for (const request of [
      DEFAULT,
      { ...DEFAULT, userPages: true, abortIfMemoryPressure: false },
      { ...DEFAULT, hypervisorPages: true, nonessentialPages: true },
      { ...DEFAULT, kind: 'stacks' as const },
    ]) {
      const { caller, length } = callFor(request, true);
      expect(requestOf(parseControl(caller, length))).toEqual(request);
    }
  });

  it('is taken when it is right', () => {
    expect(new Block(1).status()).toBe(0);
    expect(new Block(2).status()).toBe(0);
    expect(new Block(1).u64(0x30, 0n).status()).toBe(0);
    expect(new Block(2, true).u32(0x38, 0x10).parse().threadKernelStacks).toBe(true);
  });

  it.each([
    ['no version', new Block(1).u32(0, 0), PARAMETER],
    ['a version to come', new Block(1).u32(0, 3), PARAMETER],
    ['an unknown flag', new Block(1).u32(0x38, 0x20), PARAMETER],
    ['unknown pages to add', new Block(1).u32(0x3c, 0x4), PARAMETER],
    ['nonessential pages alone', new Block(1).u32(0x3c, 0x2), PARAMETER],
    ['no file', new Block(1).u64(0x28, 0n), HANDLE],
    ['an event as file', new Block(1).u64(0x28, EVENT), HANDLE],
    ['a file as cancel event', new Block(1).u64(0x30, FILE), HANDLE],
    ['the dump storage stack', new Block(1).u32(0x38, 0x1), 0xc00000bb],
    ['compressed pages', new Block(1).u32(0x38, 0x2), 0xc00000bb],
    ['a selective dump in version 1', new Block(1).u32(0x38, 0x10), PARAMETER],
    ['a selective dump of nothing', new Block(2).u32(0x38, 0x10), PARAMETER],
    ['a selective control elsewhere', new Block(2).u32(0x38, 0x10).u64(0x40, 0x7ff0_0000n), 0xc0000005],
    ['half a selective control', new Block(2, true).u32(0x38, 0x10).u64(0x40, ADDRESS + 0x50n), 0xc0000005],
    ['a wrong selective version', new Block(2, true).u32(0x38, 0x10).u32(0x48, 2), PARAMETER],
    ['a wrong selective size', new Block(2, true).u32(0x38, 0x10).u32(0x4c, 0x28), LENGTH],
    ['nothing selected', new Block(2, true).u32(0x38, 0x10).u64(0x50, 0n), PARAMETER],
    ['an unknown selection', new Block(2, true).u32(0x38, 0x10).u64(0x50, 3n), PARAMETER],
    ['reserved members in use', new Block(2, true).u32(0x38, 0x10).u64(0x70, 1n), PARAMETER],
  ])('is refused with %s', (_title, block, status) => {
    expect(block.status().toString(16)).toBe(status.toString(16));
  });

  it.each([
    ['nothing', new Block(1), 0],
    ['less than a version', new Block(1), 3],
    ['the length of version 1 in version 2', new Block(2), 0x40],
    ['the length of version 2 in version 1', new Block(1), 0x48],
  ])('is refused when its length is %s', (_title, block, length) => {
    expect(block.status(length).toString(16)).toBe(LENGTH.toString(16));
  });
});
