// The memory manager's lists, page files and counters, counted from the dump as `!memusage` and `!vm` do.
import { beforeAll, describe, expect, it } from 'vitest';
import { ioTruth } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { PfnDatabase } from './pfn-database.js';

const IMAGE_SECTION = 0x20n; // MMSECTION_FLAGS.Image
const LOW_48 = 0x0000ffffffffffffn;
const REPORTED = 10;
const COLORS = 64;
const EMPTY_HEAD = 0xffffffffffffffffn;
const END_OF_LIST = 0xffffffffffn;
const [ZEROED, FREE, STANDBY, MODIFIED, NO_WRITE, BAD] = [0, 1, 2, 3, 4, 5] as const;
const VALID = 1n;
const TRANSITION = 0x800n;
const PROTOTYPE = 0x400n;

interface Listed {
  next: bigint;
  previous: bigint;
  location: number;
  priority: number;
  isPrivate: boolean;
  isFile: boolean;
  pteAddress: bigint;
  pteFrame: number;
}

export function memoryRules(opened: () => Kernel): void {
  describe('the memory manager', () => {
    const frames = new Map<number, Listed>();
    let partition = 0n;
    let state = 0n;

    beforeAll(() => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      partition = kernel.address('MiSystemPartition');
      state = kernel.address('MiState');
      const block = kernel.pointer('MmPhysicalMemoryBlock');
      const runs = Number(kernel.get(block, '_PHYSICAL_MEMORY_DESCRIPTOR', 'NumberOfRuns'));
      const priorityAt = BigInt(offsetOf('_MMPFN', 'u3.e3'));
      for (let run = 0; run < runs; run++) {
        const at = block + 16n + BigInt(16 * run);
        const [first, count] = [Number(kernel.space.u64(at)), Number(kernel.space.u64(at + 8n))];
        for (let pfn = first; pfn < first + count; pfn++) {
          const entry = pfns.entry(pfn);
          frames.set(pfn, {
            next: entry.flink,
            previous: entry.blink,
            location: entry.location,
            priority: kernel.space.bytes(pfns.addressOf(pfn) + priorityAt, 1)[0]! & 7,
            isPrivate: !entry.prototype && entry.pteAddress !== 0n,
            isFile: entry.prototype,
            pteAddress: entry.pteAddress,
            pteFrame: entry.pteFrame,
          });
        }
      }
    });

    const lists = (path: string): bigint =>
      partition + BigInt(offsetOf('_MI_PARTITION', `PageLists.${path}`));
    const visible = (path: string): bigint => partition + BigInt(offsetOf('_MI_PARTITION', `Vp.${path}`));
    const head = (at: bigint) => {
      const get = (field: string) => opened().get(at, '_MMPFNLIST', field);
      return {
        total: Number(get('Total')),
        name: Number(get('ListName')),
        first: get('Flink'),
        last: get('Blink'),
      };
    };
    const element = (at: bigint, index: number): bigint => at + BigInt(index * sizeOf('_MMPFNLIST'));
    const count = (matches: (frame: Listed) => boolean): number =>
      [...frames.values()].filter(matches).length;

    /** Walks a list both ways; returns its frames. */
    function walk(at: bigint, location: number): number[] {
      const { total, name, first, last } = head(at);
      expect(name).toBe(location);
      const found: number[] = [];
      let before = END_OF_LIST;
      for (let link = first; link !== EMPTY_HEAD && link !== END_OF_LIST;) {
        const frame = frames.get(Number(link));
        if (frame?.location !== location || frame.previous !== before || found.length > total)
          throw new Error(`list ${location} breaks at frame 0x${link.toString(16)}`);
        found.push(Number(link));
        before = link;
        link = frame.next;
      }
      expect(last).toBe(before === END_OF_LIST ? EMPTY_HEAD : before);
      expect(found.length).toBe(total);
      return found;
    }

    it('links every zeroed and free frame on the list of its color', () => {
      const arrays = lists('FreePagesByColor');
      for (const location of [ZEROED, FREE]) {
        const colored = opened().space.u64(arrays + BigInt(8 * location));
        let total = 0;
        for (let color = 0; color < COLORS; color++) {
          const found = walk(element(colored, color), location);
          expect(found.filter((pfn) => pfn % COLORS !== color)).toEqual([]);
          total += found.length;
        }
        expect(total).toBe(count((frame) => frame.location === location));
        const whole = head(lists(location === ZEROED ? 'ZeroedPageListHead' : 'FreePageListHead'));
        expect(whole.total).toBe(total);
      }
    });

    it('links every standby frame on the list of its priority', () => {
      let total = 0;
      for (let priority = 0; priority < 8; priority++) {
        const found = walk(element(lists('StandbyPageListByPriority'), priority), STANDBY);
        expect(found.filter((pfn) => frames.get(pfn)!.priority !== priority)).toEqual([]);
        expect(found.length).toBe(opened().truth.physicalMemory.lists.standby[priority]);
        total += found.length;
      }
      expect(total).toBe(count(({ location }) => location === STANDBY));
      expect(head(lists('StandbyPageListHead')).total).toBe(total);
    });

    it('links every modified frame, private ones apart from those of files', () => {
      const own = walk(lists('ModifiedPageListNoReservation'), MODIFIED);
      const ofFiles = walk(lists('MappedPageListHead'), MODIFIED);
      expect(own.filter((pfn) => !frames.get(pfn)!.isPrivate)).toEqual([]);
      expect(own.length + ofFiles.length).toBe(count(({ location }) => location === MODIFIED));
      expect(head(visible('ModifiedPageListHead')).total).toBe(own.length + ofFiles.length);
      expect(walk(visible('ModifiedNoWritePageListHead'), NO_WRITE).length).toBe(
        count(({ location }) => location === NO_WRITE),
      );
      expect(walk(lists('BadPageListHead'), BAD).length).toBe(count(({ location }) => location === BAD));
    });

    it('counts as the truth does', () => {
      const { lists: told, pages, active } = opened().truth.physicalMemory;
      expect(frames.size).toBe(pages);
      expect(count(({ location }) => location === ZEROED)).toBe(told.zeroed);
      expect(count(({ location }) => location === FREE)).toBe(told.free);
      expect(count(({ location }) => location === BAD)).toBe(told.bad);
      expect(count(({ location }) => location > BAD)).toBe(active);
      const available = told.zeroed + told.free + told.standby.reduce((sum, part) => sum + part);
      expect(Number(opened().space.u64(visible('AvailablePages')))).toBe(available);
      expect(Number(opened().space.u64(visible('NumberOfPhysicalPages')))).toBe(pages);
    });

    it('finds each private frame on a list named by a PTE in transition, and page-file PTEs in use in the file', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const wrong: string[] = [];
      let transitions = 0;
      const filePages = new Set<number>();
      const use = (entry: bigint) => {
        if ((entry & (VALID | PROTOTYPE | TRANSITION)) !== 0n || entry >> 32n === 0n) return;
        if (filePages.has(Number(entry >> 32n))) wrong.push(`page ${entry >> 32n} of the page file twice`);
        filePages.add(Number(entry >> 32n));
      };
      const kernelHalf = [...kernel.space.absentEntries(256, 512)].filter(
        ({ address }) => !pfns.isSelfMap(address),
      );
      const halves = kernel.processes.map((process) => kernel.spaceOf(process).absentEntries(0, 256));
      for (const half of [kernelHalf, ...halves]) {
        for (const { address, entry } of half) {
          use(entry);
          if ((entry & (VALID | PROTOTYPE | TRANSITION)) !== TRANSITION) continue;
          transitions++;
          const pfn = Number((entry >> 12n) & 0xffffffffffn);
          const frame = frames.get(pfn);
          const told = pfns.entry(pfn);
          if (frame?.location !== STANDBY && frame?.location !== MODIFIED)
            wrong.push(`frame ${pfn}: location`);
          if (told.pteAddress !== pfns.pteAddress({ address, level: 1 })) wrong.push(`frame ${pfn}: PTE`);
          if (frame?.location === STANDBY)
            use(kernel.space.u64(pfns.addressOf(pfn) + BigInt(offsetOf('_MMPFN', 'OriginalPte'))));
        }
      }
      expect(wrong.slice(0, REPORTED)).toEqual([]);
      expect(transitions).toBe(
        count(({ location, isPrivate }) => isPrivate && (location === STANDBY || location === MODIFIED)),
      );
      expect(transitions).toBeGreaterThan(10);

      const file = kernel.space.u64(visible('PagingFile'));
      const get = (field: string) => kernel.get(file, '_MMPAGING_FILE', field);
      const [told] = kernel.truth.physicalMemory.pageFiles;
      expect(Number(get('Size'))).toBe(told!.pages);
      expect(Number(get('Size') - get('FreeSpace'))).toBe(told!.used);
      const bitmap = get('Bitmaps') + BigInt(offsetOf('_MI_PAGING_FILE_SPACE_BITMAPS', 'AllocationBitmap'));
      const buffer = kernel.get(bitmap, '_RTL_BITMAP', 'Buffer');
      const bits = kernel.space.bytes(buffer, told!.pages / 8);
      const used = new Set<number>();
      for (let page = 0; page < told!.pages; page++) if ((bits[page >> 3]! >> (page & 7)) & 1) used.add(page);
      expect(used.has(0)).toBe(true); // the file's own header
      used.delete(0);
      expect([...used]).toEqual([...filePages].sort((a, b) => a - b));
      expect(used.size).toBeGreaterThan(0);
    });

    it('finds each frame of a file on a list named by a prototype PTE in transition, whose subsection has a file', () => {
      const { space } = opened();
      const pfns = new PfnDatabase(opened());
      const originalAt = BigInt(offsetOf('_MMPFN', 'OriginalPte'));
      const subsections = new Map<bigint, string>();
      const areas = new Map<bigint, string>(); // an image's has several subsections
      const wrong: string[] = [];
      let seen = 0;
      for (const [pfn, frame] of frames) {
        if (!frame.isFile || ![STANDBY, MODIFIED, NO_WRITE].some((list) => list === frame.location)) continue;
        seen++;
        const prototype = space.u64(frame.pteAddress);
        if ((prototype & (VALID | PROTOTYPE | TRANSITION)) !== TRANSITION)
          wrong.push(`${pfn}: prototype PTE`);
        if (Number((prototype >> 12n) & 0xffffffffffn) !== pfn)
          wrong.push(`${pfn}: its prototype names another`);
        if (space.frameAt(frame.pteAddress) !== frame.pteFrame)
          wrong.push(`${pfn}: frame of the prototype PTE`);
        const original = space.u64(pfns.addressOf(pfn) + originalAt);
        const subsection = BigInt.asUintN(64, BigInt.asIntN(64, original) >> 16n);
        let name = subsections.get(subsection);
        if (name === undefined) {
          const area = space.get(subsection, '_SUBSECTION', 'ControlArea');
          const file = space.get(area, '_CONTROL_AREA', 'FilePointer.Value') & ~15n;
          name = space.unicode(file + BigInt(offsetOf('_FILE_OBJECT', 'FileName')));
          subsections.set(subsection, name);
          const isImage = (space.get(area, '_CONTROL_AREA', 'u.LongFlags') & IMAGE_SECTION) !== 0n;
          areas.set(area, `${name} ${isImage ? 'as an image' : 'as data'}`);
        }
        if (!name.startsWith('\\')) wrong.push(`${pfn}: file "${name}"`);
        const base = space.get(subsection, '_SUBSECTION', 'SubsectionBase');
        const ptes = space.get(subsection, '_SUBSECTION', 'PtesInSubsection');
        if (frame.pteAddress < base || frame.pteAddress >= base + 8n * ptes)
          wrong.push(`${pfn}: not of ${name}`);
      }
      expect(wrong.slice(0, REPORTED)).toEqual([]);
      expect(seen).toBe(
        count(
          ({ location, isPrivate }) =>
            (location === STANDBY || location === MODIFIED || location === NO_WRITE) && !isPrivate,
        ),
      );
      expect(seen).toBeGreaterThan(1000);
      expect(new Set(areas.values()).size).toBe(areas.size); // no file twice
    });

    it("describes the system cache's views: each VACB in use belongs to a file whose map leads back to it", () => {
      const { space } = opened();
      const array = space.u64(opened().pointer('CcVacbArrays'));
      const mapped = new Set<bigint>();
      let free = 0;
      let away = 0;
      for (let i = 0; i < 1024; i++) {
        const vacb = array + BigInt(sizeOf('_VACB_ARRAY_HEADER') + i * sizeOf('_VACB'));
        expect(space.get(vacb, '_VACB', 'ArrayHead')).toBe(array);
        const map = space.get(vacb, '_VACB', 'SharedCacheMap');
        if (map === 0n) {
          free++;
          continue;
        }
        const offset = space.u64(vacb + BigInt(offsetOf('_VACB', 'Overlay.FileOffset')));
        const slots = space.get(map, '_SHARED_CACHE_MAP', 'Vacbs');
        expect(space.u64(slots + (offset >> 18n) * 8n)).toBe(vacb);
        const base = space.get(vacb, '_VACB', 'BaseAddress');
        const file = space.get(map, '_SHARED_CACHE_MAP', 'FileObjectFastRef.Value') & ~15n;
        const pointers = space.get(file, '_FILE_OBJECT', 'SectionObjectPointer');
        expect(space.get(pointers, '_SECTION_OBJECT_POINTERS', 'SharedCacheMap')).toBe(map);
        const area = space.get(pointers, '_SECTION_OBJECT_POINTERS', 'DataSectionObject');
        const prototypes = space.get(space.get(area, '_CONTROL_AREA', 'Segment'), '_SEGMENT', 'PrototypePte');
        for (let page = 0n; page < 64n; page++) {
          const frame = space.frameAt(base + page * 4096n);
          const prototype = prototypes + ((offset >> 12n) + page) * 8n;
          if (frame !== undefined) expect(frames.get(frame)?.pteAddress).toBe(prototype);
          else {
            // On its way: the view's entry leads to the prototype PTE.
            const entries = opened().pointer('MmPteBase') + (((base & LOW_48) >> 12n) + page) * 8n;
            expect(space.u64(entries) & 0x401n).toBe(0x400n);
            expect(space.u64(entries) >> 16n).toBe(prototype & LOW_48);
            away++;
          }
        }
        mapped.add(base);
      }
      expect(mapped.size).toBeGreaterThan(4);
      const moved = ioTruth(opened()).requests.map(({ paging }) => paging?.pages ?? 0);
      expect(away).toBe(moved.reduce((sum, pages) => sum + pages, 0));
      expect(Number(space.get(array, '_VACB_ARRAY_HEADER', 'MappingCount'))).toBe(mapped.size);
      expect(space.u32(opened().address('CcNumberOfFreeVacbs'))).toBe(free);
    });

    it('commits what processes, pool, stacks, images and tables hold, within the limit', () => {
      const kernel = opened();
      const committed = kernel.space.u64(visible('TotalCommittedPages'));
      const own = kernel.processes.reduce((sum, p) => sum + kernel.get(p, '_EPROCESS', 'CommitCharge'), 0n);
      const nonPaged = kernel.space.u64(
        state + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Pools.AllocatedNonPagedPool')),
      );
      const paged = kernel.space.u64(
        state + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.PagedPoolInfo.AllocatedPagedPool')),
      );
      expect(nonPaged).toBeGreaterThan(0n);
      expect(paged).toBeGreaterThan(0n);
      const shared = kernel.space.u64(visible('SharedCommit'));
      expect(shared).toBeGreaterThan(0n);
      expect(committed).toBeGreaterThan(own + nonPaged + paged + shared);
      const files = kernel.truth.physicalMemory.pageFiles.reduce((sum, { pages }) => sum + pages, 0);
      expect(Number(kernel.space.u64(visible('TotalCommitLimit')))).toBe(frames.size + files);
    });
  });
}
