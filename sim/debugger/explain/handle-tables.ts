import { hex } from '../format/numbers.js';
import { viewOf } from '../files/record.js';
import {
  handleOf,
  type Handle,
  LEVEL_MASK,
  ENTRIES_A_PAGE,
  ENTRY_BYTES,
  HANDLE_STEP,
  POINTERS_A_PAGE,
} from '../kernel/handles.js';
import { atMost, kernelGlobal, kernelPointer, listEntries } from '../kernel/lists.js';
import { imageName, processAt } from '../kernel/processes.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { TypedView } from '../types/typed-view.js';
import { place, type Evidence, type Finding } from './explanation.js';

const PAGE_MASK = 0xfffn;
const MOST_PAGES = 0x10000;
const MOST_TABLES = 0x4000;

/** A page of a handle table: of entries, or of pointers to such pages. */
interface TablePage {
  table: TypedView;
  isOfIds: boolean;
  /** 0 for entries. */
  depth: number;
  /** Number of the first handle, counted in entries. */
  first: number;
}

/** The handle table that an address lies in, and the handle whose entry is there. */
export function handleEntryOf(session: Session, at: bigint): Finding[] {
  const start = at & ~PAGE_MASK;
  const page = pages(session).get(start);
  if (!page) return [];
  const { table, isOfIds, depth, first } = page;
  const whose = isOfIds ? 'the table of process and thread ids' : `the handle table of ${ownerText(session, table)}`;
  const tablePlace = place('handle table', table.address, { type: 'nt!_HANDLE_TABLE' });
  if (depth > 0)
    return [
      {
        kind: 'structure',
        title: `${whose}: pointers of level ${depth}`,
        evidence: [tablePlace, place('page', start)],
      },
    ];
  const index = Number(at & PAGE_MASK) >> 4;
  const value = (first + index) * HANDLE_STEP;
  const entryAt = start + BigInt(index * ENTRY_BYTES);
  const entry = index === 0 ? undefined : handleOf(session, entryAt, value);
  const owner = table.value('UniqueProcessId');
  const title = index === 0 ? "the first entry, the table's own" : `${entry && 'object' in entry ? '' : 'free '}entry of ${isOfIds ? 'id' : 'handle'} ${hex(value)}`;
  return [
    {
      kind: 'structure',
      title: `${whose}: ${title}`,
      evidence: [
        tablePlace,
        place('entry at', entryAt, { type: 'nt!_HANDLE_TABLE_ENTRY' }),
        ...(entry && 'object' in entry ? objectEvidence(session, entry, isOfIds, owner) : []),
      ],
    },
  ];
} // prettier-ignore

/** Entries lead to an object's header; those of ids to the process or thread itself. */
function objectEvidence(session: Session, { value, object, grantedAccess }: Handle, isOfIds: boolean, owner: bigint): Evidence[] {
  const header = object - bodyBytes(session);
  if (isOfIds) return [place('process or thread', header, { command: `!object ${hex(header)}` })];
  return [
    place('object', object, { command: `!handle ${hex(value)} 3 ${hex(owner)}` }),
    place('its header', header, { type: 'nt!_OBJECT_HEADER' }),
    { label: 'granted access', value: `0x${hex(grantedAccess)}` },
  ];
} // prettier-ignore

const bodyBytes = (session: Session) => session.view('_OBJECT_HEADER', 0n).at('Body');

function ownerText(session: Session, table: TypedView): string {
  const process = table.value('QuotaProcess');
  const id = hex(table.value('UniqueProcessId'));
  return process === 0n
    ? `process ${id}`
    : `process ${id}, ${imageName(session, processAt(session, process))}`;
}

/** A dump does not change: the tables of all processes are walked once. */
const known = new WeakMap<Session, ReadonlyMap<bigint, TablePage>>();

function pages(session: Session): ReadonlyMap<bigint, TablePage> {
  let found = known.get(session);
  if (!found) {
    const all = new Map<bigint, TablePage>();
    const ids = session.view('_HANDLE_TABLE', kernelPointer(session, 'PspCidTable'));
    addTable(session, all, ids, true);
    const head = kernelGlobal(session, 'HandleTableListHead');
    for (const table of atMost(MOST_TABLES, listEntries(session, head, '_HANDLE_TABLE', 'HandleTableList')))
      if (table.address !== ids.address) addTable(session, all, table, false);
    known.set(session, (found = all));
  }
  return found;
}

function addTable(session: Session, all: Map<bigint, TablePage>, table: TypedView, isOfIds: boolean): void {
  const add = (at: bigint, depth: number, first: number): void => {
    if (at === 0n || all.has(at) || all.size >= MOST_PAGES) return;
    all.set(at, { table, isOfIds, depth, first });
    if (depth === 0) return;
    const bytes = session.memory.read(at, POINTERS_A_PAGE * 8);
    const view = viewOf(bytes);
    const each = ENTRIES_A_PAGE * POINTERS_A_PAGE ** (depth - 1);
    for (let i = 0; (i + 1) * 8 <= bytes.length; i++) add(view.getBigUint64(i * 8, true), depth - 1, first + i * each);
  };
  try {
    const code = table.value('TableCode');
    add(code & ~LEVEL_MASK, Math.min(Number(code & LEVEL_MASK), 2), 0);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
} // prettier-ignore
