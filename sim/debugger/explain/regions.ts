import { kernelGlobal } from '../kernel/lists.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';

const REGIONS = '_MI_ASSIGNED_REGION_TYPES';
const PREFIX = /^AssignedRegion/;

export interface Region {
  /** As the kernel names it: `KernelStacks`. */
  name: string;
  start: bigint;
  bytes: bigint;
  /** Of the MI_SYSTEM_VA_ASSIGNMENT that says so. */
  at: bigint;
}

/** Which of the kernel's regions an address lies in, by MiState's table of them. */
export function regionOf(session: Session, address: bigint): Region | undefined {
  const types = session.type(`nt!${REGIONS}`);
  if (types?.kind !== 'enum') return undefined;
  const state = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
  for (const { name, value } of types.values) {
    const path = `Vs.SystemVaRegions[${value}]`;
    if (!state.has(path) || name.endsWith('Maximum')) continue;
    const region = state.inner(path);
    const start = region.value('BaseAddress');
    const bytes = region.value('NumberOfBytes');
    if (bytes > 0n && address >= start && address < start + bytes)
      return { name: name.replace(PREFIX, ''), start, bytes, at: region.address };
  }
  return undefined;
}
