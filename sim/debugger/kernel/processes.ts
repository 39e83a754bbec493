import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { TypedView } from '../types/typed-view.js';
import { atMost, fastReference, kernelGlobal, listEntries } from './lists.js';

/** Processes that are read ahead: a damaged list may go on for as long as the file is. */
const MOST_EXPECTED = 0x2000;

/** Processes on PsActiveProcessHead, in its order. */
export function activeProcesses(session: Session): Iterable<TypedView> {
  expectProcesses(session);
  return listEntries(
    session,
    kernelGlobal(session, 'PsActiveProcessHead'),
    '_EPROCESS',
    'ActiveProcessLinks',
  );
}

/** The process of the idle threads, which is on no list; none where the symbols do not name it. */
export function idleProcess(session: Session): TypedView[] {
  const global = session.symbol('nt!PsIdleProcess');
  if (global === undefined) return [];
  try {
    return [processAt(session, readPointer(session.memory, global))];
  } catch (error) {
    if (error instanceof MemoryError) return [];
    throw error;
  }
}

/**
 * Reads ahead what the list of processes is made of, as nearly everybody asks for it who has opened a dump; nothing
 * where the file answers quickly.
 */
export function expectDumpsProcesses(session: Session): void {
  if (!session.user) expectProcesses(session);
}

/**
 * Processes lie far apart, and each leads to the next only. Their handle tables lie close together and name them all,
 * so that a file that is slow to ask can be asked for all of them at once, and then for all that they are named by.
 */
function expectProcesses(session: Session): void {
  const { target } = session;
  const head = session.symbol('nt!HandleTableListHead');
  if (!target.physical.isSlow || head === undefined) return;
  const processes: bigint[] = [];
  try {
    for (const table of atMost(MOST_EXPECTED, listEntries(session, head, '_HANDLE_TABLE', 'HandleTableList')))
      processes.push(table.value('QuotaProcess'));
  } catch (error) {
    // Whatever is wrong with these tables, the list of processes itself is still walked.
    if (!(error instanceof MemoryError || error instanceof SymbolsError)) throw error;
  }
  target.expect(processes);
  target.expect(processes.flatMap((process) => namePlaces(session, process)));
}

/** Where the names of a process's image and session are. */
function namePlaces(session: Session, process: bigint): bigint[] {
  try {
    const view = processAt(session, process);
    const places = ['SeAuditProcessCreationInfo.ImageFileName', 'Session'].map((field) => view.value(field));
    return places.filter((at) => at !== 0n);
  } catch (error) {
    if (!(error instanceof MemoryError || error instanceof SymbolsError)) throw error;
    return [];
  }
}

/** Threads of a process, in the order of its list. */
export function threadsOf(session: Session, process: TypedView): Iterable<TypedView> {
  return listEntries(session, process.at('Pcb.ThreadListHead'), '_ETHREAD', 'Tcb.ThreadListEntry');
}

export function processAt(session: Session, address: bigint): TypedView {
  return new TypedView(session, '_EPROCESS', address);
}

/** Name of the image without its path; the short one of the EPROCESS where there is no longer one. */
export function imageName(session: Session, process: TypedView): string {
  try {
    const name = process.value('SeAuditProcessCreationInfo.ImageFileName');
    const path = name === 0n ? '' : new TypedView(session, '_OBJECT_NAME_INFORMATION', name).unicode('Name');
    return path.split('\\').pop() || process.text('ImageFileName');
  } catch {
    return process.text('ImageFileName');
  }
}

/** Session of a process; `undefined` for those that are in none. */
export function sessionOf(session: Session, process: TypedView): number | undefined {
  const space = process.value('Session');
  if (space === 0n) return undefined;
  try {
    return new TypedView(session, '_MM_SESSION_SPACE', space).number('SessionId');
  } catch {
    return undefined;
  }
}

/** Handles that are open in a process; `undefined` when its table is not in the dump. */
export function handleCount(session: Session, process: TypedView): number | undefined {
  const table = process.value('ObjectTable');
  if (table === 0n) return 0;
  try {
    return new TypedView(session, '_HANDLE_TABLE', table).number('FreeLists[0].HandleCount');
  } catch {
    return undefined;
  }
}

export function tokenOf(process: TypedView): bigint {
  return fastReference(process.value('Token.Value'));
}
