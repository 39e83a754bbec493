// Sections as !vad, !ca, !fileobj and !memusage walk them: from a descriptor to its file, from a page to its section.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { ACTIVE, PfnDatabase } from './pfn-database.js';
import { poolTag } from './objects.js';
import type { Vad } from './vads.js';
import { vadsOf, viewOf } from './vads.js';

const PAGE = 4096n;
const PTE_BYTES = 8n;
const FAST_REFERENCES = 15n;
const FILE_TYPE = 5;
const STANDBY = 2; // _MMLISTS
const IMAGE_MAP = 2;
const PRESENT = 1n;
const PROTOTYPE = 1n << 10n;
const TRANSITION = 1n << 11n;
/** Names that !vad prints for the first eight values of a protection. */
const PROTECTIONS = [
  'NO_ACCESS',
  'READONLY',
  'EXECUTE',
  'EXECUTE_READ',
  'READWRITE',
  'WRITECOPY',
  'EXECUTE_READWRITE',
  'EXECUTE_WRITECOPY',
];
const FRAME_MASK = 0xffffffffffn;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

interface Mapped {
  process: bigint;
  vad: Vad;
}

export function sectionRules(opened: () => Kernel): void {
  const mapped = (): Mapped[] =>
    opened().processes.flatMap((process) =>
      vadsOf(opened(), process)
        .filter(({ isPrivate }) => !isPrivate)
        .map((vad) => ({ process, vad })),
    );
  /** Views by control area. */
  const sections = (): Map<bigint, Mapped[]> => {
    const found = new Map<bigint, Mapped[]>();
    for (const view of mapped()) {
      const { controlArea } = viewOf(opened(), view.vad.address);
      found.set(controlArea, [...(found.get(controlArea) ?? []), view]);
    }
    return found;
  };
  const area = (address: bigint, path: string): bigint => opened().get(address, '_CONTROL_AREA', path);
  const fileOf = (address: bigint): bigint => area(address, 'FilePointer.Value') & ~FAST_REFERENCES;
  const isImage = (address: bigint): boolean => area(address, 'u.Flags.Image') === 1n;
  const subsections = (address: bigint): bigint[] => {
    const found: bigint[] = [];
    for (
      let at = address + BigInt(sizeOf('_CONTROL_AREA'));
      at !== 0n;
      at = opened().get(at, '_SUBSECTION', 'NextSubsection')
    )
      found.push(at);
    return found;
  };
  const pages = (subsection: bigint): number =>
    Number(opened().get(subsection, '_SUBSECTION', 'PtesInSubsection'));

  describe('sections', () => {
    it('a view leads to a control area that lists it, with as many views as it counts', () => {
      const kernel = opened();
      for (const [address, views] of sections()) {
        const list = kernel.list(
          address + BigInt(offsetOf('_CONTROL_AREA', 'ListHead')),
          '_MMVAD',
          'ViewLinks',
        );
        expect(list.map(hex).sort()).toEqual(views.map(({ vad }) => hex(vad.address)).sort());
        expect(area(address, 'NumberOfMappedViews')).toBe(BigInt(views.length));
        expect(area(address, 'NumberOfUserReferences')).toBeGreaterThanOrEqual(BigInt(views.length));
        for (const { process, vad } of views) {
          const view = viewOf(kernel, vad.address);
          expect(view.process).toBe(process);
          expect(view.subsection).toBe(address + BigInt(sizeOf('_CONTROL_AREA')));
          expect((view.lastPrototype - view.firstPrototype) / PTE_BYTES + 1n).toBe(
            (vad.end - vad.start) / PAGE,
          );
        }
        expect(poolTag(kernel, address)).toBe(isImage(address) ? 'MmCi' : 'MmCa');
        expect(views.every(({ vad }) => (vad.type === IMAGE_MAP) === isImage(address))).toBe(true);
      }
    });

    it('a segment and its control area name each other; subsections divide its prototype PTEs without gaps', () => {
      const kernel = opened();
      for (const address of sections().keys()) {
        const segment = area(address, 'Segment');
        const get = (path: string) => kernel.get(segment, '_SEGMENT', path);
        expect(get('ControlArea')).toBe(address);
        const parts = subsections(address);
        expect(parts.every((part) => kernel.get(part, '_SUBSECTION', 'ControlArea') === address)).toBe(true);
        let next = get('PrototypePte');
        for (const part of parts) {
          expect(kernel.get(part, '_SUBSECTION', 'SubsectionBase')).toBe(next);
          next += PTE_BYTES * BigInt(pages(part));
        }
        const total = parts.reduce((sum, part) => sum + pages(part), 0);
        expect(get('TotalNumberOfPtes')).toBe(BigInt(total));
        expect(get('SizeOfSegment')).toBe(BigInt(total) * PAGE);
      }
    });

    it("a mapped file's object is one of a path, and its section pointers lead back", () => {
      const kernel = opened();
      const names = new Set<string>();
      for (const address of sections().keys()) {
        const file = fileOf(address);
        expect(area(address, 'u.Flags.File')).toBe(file === 0n ? 0n : 1n);
        if (file === 0n) continue;
        expect(Number(kernel.get(file, '_FILE_OBJECT', 'Type'))).toBe(FILE_TYPE);
        expect(Number(kernel.get(file, '_FILE_OBJECT', 'Size'))).toBe(sizeOf('_FILE_OBJECT'));
        const name = kernel.space.unicode(file + BigInt(offsetOf('_FILE_OBJECT', 'FileName')));
        expect(name).toMatch(/^\\[^:]+[^\\:]$/);
        names.add(name);
        const pointers = kernel.get(file, '_FILE_OBJECT', 'SectionObjectPointer');
        const back = isImage(address) ? 'ImageSectionObject' : 'DataSectionObject';
        expect(kernel.get(pointers, '_SECTION_OBJECT_POINTERS', back)).toBe(address);
      }
      expect(names).toContain('\\Windows\\System32\\ntdll.dll');
    });

    it('prototype PTEs: a frame that names them, or where the page comes from; the section counts the frames', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const kinds = { valid: 0, transition: 0, file: 0, zero: 0 };
      for (const address of sections().keys()) {
        let inMemory = 0n;
        for (const part of subsections(address)) {
          const base = kernel.get(part, '_SUBSECTION', 'SubsectionBase');
          for (let page = 0; page < pages(part); page++) {
            const at = base + PTE_BYTES * BigInt(page);
            const pte = kernel.space.u64(at);
            if ((pte & PRESENT) === 1n || (pte & (PROTOTYPE | TRANSITION)) === TRANSITION) {
              inMemory++;
              const pfn = pfns.entry(Number((pte >> 12n) & FRAME_MASK));
              expect(pfn.pteAddress).toBe(at);
              const isValid = (pte & PRESENT) === 1n;
              expect([pfn.location, pfn.referenceCount]).toEqual(isValid ? [ACTIVE, 1] : [STANDBY, 0]);
              kinds[isValid ? 'valid' : 'transition']++;
              const original = kernel.get(
                pfns.addressOf(Number((pte >> 12n) & FRAME_MASK)),
                '_MMPFN',
                'OriginalPte.u.Long',
              );
              if (fileOf(address) !== 0n) expect(original >> 16n).toBe(part & 0xffffffffffffn);
            } else if ((pte & PROTOTYPE) !== 0n) {
              expect(pte >> 16n).toBe(part & 0xffffffffffffn);
              kinds.file++;
            } else {
              expect(fileOf(address)).toBe(0n);
              kinds.zero++;
            }
          }
        }
        expect(area(address, 'NumberOfPfnReferences')).toBe(inMemory);
      }
      for (const [kind, count] of Object.entries(kinds)) expect(count, kind).toBeGreaterThan(0);
    });
  });

  describe("a process's memory", () => {
    it('descriptors are those of truth, with kinds, protections, commitments and files', () => {
      const kernel = opened();
      let ranges = 0;
      for (const { address, memory } of kernel.truth.processes) {
        const found = vadsOf(kernel, BigInt(address)).map((vad) => {
          const file = vad.isPrivate ? 0n : fileOf(viewOf(kernel, vad.address).controlArea);
          return {
            start: `0x${vad.start.toString(16).padStart(16, '0')}`,
            end: `0x${vad.end.toString(16).padStart(16, '0')}`,
            kind: vad.isPrivate ? 'private' : vad.type === IMAGE_MAP ? 'image' : 'mapped',
            protection: PROTECTIONS[vad.protection & 7]!,
            committed: vad.commitCharge,
            ...(file === 0n
              ? {}
              : { file: kernel.space.unicode(file + BigInt(offsetOf('_FILE_OBJECT', 'FileName'))) }),
          };
        });
        expect(found).toEqual(memory);
        ranges += memory.length;
      }
      expect(ranges).toBeGreaterThan(300);
    });

    it('sizes are the sums of its descriptors', () => {
      const kernel = opened();
      for (const process of kernel.processes) {
        const vads = vadsOf(kernel, process);
        const get = (path: string) => kernel.get(process, '_EPROCESS', path);
        expect(get('VirtualSize')).toBe(vads.reduce((sum, { start, end }) => sum + end - start, 0n));
        expect(get('CommitCharge')).toBe(BigInt(vads.reduce((sum, vad) => sum + vad.commitCharge, 0)));
        for (const { commitCharge, isPrivate, isWhole, start, end } of vads) {
          const size = Number((end - start) / PAGE);
          expect(commitCharge).toBeLessThanOrEqual(size);
          if (isPrivate && isWhole) expect(commitCharge).toBe(size);
        }
      }
    });
  });
}
