// What MemProcFS needs in memory: it trusts few symbols and guesses offsets from what structures hold.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { Image } from './image.js';
import { offsetOf, sizeOf } from './layouts.js';
import { poolTag } from './objects.js';
import { looksLikePageMap, memProcFsCounts } from './page-map-scan.js';
import { vadsOf } from './vads.js';

const CHUNK = 0x200000n; // it looks for the kernel in steps of a large page
const KERNEL_HALF = 256;
const ENTRIES = 512;
const SYSTEM = 4n;
const STATUS_PENDING = 0x103;
/** Where in an EPROCESS it looks for the PEB. */
const [FIRST_PEB, LAST_PEB] = [0x280, 0x578];
const NOT_A_USER_PAGE = 0xffff800000000fffn;
const MEMORY_MANAGERS_FIRST = ['smss.exe', 'Registry', 'Secure System'];
const STEPS_TO_SMSS = 8;
/** MMVAD_FLAGS.VadType: VadImageMap. */
const IMAGE_MAP = 2;

export function memProcFsRules(opened: () => Kernel): void {
  const name = (process: bigint) =>
    opened().space.text(process + BigInt(offsetOf('_EPROCESS', 'ImageFileName')), 15);
  const processNamed = (wanted: string) => opened().processes.find((process) => name(process) === wanted)!;
  const withPeb = () =>
    opened().processes.filter((process) => opened().get(process, '_EPROCESS', 'Peb') !== 0n);

  describe('MemProcFS: finding the kernel', () => {
    it("System's page map: refers to itself, has supervisor entries, and both halves have room", () => {
      expect(looksLikePageMap(memProcFsCounts(opened().space))).toBe(true);
    });

    it("every process's page map likewise", () => {
      for (const process of opened().processes)
        expect(looksLikePageMap(memProcFsCounts(opened().spaceOf(process)))).toBe(true);
    });

    it('from PsActiveProcessHead back to the base, every 2 MiB have a readable page', () => {
      const { space, base, dump } = opened();
      const head = dump.u64('PsActiveProcessHead');
      expect(head - base).toBeLessThan(16n * CHUNK);
      for (let chunk = head & ~(CHUNK - 1n); chunk >= base; chunk -= CHUNK) {
        const pages = Array.from({ length: 512 }, (_, i) => chunk + BigInt(i * 0x1000));
        expect(pages.some((page) => space.isReadable(page))).toBe(true);
      }
    });

    it('no other image with a POOLCODE section lies between', () => {
      const { space, base, dump } = opened();
      for (let page = base + 0x1000n; page < dump.u64('PsActiveProcessHead'); page += 0x1000n)
        if (Image.isAt(space, page)) expect(new Image(space, page).firstPageHolds('POOLCODE')).toBe(false);
    });

    it('without the header: large pages for an image of more than 4 and less than 24 MiB', () => {
      const { space, base, selfMapSlot } = opened();
      let end = base;
      for (const { level, isLeaf, address } of space.entries(KERNEL_HALF, ENTRIES, selfMapSlot))
        if (isLeaf && level === 2 && address === end) end += CHUNK;
      expect(end - base).toBeGreaterThan(2n * CHUNK);
      expect(end - base).toBeLessThan(12n * CHUNK);
    });

    it('a section POOLCODE, named in the first page at a multiple of 8', () => {
      expect(opened().image.sections.map((section) => section.name)).toContain('POOLCODE');
      expect(opened().image.firstPageHolds('POOLCODE')).toBe(true);
    });

    it('exports: the name ntoskrnl.exe, and PsInitialSystemProcess, which holds System', () => {
      const { exports } = opened().image;
      expect(exports.name).toBe('ntoskrnl.exe');
      const at = exports.functions.get('PsInitialSystemProcess');
      expect(at).toBe(opened().address('PsInitialSystemProcess'));
      expect(opened().pid(opened().space.u64(at!))).toBe(Number(SYSTEM));
    });
  });

  describe('MemProcFS: offsets in EPROCESS', () => {
    const u64 = (process: bigint, offset: number) => opened().space.u64(process + BigInt(offset));
    const offsets = (from: number, to: number) =>
      Array.from({ length: (to - from) / 8 }, (_, i) => from + 8 * i);

    it('the id: the first 4 that a link to the next process follows', () => {
      const [system] = opened().processes as [bigint];
      const found = offsets(0, sizeOf('_EPROCESS') - 16).find((offset) => {
        const link = u64(system, offset + 8);
        return u64(system, offset) === SYSTEM && (link & 0xffff000000000003n) === 0xffff000000000000n;
      });
      expect(found).toBe(offsetOf('_EPROCESS', 'UniqueProcessId'));
    });

    it('after System: smss.exe, Registry or Secure System, and soon smss.exe', () => {
      const names = opened().processes.map(name);
      expect(names[0]).toBe('System');
      expect(MEMORY_MANAGERS_FIRST).toContain(names[1]);
      expect(names.slice(1, 1 + STEPS_TO_SMSS)).toContain('smss.exe');
    });

    it("the parent: between links and name, the first 0 of System's where smss.exe has 4", () => {
      const [system] = opened().processes as [bigint];
      const smss = processNamed('smss.exe');
      const [from, to] = [
        offsetOf('_EPROCESS', 'ActiveProcessLinks') + 8,
        offsetOf('_EPROCESS', 'ImageFileName'),
      ];
      const found = offsets(from, to).find((at) => u64(system, at) === 0n && u64(smss, at) === SYSTEM);
      expect(found).toBe(offsetOf('_EPROCESS', 'InheritedFromUniqueProcessId'));
    });

    it("the PEB: the first user page's address in smss.exe where System has 0", () => {
      const [system] = opened().processes as [bigint];
      const smss = processNamed('smss.exe');
      const space = opened().spaceOf(smss);
      // It reads the page and takes one that starts with MZ for an image. User pages are not in the dump: ask the VADs.
      const images = vadsOf(opened(), smss)
        .filter(({ type }) => type === IMAGE_MAP)
        .map(({ start }) => start);
      const found = offsets(FIRST_PEB, LAST_PEB).find((at) => {
        const address = u64(smss, at);
        const isPage = address !== 0n && (address & NOT_A_USER_PAGE) === 0n && !images.includes(address);
        return u64(system, at) === 0n && isPage && space.frameAt(address) !== undefined;
      });
      expect(found).toBe(offsetOf('_EPROCESS', 'Peb'));
    });

    it('the object table: a block tagged Obtb', () => {
      for (const process of opened().livingProcesses)
        expect(poolTag(opened(), opened().get(process, '_EPROCESS', 'ObjectTable'))).toBe('Obtb');
    });

    it('the path: starts with \\Device\\ in every process that runs an image', () => {
      const field = offsetOf('_EPROCESS', 'SeAuditProcessCreationInfo.ImageFileName');
      for (const process of withPeb()) {
        const path = opened().space.unicode(u64(process, field));
        expect(path).toMatch(/^\\Device\\/);
        expect(path.split('\\').at(-1)!.slice(0, 14)).toBe(name(process));
      }
    });

    it('VadRoot: an ExitStatus of STATUS_PENDING before it, and VadCount nodes', () => {
      for (const process of opened().livingProcesses) {
        const root = process + BigInt(offsetOf('_EPROCESS', 'VadRoot'));
        expect(opened().space.u32(root - 4n)).toBe(STATUS_PENDING);
        expect(Number(opened().get(process, '_EPROCESS', 'VadCount'))).toBe(vadsOf(opened(), process).length);
      }
    });

    it('more than ten processes', () => {
      expect(opened().processes.length).toBeGreaterThan(10);
    });
  });
}
