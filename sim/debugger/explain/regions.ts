import { address as shown, hex } from '../format/numbers.js';
import { kernelGlobal } from '../kernel/lists.js';
import { sessionSpaces } from '../kernel/session-spaces.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { attempt } from './attempt.js';
import { place, range, type Evidence, type Finding } from './explanation.js';
import uses from './regions.json' with { type: 'json' };

const REGIONS = '_MI_ASSIGNED_REGION_TYPES';
const TYPES = '_MI_SYSTEM_VA_TYPE';
const REGION_PREFIX = /^AssignedRegion/;
const TYPE_PREFIX = /^MiVa/;
const UNUSED = 'Unused';
/** What one entry of the topmost page table maps; the kernel's half is given out in such pieces. */
const SLOT_BYTES = 1n << 39n;
const FIRST_SYSTEM = 0xffff800000000000n;

export interface Region {
  /** As the kernel names it: `KernelStacks`. */
  name: string;
  start: bigint;
  bytes: bigint;
  /** Of what says so. */
  at: bigint;
  /** What says so. */
  source: string;
}

/** Which of the kernel's regions an address lies in, by MiState's tables of them. */
export function regionOf(session: Session, address: bigint): Region | undefined {
  const state = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
  return (
    halRegion(state, address) ?? assignedRegion(session, state, address) ?? slotOf(session, state, address)
  );
}

/** All regions that MiState tells of, by address. */
export function allRegions(session: Session): Region[] {
  const state = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
  const found = new Map<bigint, Region>();
  const hal = state.has(HAL) ? state.value(HAL) : 0n;
  const starts = [hal, ...Array.from({ length: SLOTS }, (_, i) => FIRST_SYSTEM + BigInt(i) * SLOT_BYTES)];
  for (const start of starts) {
    const region = start === 0n ? undefined : regionOf(session, start);
    if (region) found.set(region.start, region);
  }
  return [...found.values()].sort((a, b) => (a.start < b.start ? -1 : 1));
}

const SLOTS = 256; // of the kernel's half
const HAL = 'SystemVa.HalPrivateVaStart';

/** SystemVaRegions: where each kind of region is, since Windows gives them random places. */
function assignedRegion(session: Session, state: TypedView, address: bigint): Region | undefined {
  const types = session.type(`nt!${REGIONS}`);
  if (types?.kind !== 'enum') return undefined;
  for (const { name, value } of types.values) {
    const path = `Vs.SystemVaRegions[${value}]`;
    if (!state.has(path) || name.endsWith('Maximum')) continue;
    const region = state.inner(path);
    const start = region.value('BaseAddress');
    const bytes = region.value('NumberOfBytes');
    if (bytes > 0n && address >= start && address < start + bytes)
      return { name: name.replace(REGION_PREFIX, ''), start, bytes, at: region.address, source: 'nt!MiState.Vs.SystemVaRegions says so at' };
  }
  return undefined;
} // prettier-ignore

/** SystemVaType: what each 512 GiB of the kernel's half are for. */
function slotOf(session: Session, state: TypedView, address: bigint): Region | undefined {
  const types = session.type(`nt!${TYPES}`);
  if (types?.kind !== 'enum' || !state.has('Vs.SystemVaType[0]')) return undefined;
  const slot = (address - FIRST_SYSTEM) / SLOT_BYTES;
  const path = `Vs.SystemVaType[${slot}]`;
  const value = state.value(path);
  const name = types.values.find((each) => each.value === value)?.name.replace(TYPE_PREFIX, '');
  if (name === undefined || name === UNUSED) return undefined;
  return { name, start: FIRST_SYSTEM + slot * SLOT_BYTES, bytes: SLOT_BYTES, at: state.at(path), source: 'nt!MiState.Vs.SystemVaType says so at' };
} // prettier-ignore

/** SystemVa.HalPrivateVaStart: what the HAL maps for itself. */
function halRegion(state: TypedView, address: bigint): Region | undefined {
  if (!state.has(HAL)) return undefined;
  const start = state.value(HAL);
  const bytes = state.value('SystemVa.HalPrivateVaSize');
  if (start === 0n || address < start || address >= start + bytes) return undefined;
  return { name: 'Hal', start, bytes, at: state.at(HAL), source: 'nt!MiState.SystemVa says so at' };
}

/** Of the kernel's half: the region, and what regions of its name are for. */
export function kernelRegion(session: Session, at: bigint): Finding {
  const found = attempt(() => [regionOf(session, at)]);
  const [region] = found;
  if (!region) return unnamedRegion(at, found.length > 0);
  const { name, start, bytes, source } = region;
  const use = (uses as Readonly<Record<string, string>>)[name];
  return {
    kind: 'region',
    title: `region ${name}`,
    evidence: [
      ...(use === undefined ? [] : [{ label: 'is for', value: use }]),
      range('range', start, start + bytes),
      place(source, region.at, { command: `dq ${hex(region.at)} L2` }),
      ...(name.startsWith('Session') ? attempt(() => sessionEvidence(session)) : []),
    ],
  };
}

/** Session space is another one in each session: which the current process sees. */
function sessionEvidence(session: Session): Evidence[] {
  const own = session.view('_EPROCESS', session.process).value('Session');
  const space = sessionSpaces(session).find(({ address }) => address === own);
  if (!space) return [{ label: 'session', value: 'none: the current process is in no session and sees nothing here' }];
  return [
    { label: 'session', value: `${space.value('SessionId')}, that of the current process`, command: '!session' },
    place('MM_SESSION_SPACE', space.address, { type: 'nt!_MM_SESSION_SPACE' }),
  ];
} // prettier-ignore

/** The slots that Windows has at the same place always. Source: Windows SDK, ntddk.h, and public memory maps. */
const FIXED: readonly [start: bigint, name: string][] = [[0xffffffffffc00000n, 'Hal']];

/** Where no table tells, or where none can be read. */
function unnamedRegion(at: bigint, isRead: boolean): Finding {
  const fixed = FIXED.find(([start]) => at >= start);
  const rest = isRead ? 'where no region is' : 'of which the dump or the symbols tell no regions';
  if (!fixed) return { kind: 'region', title: `the kernel's half, ${rest}`, evidence: [] };
  const [start, name] = fixed;
  return {
    kind: 'region',
    title: `region ${name}`,
    evidence: [
      { label: 'is for', value: uses.Hal },
      { label: 'from', value: `${shown(start)} on, the last 4 MiB of all addresses` },
    ],
  };
}
