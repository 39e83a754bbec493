import { hex } from '../format/numbers.js';
import { kernelPointer } from '../kernel/lists.js';
import { activeProcesses, idleProcess, imageName } from '../kernel/processes.js';
import { sessionSpaces } from '../kernel/session-spaces.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { TypedView } from '../types/typed-view.js';
import { place, type Evidence, type Finding } from './explanation.js';
import { pfnEntry } from './frames.js';
import { filePageEvidence, filePageOf, subsectionIn } from './subsections.js';

/** Bytes of the entries that map all addresses. */
const ENTRIES_BYTES = 1n << 39n;
const LEVELS = ['page', 'page table', 'page directory', 'page directory pointer table', 'topmost page table'];
const FIRST_SYSTEM = 0xffff800000000000n;
const PAGE_BITS = 12n;
const LISTED = [0, 1]; // MMLISTS: zeroed and free pages are nobody's

/** Whose page a frame is: what its PTE maps, of which process, or of which file. */
export function frameOwner(session: Session, pfn: number, entry: TypedView): Finding[] {
  try {
    if (LISTED.includes(entry.number('u3.e1.PageLocation'))) return [];
    if (entry.value('u4.PrototypePte') !== 0n) return sharedPage(session, entry);
    return mappedPage(session, pfn, entry);
  } catch (error) {
    if (error instanceof MemoryError) return [];
    throw error;
  }
}

function sharedPage(session: Session, entry: TypedView): Finding[] {
  const prototype = entry.value('PteAddress');
  const subsection = subsectionIn(entry.value('OriginalPte.u.Long'));
  const where = place('prototype PTE', prototype, { command: `dq ${hex(prototype)} L1` });
  const page = subsection === undefined ? undefined : filePageOf(session, subsection, prototype);
  if (!page)
    return [{ kind: 'owner', title: 'page of a section that the page file backs', evidence: [where] }];
  return [
    {
      kind: 'owner',
      title: `page of ${page.isImage ? 'the image ' : ''}${page.path}, from its byte 0x${hex(page.offset)} on`,
      evidence: [where, ...filePageEvidence(page)],
    },
  ];
}

function mappedPage(session: Session, pfn: number, entry: TypedView): Finding[] {
  const pte = entry.value('PteAddress') & ~7n;
  const base = kernelPointer(session, 'MmPteBase');
  if (pte < base || pte >= base + ENTRIES_BYTES) return sessionTable(session, pte);
  let [level, maps] = [0, mappedBy(base, pte)];
  while (level < LEVELS.length - 1 && maps >= base && maps < base + ENTRIES_BYTES) {
    level++;
    maps = mappedBy(base, maps & ~7n);
  }
  const root = rootOf(session, pfn, entry);
  const process = root === undefined ? undefined : processes(session).get(root);
  const isSystem = maps >= FIRST_SYSTEM && level < LEVELS.length - 1;
  const whose = isSystem ? 'the kernel' : process ? `process ${hex(process.value('UniqueProcessId'))}, ${imageName(session, process)}` : 'a process';
  const what = level === 0 ? 'page' : LEVELS[level]!;
  const at = level === LEVELS.length - 1 ? '' : ` ${level === 0 ? 'at' : 'for'} ${hex(maps, 16)}`;
  const evidence: Evidence[] = [
    place('its PTE', pte, { command: `!pte ${hex(at === '' ? pte : maps)}` }),
    ...(at === '' ? [] : [place(level === 0 ? 'maps it at' : 'maps from', maps)]),
    ...(process && !isSystem ? [place('process', process.address, { command: `!process ${hex(process.address)} 0`, type: 'nt!_EPROCESS' })] : []),
    ...(root === undefined ? [] : [{ label: 'topmost page table', value: `frame ${hex(root)}`, physical: BigInt(root) << PAGE_BITS }]),
  ];
  return [{ kind: 'owner', title: `${what}${at} of ${whose}`, evidence }];
} // prettier-ignore

const mappedBy = (base: bigint, entry: bigint) =>
  BigInt.asUintN(64, BigInt.asIntN(48, ((entry - base) >> 3n) << PAGE_BITS));

/** What owns a session's topmost page table is an entry in its MM_SESSION_SPACE. */
function sessionTable(session: Session, pte: bigint): Finding[] {
  const size = BigInt(session.struct('_MM_SESSION_SPACE').size);
  const space = sessionSpaces(session).find(({ address }) => pte >= address && pte < address + size);
  if (!space) return [];
  return [
    {
      kind: 'owner',
      title: `page table of the space of session ${space.value('SessionId')}`,
      evidence: [place('its entry', pte), place('MM_SESSION_SPACE', space.address, { type: 'nt!_MM_SESSION_SPACE' })],
    },
  ];
} // prettier-ignore

/** Frames that hold page tables lead to the one above, and the topmost to itself. */
function rootOf(session: Session, pfn: number, entry: TypedView): number | undefined {
  let [at, view]: [number, TypedView | undefined] = [pfn, entry];
  for (let level = 0; view && level < LEVELS.length; level++) {
    const above = view.number('u4.PteFrame');
    if (above === at) return at;
    at = above;
    view = pfnEntry(session, above);
  }
  return undefined;
}

/** A dump does not change: page tables of processes are looked up once. */
const known = new WeakMap<Session, ReadonlyMap<number, TypedView>>();

/** Processes by the frame of their topmost page table. */
function processes(session: Session): ReadonlyMap<number, TypedView> {
  let found = known.get(session);
  if (!found) {
    const all = new Map<number, TypedView>();
    for (const process of [...idleProcess(session), ...activeProcesses(session)])
      all.set(Number(process.value('Pcb.DirectoryTableBase') >> PAGE_BITS), process);
    known.set(session, (found = all));
  }
  return found;
}
