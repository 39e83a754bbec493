import { hex } from '../format/numbers.js';
import { physicalRuns } from '../kernel/frames.js';
import { kernelPointer } from '../kernel/lists.js';
import { locationName } from '../kernel/page-entries.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { deviceMemoryAt } from './device-memory.js';
import { place, type Evidence, type Finding } from './explanation.js';
import { frameOwner } from './frame-owners.js';

const PAGE_BYTES = 0x1000;

/** A frame by its entry in the PFN database, and whose page the entry says that it is. */
export function frameFindings(session: Session, pfn: number): Finding[] {
  const inDump = session.target.physical.page(pfn) ? '' : '; the dump does not hold the page';
  const physical: Evidence = {
    label: 'physical address',
    value: hex(pfn * PAGE_BYTES),
    physical: BigInt(pfn) * BigInt(PAGE_BYTES),
    command: `!pfn ${hex(pfn)}`,
  };
  if (!isMemory(session, pfn)) return [notWindows(session, pfn, physical)];
  const view = pfnEntry(session, pfn);
  if (!view) return [{ kind: 'page', title: `frame ${hex(pfn)}${inDump}`, evidence: [physical] }];
  const value = (...paths: string[]) => {
    const path = paths.find((one) => view.has(one));
    return path === undefined ? 0n : view.value(path);
  };
  const page: Finding = {
    kind: 'page',
    title: `frame ${hex(pfn)}: ${locationName(Number(value('u3.e1.PageLocation')))}${inDump}`,
    evidence: [
      physical,
      place('PFN entry', view.address, { command: `!pfn ${hex(pfn)}`, type: 'nt!_MMPFN' }),
      place('PTE that maps it', value('PteAddress')),
      { label: 'original PTE', value: hex(value('OriginalPte.u.Long'), 16) },
      { label: 'reference count', value: `${value('u3.ReferenceCount', 'u3.e2.ReferenceCount')}` },
      { label: 'priority', value: `${value('u3.e3.Priority', 'u3.e1.Priority')}` },
      { label: 'shared', value: value('u4.PrototypePte') ? 'yes: its PTE is a prototype' : 'no' },
    ],
  };
  return [page, ...frameOwner(session, pfn, view)];
}

/** Memory that Windows was not given: the hypervisor's, or registers of a device. */
function notWindows(session: Session, pfn: number, physical: Evidence): Finding {
  const device = deviceMemoryAt(session, BigInt(pfn) * BigInt(PAGE_BYTES));
  if (device)
    return {
      kind: 'page',
      title: `frame ${hex(pfn)}: no memory, but registers or memory of the device ${device.path}`,
      evidence: [physical, ...device.evidence],
    };
  const isInDump = session.target.physical.page(pfn) !== undefined;
  return {
    kind: 'page',
    title: isInDump
      ? `frame ${hex(pfn)}: memory that Windows does not have, the hypervisor's or the secure kernel's`
      : `frame ${hex(pfn)}: not in nt!MmPhysicalMemoryBlock; the hypervisor's memory, a device's, or none`,
    evidence: [physical],
  };
}

/** Whether Windows has a frame, by MmPhysicalMemoryBlock. */
function isMemory(session: Session, pfn: number): boolean {
  try {
    return physicalRuns(session).some(({ base, count }) => BigInt(pfn) >= base && BigInt(pfn) < base + count);
  } catch (error) {
    if (error instanceof MemoryError) return true;
    throw error;
  }
}

/** A frame's MMPFN; `undefined` where the dump does not hold it. */
export function pfnEntry(session: Session, pfn: number): TypedView | undefined {
  const type = session.struct('_MMPFN');
  const at = kernelPointer(session, 'MmPfnDatabase') + BigInt(pfn) * BigInt(type.size);
  return session.memory.read(at, type.size).length < type.size ? undefined : new TypedView(session, type, at);
}

/** What the PTE of a frame becomes when the page leaves memory; `undefined` where its entry is not in the dump. */
export function originalPte(session: Session, pfn: number): bigint | undefined {
  return pfnEntry(session, pfn)?.value('OriginalPte.u.Long');
}
