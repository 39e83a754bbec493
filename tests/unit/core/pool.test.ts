// Pool under load: allocations and frees of all sizes in mixed order, judged by the readers' own walk of the heaps.
import { describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { field, offsetOf, sizeOf, valueOf } from '../../oracles/readers/layouts.js';
import { type Block, PoolReader, type PoolKernel } from '../../oracles/readers/pool-heaps.js';

const NON_PAGED = 2;
const PAGED = 3;
const TAG = 0x74736554; // 'Test'
const PAGE = 4096n;

/** The kernel of a machine as the readers see it, through the machine's own page tables. */
function kernelOf({ kernel }: LabMachine): PoolKernel {
  const { core, loaded } = kernel;
  const view = (address: bigint, length: number): DataView => {
    const mapped = core.exports.memoryRead(address, length);
    if (mapped !== length) throw new Error(`cannot read 0x${address.toString(16)}`);
    return new DataView(core.view(core.exports.exchangeBuffer(), length).slice().buffer);
  };
  const u64 = (address: bigint): bigint => view(address, 8).getBigUint64(0, true);
  return {
    address: (symbol) => loaded.address(`nt!${symbol}`),
    get(structure, type, path) {
      const { offset, ...rest } = field(type, path);
      return valueOf(view(structure + BigInt(offset), rest.bytes), 0, { offset: 0, ...rest });
    },
    list(head, type, path) {
      const found: bigint[] = [];
      for (let entry = u64(head), before = head; entry !== head; before = entry, entry = u64(entry)) {
        if (u64(entry + 8n) !== before) throw new Error(`Blink of 0x${entry.toString(16)}`);
        found.push(entry - BigInt(offsetOf(type, path)));
      }
      return found;
    },
    space: { u64, isReadable: (address) => core.exports.memoryRead(address, 1) === 1 },
  };
}

function walk(machine: LabMachine): { blocks: Map<bigint, Block>; faults: string[] } {
  const heaps = [...new PoolReader(kernelOf(machine)).heaps()];
  return {
    blocks: new Map(heaps.flatMap((heap) => heap.blocks.map((block) => [block.address, block]))),
    faults: heaps.flatMap(({ faults }) => faults),
  };
}

describe('pool', { timeout: 30_000 }, () => {
  it('stays whole through allocations and frees of every size', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 3 });
    const { poolAllocate, poolFree } = machine.kernel.core.exports;
    const header = BigInt(sizeOf('_POOL_HEADER'));
    let state = 12345;
    const draw = (limit: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const sizes = [16, 40, 100, 200, 480, 600, 1000, 2000, 3900, 4064, 4096, 5000, 8192, 20000, 65536];
    const live: { address: bigint; bytes: number }[] = [];
    for (let round = 0; round < 3000; round++) {
      if (live.length > 250 || (live.length > 0 && draw(5) < 2)) {
        const [freed] = live.splice(draw(live.length), 1);
        poolFree(freed!.address);
        continue;
      }
      const bytes = sizes[draw(sizes.length)]! - draw(16);
      const aligned = draw(4) === 0 ? 48 : 0;
      const address = poolAllocate(bytes, TAG, draw(2) === 0 ? NON_PAGED : PAGED, aligned);
      if (aligned !== 0 && bytes > 600 && bytes < 4000) expect((address + 48n) % 64n).toBe(0n);
      live.push({ address, bytes });
    }
    const { blocks, faults } = walk(machine);
    expect(faults).toEqual([]);
    for (const { address, bytes } of live) {
      const isLarge = address % PAGE === 0n;
      expect(isLarge).toBe(bytes > 4064);
      const block = blocks.get(isLarge ? address : address - header);
      expect(block?.isAllocated).toBe(true);
      expect(block!.bytes).toBeGreaterThanOrEqual(isLarge ? bytes : bytes + Number(header));
    }
    for (const { address } of live) poolFree(address);
    expect(walk(machine).faults).toEqual([]);
    const told = machine.truth().pool.find(({ tag }) => tag === 'Test')!;
    expect([told.nonPagedBytes, told.pagedBytes]).toEqual([0, 0]);
    expect(told.nonPagedAllocs).toBe(told.nonPagedFrees);
    expect(told.pagedAllocs).toBe(told.pagedFrees);
  });

  it('maps what is larger than a segment of small pages, and unmaps what is larger than any', async () => {
    const machine = await createMachine({ machine: 'tiny', memory: 512 << 20, seed: 6 });
    const { poolAllocate, poolFree, poolPages, memoryRead } = machine.kernel.core.exports;
    const before = poolPages(PAGED);
    const [big, bigger] = [0x90000, 0x7f0000].map((bytes) => poolAllocate(bytes, TAG, PAGED, 0));
    const large = [0x7f0010, 0x1234567].map((bytes) => poolAllocate(bytes, TAG, PAGED, 0));
    const own = [...new PoolReader(kernelOf(machine)).heaps()][2]!;
    expect(own.faults).toEqual([]);
    const of = (address: bigint) => own.blocks.find((block) => block.address === address);
    expect([of(big!)?.by, of(bigger!)?.by]).toEqual(['direct', 'direct']);
    expect(large.map((address) => of(address)?.by)).toEqual(['large', 'large']);
    expect(of(large[1]!)?.bytes).toBe(0x1234570);
    expect(Number(poolPages(PAGED) - before)).toBeGreaterThanOrEqual((0x7f0010 + 0x1234567) >> 12);
    for (const address of [large[0]!, big!, bigger!, large[1]!]) poolFree(address);
    expect(memoryRead(large[1]!, 8)).toBe(0);
    expect(walk(machine).faults).toEqual([]);
    const again = poolAllocate(0x900000, TAG, PAGED, 0);
    expect(walk(machine).faults).toEqual([]);
    poolFree(again);
  });

  it('gives zeroed memory, whoever had it before', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 4 });
    const { core } = machine.kernel;
    const { poolAllocate, poolFree, memoryRead, memoryWrite, exchangeBuffer } = core.exports;
    for (const bytes of [64, 400, 1500, 4096, 6000, 70000]) {
      const addresses = Array.from({ length: 40 }, () => poolAllocate(bytes, TAG, PAGED, 0));
      const dirty = new Uint8Array(Math.min(bytes, 60000)).fill(0xcc);
      for (const address of addresses) {
        core.putBytes(dirty);
        memoryWrite(address, dirty.length);
      }
      for (const address of addresses) poolFree(address);
      for (let i = 0; i < 40; i++) {
        const address = poolAllocate(bytes, TAG, PAGED, 0);
        expect(memoryRead(address, dirty.length)).toBe(dirty.length);
        expect(core.view(exchangeBuffer(), dirty.length).every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it('is taken and given back as time passes, the same however the time is cut', async () => {
    const [one, other] = [
      await createMachine({ machine: 'tiny', seed: 7 }),
      await createMachine({ machine: 'tiny', seed: 7 }),
    ];
    const before = one.truth().pool;
    one.advance(90_000);
    for (const ms of [400, 59_000, 600, 7, 29_993]) other.advance(ms);
    const after = one.truth().pool;
    expect(other.truth().pool).toEqual(after);
    const freed = (pool: typeof after) =>
      pool.reduce((sum, tag) => sum + tag.nonPagedFrees + tag.pagedFrees, 0);
    expect(freed(after)).toBeGreaterThan(freed(before));
    const [first, second] = [walk(one), walk(other)];
    expect(first.faults).toEqual([]);
    expect(first.blocks).toEqual(second.blocks);
  });

  it('refuses to free what is not allocated', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 5 });
    const { poolAllocate, poolFree } = machine.kernel.core.exports;
    const address = poolAllocate(8192, TAG, NON_PAGED, 0);
    poolFree(address);
    expect(() => poolFree(address)).toThrow(/not an allocation/);
  });
});
