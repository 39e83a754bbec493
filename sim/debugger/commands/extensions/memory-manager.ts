import { hex } from '../../format/numbers.js';
import { kernelGlobal } from '../../kernel/lists.js';
import { activeProcesses, imageName } from '../../kernel/processes.js';
import { sessionSpaces } from '../../kernel/session-spaces.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { expectEnd, refuseFlags } from '../refuse.js';
import { VM_DETAILS } from './memory-details.js';

const PAGE_KB = 4n;
/** A row of `!vm`: of what structure, and the fields that hold it, of which a build has one. */
type UsageRow = readonly [name: string, of: 'partition' | 'system', ...fields: string[]];
const ROWS: readonly UsageRow[] = [
  ['Physical Memory', 'partition', 'Vp.NumberOfPhysicalPages'],
  ['Available Pages', 'partition', 'Vp.AvailablePages'],
  ['ResAvail Pages', 'partition', 'Vp.ResidentAvailablePages', 'Core.ResidentAvailablePages'],
  ['Free System PTEs', 'system', 'Vs.SystemPteInfo.TotalFreeSystemPtes'],
  ['Modified Pages', 'partition', 'Vp.ModifiedPageListHead.Total', 'PageLists.ModifiedPageListHead.Total'],
  ['Modified No Write Pages', 'partition', 'Vp.ModifiedNoWritePageListHead.Total', 'PageLists.ModifiedNoWritePageListHead.Total'],
  ['NonPagedPool Usage', 'system', 'Pools.AllocatedNonPagedPool', 'Vs.NonPagedPoolCommit'],
  ['NonPagedPool Max', 'system', 'Vs.MaximumNonPagedPoolInPages'],
  ['PagedPool Usage', 'system', 'Vs.PagedPoolInfo.AllocatedPagedPool', 'Vs.PagedPoolCommit'],
  ['PagedPool Maximum', 'system', 'Vs.SizeOfPagedPoolInPages'],
  ['Processor Commit', 'system', 'Vs.ProcessorCommit'],
  ['Process Commit', 'system', 'Vs.ProcessCommit'],
  ['Boot Commit', 'system', 'Vs.BootCommit'],
  ['System PageTables', 'system', 'Vs.SystemPageTableCommit'],
  ['Driver Commit', 'system', 'Vs.DriverCommit'],
  ['Shared Commit', 'partition', 'Vp.SharedCommit', 'Commit.SharedCommit'],
  ['Pages For MDLs', 'system', 'Vs.MdlPagesAllocated'],
  ['ContigMem Pages', 'system', 'Vs.ContiguousPagesAllocated'],
  ['Committed pages', 'partition', 'Vp.TotalCommittedPages', 'Commit.TotalCommittedPages'],
  ['Commit limit', 'partition', 'Vp.TotalCommitLimit', 'Commit.TotalCommitLimit'],
  ['Peak Commitment', 'partition', 'Commit.PeakCommitment'],
]; // prettier-ignore
const FLAG_SYSTEM_ONLY = 1;
const KNOWN_FLAGS = VM_DETAILS.reduce((sum, [bit]) => sum | bit, FLAG_SYSTEM_ONLY);
/** The row after which that of all sessions together stands. */
const BEFORE_SESSIONS = 'Processor Commit';

/** `!vm`: how memory is used. */
export const vm: Command = {
  names: ['!vm'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const flags = Number(rest.optionalValue() ?? 0n);
    expectEnd('!vm', rest);
    refuseFlags('!vm', flags, KNOWN_FLAGS);
    const partition = new TypedView(session, '_MI_PARTITION', kernelGlobal(session, 'MiSystemPartition'));
    const system = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
    print(pageFilesText(session, partition));
    for (const [name, of, ...fields] of ROWS) {
      const view = of === 'partition' ? partition : system;
      const field = fields.find((path) => view.has(path));
      if (field !== undefined) print(pagesText(name, view.value(field)));
      if (name === BEFORE_SESSIONS) print(pagesText('Session Commit', sessionCommit(session)));
    }
    if (!(flags & FLAG_SYSTEM_ONLY)) print(processesText(session));
    for (const [bit, text] of VM_DETAILS) if (flags & bit) print(text(session));
  },
};

/** What each process has for itself, those with most first. */
function processesText(session: Session): string {
  const processes = [...activeProcesses(session)].map((entry) => ({
    entry,
    commit: entry.value('CommitCharge'),
  }));
  const total = processes.reduce((sum, { commit }) => sum + commit, 0n);
  const rows = processes
    .sort((a, b) => Number(b.commit - a.commit))
    .map(
      ({ entry, commit }) =>
        `${hex(entry.value('UniqueProcessId'), 4)} ${imageName(session, entry).padEnd(28)} ${pages(commit)}\n`,
    );
  return `\n${pagesText('Total Private', total)}${rows.join('')}`;
}

function sessionCommit(session: Session): bigint {
  return sessionSpaces(session).reduce((sum, space) => sum + space.value('CommittedPages'), 0n);
}

const MOST_PAGE_FILES = 16;

function pageFilesText(session: Session, partition: TypedView): string {
  const path = ['Vp', 'Modwriter', 'PageLists'].find((part) => partition.has(`${part}.PagingFile[0]`));
  if (path === undefined) return '';
  const count = Math.min(partition.number(`${path}.NumberOfPagingFiles`), MOST_PAGE_FILES);
  const kilobytes = (view: TypedView, field: string) => String(view.value(field) * PAGE_KB).padStart(10);
  const texts = Array.from({ length: count }, (_, i) => {
    const at = partition.value(`${path}.PagingFile[${i}]`);
    if (at === 0n) return '';
    try {
      const file = new TypedView(session, '_MMPAGING_FILE', at);
      const name = file.unicode('PageFileName');
      return (
        (name ? `Page File: ${name}\n` : 'No Name for Paging File\n') +
        `  Current: ${kilobytes(file, 'Size')} Kb  Free Space: ${kilobytes(file, 'FreeSpace')} Kb\n` +
        `  Minimum: ${kilobytes(file, 'MinimumSize')} Kb  Maximum:    ${kilobytes(file, 'MaximumSize')} Kb\n`
      );
    } catch (error) {
      if (error instanceof MemoryError) return `Page file ${i} at ${hex(at, 16)} is not in the dump\n`;
      throw error;
    }
  });
  return texts.join('') + (count > 0 ? '\n' : '');
}

const pages = (count: bigint) => `${String(count).padStart(12)} (${String(count * PAGE_KB).padStart(12)} Kb)`;

function pagesText(name: string, count: bigint): string {
  return `${`${name}:`.padEnd(26)}${pages(count)}\n`;
}
