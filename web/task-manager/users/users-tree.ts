import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import type { GridColumn, GridRow, GridSort } from '../../controls/grid/grid-model.js';
import { sorted, type SortKeys } from '../../controls/grid/order.js';
import { DEFAULT_UNITS, HEAT_COLUMNS, heatLevel, statusText, type Usage } from '../processes/columns.js';
import { formatTotal } from '../processes/format.js';
import { accountText, matches, processName } from '../processes/process-name.js';
import { processKey } from '../processes/tree.js';
import { texts } from '../text.js';

const text = texts.users;
/** Services and the kernel run in it: nobody is signed in there. */
const SERVICES_SESSION = 0;

/** Someone who is signed in, with all processes of the session. */
export interface UserSession {
  key: string;
  id: number;
  name: string;
  processes: readonly ProcessRow[];
  usage: Usage;
}

/** The columns, with the machine's totals over them. */
export function userColumns(sample: Sample): GridColumn[] {
  return [
    { id: 'user', label: text.columns.user, width: 234 },
    { id: 'status', label: text.columns.status, width: 120 },
    ...HEAT_COLUMNS.map((column) => ({
      id: column.id,
      label: column.label,
      width: 73,
      isNumber: true,
      total: formatTotal(column.total(sample)),
    })),
  ];
}

function sum(processes: readonly ProcessRow[]): Usage {
  const add = (pick: (process: ProcessRow) => number) =>
    processes.reduce((total, process) => total + pick(process), 0);
  return {
    cpuPercent: add(({ cpuPercent }) => cpuPercent),
    memory: add(({ memory }) => memory),
    disk: add(({ disk }) => disk),
    network: add(({ network }) => network),
    gpuPercent: add(({ gpuPercent }) => gpuPercent),
  };
}

/** The session's user is the one whose shell runs in it. */
function userOf(processes: readonly ProcessRow[], id: number, isFull: boolean): string {
  const shell = processes.find(({ imageName }) => imageName.toLowerCase() === 'explorer.exe');
  if (!shell) return text.session(id);
  return isFull ? accountText(shell) : shell.userName;
}

/** Sessions in which someone is signed in, in their order. @param isFull names with their domains */
export function userSessions({ processes }: Sample, isFull = false): UserSession[] {
  const ids = [...new Set(processes.map(({ sessionId }) => sessionId))].filter(
    (id) => id !== SERVICES_SESSION,
  );
  return ids
    .sort((a, b) => a - b)
    .map((id) => {
      const own = processes.filter(({ sessionId }) => sessionId === id);
      return { key: `session-${id}`, id, name: userOf(own, id, isFull), processes: own, usage: sum(own) };
    });
}

interface Item {
  name: string;
  status: string;
  usage: Usage;
}

/** Names first, then what each column sorts by. */
function keys<T>(item: (value: T) => Item): SortKeys<T> {
  return {
    user: (value) => item(value).name,
    status: (value) => item(value).status,
    ...Object.fromEntries(
      HEAT_COLUMNS.map((column) => [column.id, (value: T) => column.value(item(value).usage)]),
    ),
  };
}

const processItem = (process: ProcessRow): Item => ({
  name: processName(process),
  status: statusText(process),
  usage: process,
});
const sessionItem = ({ name, usage }: UserSession): Item => ({ name, status: '', usage });

/** The lines of the page: users, and below those that are open their processes. */
export function userRows(
  sample: Sample,
  filter: string,
  sort: GridSort,
  expanded: ReadonlySet<string>,
  isFull = false,
): GridRow[] {
  const wanted = filter.trim().toLowerCase();
  const cells = ({ name, status, usage }: Item, label = name) => [
    { text: label },
    { text: status },
    ...HEAT_COLUMNS.map((column) => ({
      text: column.text(usage, sample, DEFAULT_UNITS),
      heat: heatLevel(column, usage, sample),
    })),
  ];
  const sessions = userSessions(sample, isFull).filter(
    ({ name, processes }) =>
      name.toLowerCase().includes(wanted) || processes.some((process) => matches(process, wanted)),
  );
  return sorted(sessions, sort, keys(sessionItem)).flatMap((session, index): GridRow[] => {
    const isOpen = expanded.has(session.key);
    const shown = session.name.toLowerCase().includes(wanted)
      ? session.processes
      : session.processes.filter((process) => matches(process, wanted));
    const user: GridRow = {
      key: session.key,
      cells: cells(sessionItem(session), `${session.name} (${session.processes.length})`),
      icon: 'users',
      level: 1,
      expanded: isOpen,
      position: index + 1,
      setSize: sessions.length,
    };
    if (!isOpen) return [user];
    const children = sorted(shown, sort, keys(processItem)).map((process, at): GridRow => ({
      key: processKey(process),
      cells: cells(processItem(process)),
      icon: 'process',
      level: 2,
      position: at + 1,
      setSize: shown.length,
    }));
    return [user, ...children];
  });
}
