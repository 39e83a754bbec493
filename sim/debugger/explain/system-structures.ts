import { address as shown, hex } from '../format/numbers.js';
import { physicalRuns } from '../kernel/frames.js';
import { kernelPointer } from '../kernel/lists.js';
import { entryText } from '../kernel/page-entries.js';
import { readInteger } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { Finding } from './explanation.js';

/** Where the page that the kernel shares with every process lies in each half. Source: Windows SDK, ntddk.h. */
const SHARED_DATA = [0x7ffe0000n, 0xfffff78000000000n];
const PAGE = 0x1000n;
const IDT_BYTES = 0x1000n; // 256 gates of 16 bytes
/** Bytes of the entries that map all addresses. */
const ENTRIES_BYTES = 1n << 39n;

const isIn = (at: bigint, start: bigint, bytes: bigint) => at >= start && at < start + bytes;

/** Structures that are the machine's own and lie where processors and the memory manager expect them. */
export function structureOf(session: Session, at: bigint): Finding[] {
  return [...sharedData(at), ...ofProcessor(session, at), ...tableEntry(session, at), ...frameEntry(session, at)]; // prettier-ignore
}

function sharedData(at: bigint): Finding[] {
  const start = SHARED_DATA.find((place) => isIn(at, place, PAGE));
  if (start === undefined) return [];
  return [
    {
      kind: 'structure',
      title: 'KUSER_SHARED_DATA, the page that the kernel shares with every process',
      evidence: [{ label: 'fixed address', value: shown(start), address: start, command: `dt nt!_KUSER_SHARED_DATA ${hex(start)}` }],
    },
  ]; // prettier-ignore
}

function ofProcessor(session: Session, at: bigint): Finding[] {
  for (const processor of session.target.processors) {
    if (!processor) continue;
    const { number, pcr, prcb, special } = processor;
    const tss = session.view('_KPCR', pcr).value('TssBase');
    const places: readonly [name: string, start: bigint, bytes: bigint, command: string][] = [
      ['KPRCB', prcb, BigInt(session.struct('_KPRCB').size), `!prcb ${hex(number)}`],
      ['KPCR', pcr, prcb - pcr, `!pcr ${hex(number)}`],
      ['interrupt descriptor table', special['idtr'] ?? 0n, IDT_BYTES, `~${number}s; !idt -a`],
      ['global descriptor table', special['gdtr'] ?? 0n, (special['gdtl'] ?? 0n) + 1n, `~${number}s; !gdt`],
      ['task state segment', tss, BigInt(session.struct('_KTSS64').size), `dt nt!_KTSS64 ${hex(tss)}`],
    ];
    const found = places.find(([, start, bytes]) => start !== 0n && isIn(at, start, bytes));
    if (!found) continue;
    const [name, start, , command] = found;
    return [
      {
        kind: 'structure',
        title: `${name} of processor ${number}`,
        evidence: [
          { label: 'begins at', value: shown(start), address: start, command },
          { label: 'offset in it', value: `0x${hex(at - start)}` },
        ],
      },
    ];
  }
  return [];
}

const LEVELS = ['PTE', 'PDE', 'PPE', 'PXE'];

/** An entry of the page tables, which the self-map shows as memory: of which level, and of what address. */
function tableEntry(session: Session, at: bigint): Finding[] {
  const base = kernelPointer(session, 'MmPteBase');
  if (!isIn(at, base, ENTRIES_BYTES)) return [];
  const mapped = (entry: bigint) => BigInt.asUintN(64, BigInt.asIntN(48, ((entry - base) >> 3n) << 12n));
  const entryAt = at & ~7n;
  let level = 0;
  let of = mapped(entryAt);
  while (level < LEVELS.length - 1 && isIn(of, base, ENTRIES_BYTES)) {
    level++;
    of = mapped(of & ~7n);
  }
  const contents =
    session.memory.read(entryAt, 8).length === 8 ? readInteger(session.memory, entryAt, 8) : undefined;
  return [
    {
      kind: 'structure',
      title: `${LEVELS[level]!} of ${shown(of)}, in the self-map of the page tables`,
      evidence: [
        { label: 'nt!MmPteBase', value: shown(base), address: base },
        { label: 'maps', value: shown(of), address: of, command: `!pte ${hex(of)}` },
        ...(contents === undefined
          ? [{ label: 'contents', value: 'its page table is not there' }]
          : [{ label: 'contents', value: `${hex(contents, 16)}  ${entryText(contents, level > 0)}` }]),
      ],
    },
  ];
}

function frameEntry(session: Session, at: bigint): Finding[] {
  const base = kernelPointer(session, 'MmPfnDatabase');
  const size = BigInt(session.struct('_MMPFN').size);
  const last = physicalRuns(session).reduce(
    (end, run) => (run.base + run.count > end ? run.base + run.count : end),
    0n,
  );
  if (!isIn(at, base, last * size)) return [];
  const frame = (at - base) / size;
  return [
    {
      kind: 'structure',
      title: `PFN database, entry of frame ${hex(frame)}`,
      evidence: [
        { label: 'nt!MmPfnDatabase', value: shown(base), address: base },
        { label: 'entry at', value: shown(base + frame * size), address: base + frame * size, command: `!pfn ${hex(frame)}` },
      ],
    },
  ]; // prettier-ignore
}
