import { address as shown, hex } from '../format/numbers.js';
import { physicalRuns } from '../kernel/frames.js';
import { kernelPointer } from '../kernel/lists.js';
import { entryText } from '../kernel/page-entries.js';
import { readInteger } from '../memory/memory.js';
import type { Session } from '../session.js';
import { attempt } from './attempt.js';
import { place, type Evidence, type Finding } from './explanation.js';
import { fieldEvidence, typeName } from './fields.js';
import { GATE_BYTES, gatesOf, VECTORS } from './interrupt-gates.js';
import { systemPageOf } from './system-pages.js';

/** Where the page that the kernel shares with every process lies in each half. Source: Windows SDK, ntddk.h. */
const SHARED_DATA = [0x7ffe0000n, 0xfffff78000000000n];
const PAGE = 0x1000n;
/** Bytes of the entries that map all addresses. */
const ENTRIES_BYTES = 1n << 39n;

const isIn = (at: bigint, start: bigint, bytes: bigint) => at >= start && at < start + bytes;

/** Structures that are the machine's own and lie where processors and the memory manager expect them. */
export function structureOf(session: Session, at: bigint): Finding[] {
  return [sharedData, ofProcessor, tableEntry, frameEntry, systemPageOf].flatMap((find) =>
    attempt(() => find(session, at)),
  );
}

/** The page that is at the same address in every process. */
export function sharedData(session: Session, at: bigint): Finding[] {
  const start = SHARED_DATA.find((each) => isIn(at, each, PAGE));
  if (start === undefined) return [];
  const type = typeName(session, '_KUSER_SHARED_DATA');
  return [
    {
      kind: 'structure',
      title: 'KUSER_SHARED_DATA, the page that the kernel shares with every process',
      evidence: [place('fixed address', start, { type }), ...fieldEvidence(session, type, start, at)],
    },
  ];
}

/** What each processor has of its own. */
function ofProcessor(session: Session, at: bigint): Finding[] {
  for (const processor of session.target.processors) {
    if (!processor) continue;
    const { number, pcr, prcb, special } = processor;
    const tss = session.view('_KPCR', pcr).value('TssBase');
    const gdt = special['gdtr'] ?? 0n;
    const idt = special['idtr'] ?? 0n;
    const context = session.view('_KPRCB', prcb).value('Context');
    const sizeOf = (type: string) => BigInt(session.struct(type).size);
    const places: readonly Place[] = [
      { name: 'KPRCB', start: prcb, bytes: sizeOf('_KPRCB'), command: `!prcb ${number}`, type: 'nt!_KPRCB' },
      { name: 'KPCR', start: pcr, bytes: prcb - pcr, command: `!pcr ${number}`, type: 'nt!_KPCR' },
      { name: 'interrupt descriptor table', start: idt, bytes: BigInt(VECTORS * GATE_BYTES), command: `~${number}s; !idt -a`, more: () => gateEvidence(session, number, at - idt) },
      { name: 'global descriptor table', start: gdt, bytes: (special['gdtl'] ?? 0n) + 1n, command: `~${number}s; !gdt`, more: () => [{ label: 'selector', value: `0x${hex((at - gdt) & ~7n)}`, command: `dg ${hex((at - gdt) & ~7n)}` }] },
      { name: 'task state segment', start: tss, bytes: sizeOf('_KTSS64'), command: `dt nt!_KTSS64 ${hex(tss)}`, type: 'nt!_KTSS64' },
      { name: 'CONTEXT', start: context, bytes: sizeOf('_CONTEXT'), command: `.cxr ${hex(context)}`, type: 'nt!_CONTEXT' },
    ]; // prettier-ignore
    const exact = places.find(({ start, bytes }) => start !== 0n && isIn(at, start, bytes));
    // Each has pages of its own, up to whose ends nothing else lies.
    const found =
      exact ?? places.find(({ start, bytes }) => start !== 0n && isIn(at, start, pagesOf(start, bytes)));
    if (!found) continue;
    const { name, start, command, type, more } = found;
    const isBehind = exact === undefined;
    return [
      {
        kind: 'structure',
        title: `${isBehind ? 'rest of the pages of the ' : ''}${name} of processor ${number}`,
        evidence: isBehind
          ? [place('begins at', start, { command })]
          : [
              place('begins at', start, { command, ...(type && { type }) }),
              ...(type
                ? fieldEvidence(session, type, start, at)
                : [{ label: 'offset in it', value: `0x${hex(at - start)}` }]),
              ...(more?.() ?? []),
            ],
      },
    ];
  }
  return [];
}

/** Bytes up to the end of the last page of a structure. */
const pagesOf = (start: bigint, bytes: bigint) => ((start + bytes + PAGE - 1n) & ~(PAGE - 1n)) - start;

interface Place {
  name: string;
  start: bigint;
  bytes: bigint;
  command: string;
  type?: string;
  more?: () => Evidence[];
}

/** The vector whose gate lies at an offset of a table, and what it leads to. */
function gateEvidence(session: Session, processor: number, offset: bigint): Evidence[] {
  const vector = Number(offset) / GATE_BYTES;
  const gate = [...gatesOf(session, processor)].find((each) => each.vector === Math.floor(vector));
  if (!gate) return [];
  const symbol = session.symbolText(gate.handler);
  return [
    { label: 'vector', value: `0x${hex(gate.vector)}`, command: `!idt ${hex(gate.vector)}` },
    {
      ...place('leads to', gate.handler, { command: `ln ${hex(gate.handler)}` }),
      value: `${shown(gate.handler)} ${symbol}`,
    },
  ];
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
