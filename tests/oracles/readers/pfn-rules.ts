// The PFN database against the page tables and against what the dump holds.
import { describe, expect, it } from 'vitest';
import type { AddressSpace, Entry } from './address-space.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { ACTIVE, isEndOfList, PfnDatabase } from './pfn-database.js';

const LARGE_PAGE_FRAMES = 512;
const KERNEL_HALF = 256;
const ENTRIES = 512;
const REPORTED = 10;
const LISTS = [0, 1, 2, 3]; // zeroed, free, standby, modified
const SYSTEM_CACHE = 3; // index of MiState.Vs.SystemVaRegions
const USER_END = 1n << 47n;
/** KUSER_SHARED_DATA: the frame is the kernel's, and user mode's PTE is a second one for it. */
const SHARED_DATA = 0xfffff78000000000n;
const USER_SHARED_DATA = 0x7ffe0000n;

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

export function pfnRules(opened: () => Kernel): void {
  const framesOf = ({ frame, level, isLeaf }: Entry): number[] =>
    isLeaf && level === 2 ? Array.from({ length: LARGE_PAGE_FRAMES }, (_, i) => frame + i) : [frame];

  /** What is wrong with the PFN entry of a frame that `entry` maps. */
  function fault(space: AddressSpace, pfns: PfnDatabase, entry: Entry, frame: number): string | undefined {
    const where = `${hex(entry.address)} level ${entry.level}, frame ${hex(frame)}`;
    if (!pfns.isThere(frame)) return `${where}: no MMPFN`;
    const pfn = pfns.entry(frame);
    if (pfn.location !== ACTIVE) return `${where}: PageLocation ${pfn.location}`;
    if (pfn.referenceCount < 1 || pfn.shareCount < 1n) return `${where}: not counted`;
    if (pfn.prototype) {
      const prototype = space.u64(pfn.pteAddress);
      if (Number((prototype >> 12n) & 0xffffffffffn) !== frame)
        return `${where}: prototype ${hex(prototype)}`;
      return space.frameAt(pfn.pteAddress) === pfn.pteFrame ? undefined : `${where}: frame of the prototype`;
    }
    const isSecond = entry.isLeaf && entry.address === USER_SHARED_DATA;
    const expected = pfns.pteAddress(isSecond ? { ...entry, address: SHARED_DATA } : entry);
    if (isSecond && frame !== space.frameAt(SHARED_DATA)) return `${where}: not the kernel's frame`;
    if (pfn.pteAddress !== expected)
      return `${where}: PteAddress ${hex(pfn.pteAddress)}, not ${hex(expected)}`;
    return isSecond || pfn.pteFrame === entry.table ? undefined : `${where}: PteFrame ${hex(pfn.pteFrame)}`;
  }

  function faults(space: AddressSpace, from: number, to: number): string[] {
    const pfns = new PfnDatabase(opened());
    const found: string[] = [];
    for (const entry of space.entries(from, to, opened().selfMapSlot))
      for (const frame of framesOf(entry)) {
        const wrong = fault(space, pfns, entry, frame);
        if (wrong !== undefined) found.push(wrong);
      }
    return found.slice(0, REPORTED);
  }

  describe('page tables and PFN database', () => {
    it("System's: every entry of the kernel's half and the entry of its frame name each other", () => {
      expect(faults(opened().space, KERNEL_HALF, ENTRIES)).toEqual([]);
    });

    it('every process: likewise in its own half', () => {
      const kernel = opened();
      expect(kernel.processes.flatMap((process) => faults(kernel.spaceOf(process), 0, KERNEL_HALF))).toEqual(
        [],
      );
    });

    it("every process shares the kernel's half but for session space and the self-map, which is its own", () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      for (const process of kernel.processes) {
        const space = kernel.spaceOf(process);
        for (let index = KERNEL_HALF; index < ENTRIES; index++) {
          const [own, shared] = [
            space.entry(space.root, index),
            kernel.space.entry(kernel.space.root, index),
          ];
          if (index === kernel.sessionSlot) continue;
          if (index !== kernel.selfMapSlot) expect(own).toBe(shared);
          else expect(Number((own >> 12n) & 0xffffffffffn)).toBe(space.root);
        }
        const { pteFrame, location } = pfns.entry(space.root);
        expect([pteFrame, location]).toEqual([space.root, ACTIVE]);
      }
    });

    it('a shared frame counts the entries that map it', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const mapped = new Map<number, bigint>();
      for (const process of kernel.processes)
        for (const entry of kernel.spaceOf(process).entries(0, KERNEL_HALF, kernel.selfMapSlot))
          if (entry.isLeaf && pfns.entry(entry.frame).prototype)
            mapped.set(entry.frame, (mapped.get(entry.frame) ?? 0n) + 1n);
      expect(mapped.size).toBeGreaterThan(50);
      const wrong = [...mapped].filter(([frame, count]) => {
        const { shareCount } = pfns.entry(frame);
        return shareCount < count || shareCount > count + 1n; // the prototype PTE itself may count
      });
      expect(wrong.slice(0, REPORTED)).toEqual([]);
    });
  });

  describe('lists of the PFN database', () => {
    /** Lists by location and priority: frames in order of number. */
    const listed = () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const heads = new Map<number, number[]>();
      const links = new Map<number, { flink: bigint; blink: bigint; location: number }>();
      const block = kernel.pointer('MmPhysicalMemoryBlock');
      const runs = Number(kernel.get(block, '_PHYSICAL_MEMORY_DESCRIPTOR', 'NumberOfRuns'));
      let total = 0n;
      for (let run = 0; run < runs; run++) {
        const at = block + 16n + BigInt(16 * run);
        const [first, count] = [Number(kernel.space.u64(at)), Number(kernel.space.u64(at + 8n))];
        total += BigInt(count);
        // Every 64th frame and its neighbours in the list tell enough of a million.
        for (let pfn = first; pfn < first + count; pfn += 64) {
          const { flink, blink, location } = pfns.entry(pfn);
          if (!LISTS.includes(location)) continue;
          links.set(pfn, { flink, blink, location });
          heads.set(location, [...(heads.get(location) ?? []).slice(-1), pfn]);
        }
      }
      return { kernel, pfns, heads, links, total, block };
    };

    it('the runs add up to the pages of the descriptor', () => {
      const { kernel, total, block } = listed();
      expect(kernel.get(block, '_PHYSICAL_MEMORY_DESCRIPTOR', 'NumberOfPages')).toBe(total);
    });

    it('there are zeroed, free, standby and modified frames, and their links lead there and back', () => {
      const { pfns, heads, links } = listed();
      expect([...heads.keys()].sort()).toEqual(LISTS);
      const wrong: string[] = [];
      for (const [pfn, { flink, blink, location }] of links) {
        if (!isEndOfList(flink)) {
          const next = pfns.entry(Number(flink));
          if (next.location !== location || next.blink !== BigInt(pfn))
            wrong.push(`${hex(pfn)} -> ${hex(flink)}`);
        }
        if (!isEndOfList(blink)) {
          const previous = pfns.entry(Number(blink));
          if (previous.location !== location || previous.flink !== BigInt(pfn))
            wrong.push(`${hex(pfn)} <- ${hex(blink)}`);
        }
      }
      expect(wrong.slice(0, REPORTED)).toEqual([]);
    });
  });

  describe('selection of pages', () => {
    const isCached = (kernel: Kernel, address: bigint): boolean => {
      const regions = offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SystemVaRegions');
      const cache = regions + sizeOf('_MI_SYSTEM_VA_ASSIGNMENT') * SYSTEM_CACHE;
      return address >> 39n === kernel.space.u64(kernel.address('MiState') + BigInt(cache)) >> 39n;
    };
    const belongs = (kernel: Kernel, pfns: PfnDatabase, pfn: number): string | undefined => {
      const entry = pfns.entry(pfn);
      if (entry.location !== ACTIVE) return `location ${entry.location}`;
      if (entry.prototype) return 'a mapped file';
      if (!pfns.isSelfMap(entry.pteAddress)) return undefined;
      const address = pfns.mappedBy(entry.pteAddress);
      if (pfns.isSelfMap(address)) return undefined;
      if (address < USER_END) return `user address ${hex(address)}`;
      return isCached(kernel, address) ? 'the file cache' : undefined;
    };

    /** Frames of kernel stacks that were swapped out: in transition, but a debugger reads them. */
    const swappedStacks = (kernel: Kernel): number[] => {
      const threads = kernel.truth.processes.flatMap((process) => process.threads);
      const get = (thread: string, path: string) => kernel.get(BigInt(thread), '_KTHREAD', path);
      return threads
        .filter(({ address }) => get(address, 'KernelStackResident') === 0n)
        .flatMap(({ address }) => {
          const [limit, base] = [get(address, 'StackLimit'), get(address, 'StackBase')];
          return Array.from({ length: Number((base - limit) >> 12n) }, (_, i) =>
            kernel.space.transitionAt(limit + BigInt(i << 12))!,
          );
        });
    };

    it('no page of the dump is on a list, of user mode or of the file cache, but for stacks that were swapped out', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const swapped = new Set(swappedStacks(kernel));
      const wrong = kernel.dump.frames.flatMap((pfn) => {
        if (swapped.has(pfn)) return [];
        const reason = pfns.isThere(pfn) ? belongs(kernel, pfns, pfn) : 'no MMPFN';
        return reason === undefined ? [] : [`${hex(pfn)}: ${reason}`];
      });
      expect(wrong.slice(0, REPORTED)).toEqual([]);
    });

    it('every other active frame is in the dump', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const active = pfns.activeFrames(Number(kernel.dump.bitmap64('Pages')));
      const wanted = active.filter((pfn) => belongs(kernel, pfns, pfn) === undefined);
      const whole = [...wanted, ...swappedStacks(kernel)].sort((a, b) => a - b);
      expect(whole).toEqual(kernel.dump.frames);
      expect(active.length).toBeGreaterThan(wanted.length); // user mode's and the file cache's
    });

    it("every page that the kernel's half maps but for the file cache is in the dump, and so are all page tables", () => {
      const kernel = opened();
      const missing: string[] = [];
      const look = (space: AddressSpace, from: number, to: number, isWanted: (entry: Entry) => boolean) => {
        for (const entry of space.entries(from, to, kernel.selfMapSlot))
          if (isWanted(entry))
            for (const frame of framesOf(entry))
              if (!kernel.dump.has(frame)) missing.push(`${hex(entry.address)}: frame ${hex(frame)}`);
      };
      look(
        kernel.space,
        KERNEL_HALF,
        ENTRIES,
        ({ isLeaf, address }) => !isLeaf || !isCached(kernel, address),
      );
      for (const process of kernel.processes)
        look(kernel.spaceOf(process), 0, KERNEL_HALF, ({ isLeaf }) => !isLeaf);
      expect(missing.slice(0, REPORTED)).toEqual([]);
    });

    it('no page that the file cache maps is', () => {
      const kernel = opened();
      const cached = [...kernel.space.entries(KERNEL_HALF, ENTRIES, kernel.selfMapSlot)].filter(
        ({ isLeaf, address }) => isLeaf && isCached(kernel, address),
      );
      expect(cached.length).toBeGreaterThan(0);
      expect(cached.filter(({ frame }) => kernel.dump.has(frame)).map(({ address }) => hex(address))).toEqual(
        [],
      );
    });

    it("every page that user mode's half maps privately is not", () => {
      const kernel = opened();
      const pages = kernel.processes.flatMap((process) =>
        [...kernel.spaceOf(process).entries(0, KERNEL_HALF, kernel.selfMapSlot)].filter(
          ({ isLeaf }) => isLeaf,
        ),
      );
      expect(pages.length).toBeGreaterThan(1000);
      const sharedData = kernel.space.frameAt(SHARED_DATA);
      const held = pages.filter(({ frame }) => kernel.dump.has(frame) && frame !== sharedData);
      expect(held.slice(0, REPORTED).map(({ address }) => hex(address))).toEqual([]);
    });
  });
}
