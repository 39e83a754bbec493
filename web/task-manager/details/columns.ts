import type { ProcessNumbers, ProcessRow } from '../../../sim/worker/sim-api.js';
import { accountText } from '../processes/process-name.js';
import { texts } from '../text.js';
import { formatCount, formatCpuTime, formatKilobytes, formatLoad } from './format.js';

const text = texts.details;

export type DetailColumnId = keyof typeof text.columns;

/** A column of the Details page. Those that Windows has and the lab does not are in left-out.json, with the reason. */
export interface DetailColumn {
  id: DetailColumnId;
  label: string;
  /** CSS px. */
  width: number;
  /** Numbers stand at the right, and the first click sorts the largest to the top. */
  isNumber: boolean;
  /** What the column sorts by. */
  value(row: ProcessRow): string | number;
  text(row: ProcessRow): string;
}

/** EPROCESS.PriorityClass: the names that Windows gives it. */
const PRIORITIES: Readonly<Record<number, keyof typeof text.priorities>> = {
  1: 'low',
  2: 'normal',
  3: 'high',
  4: 'realtime',
  5: 'belowNormal',
  6: 'aboveNormal',
};
/** Of each priority class where it stands, so that the column sorts by urgency. */
const URGENCY: readonly number[] = [0, 1, 3, 5, 6, 2, 4];

/** What Windows says of processes whose program has no version resource. */
function description({ pid, description: own }: ProcessRow): string {
  return text.descriptions[pid as keyof typeof text.descriptions] ?? own;
}

export function priorityName({ priorityClass }: ProcessRow): string {
  const name = PRIORITIES[priorityClass];
  return name ? text.priorities[name] : text.notAvailable;
}

const yesOrNo = (is: boolean) => (is ? text.yes : text.no);

function words(id: DetailColumnId, width: number, of: (row: ProcessRow) => string): DetailColumn {
  return { id, label: text.columns[id], width, isNumber: false, value: of, text: of };
}

function numbers(
  id: DetailColumnId,
  width: number,
  value: (row: ProcessRow) => number,
  format: (value: number) => string,
): DetailColumn {
  const label = text.columns[id];
  return { id, label, width, isNumber: true, value, text: (row) => format(value(row)) };
}

const amount = (id: DetailColumnId & keyof ProcessNumbers, width = 80) =>
  numbers(id, width, (row) => row[id], formatKilobytes);
const count = (id: DetailColumnId & keyof ProcessNumbers, width = 80) =>
  numbers(id, width, (row) => row[id], formatCount);

/** All columns in the order of *Select columns*. */
export const DETAIL_COLUMNS: readonly DetailColumn[] = [
  words('name', 145, ({ imageName }) => imageName),
  {
    ...words('pid', 50, ({ pid }) => (pid < 0 ? text.noPid : String(pid))),
    value: ({ pid }) => pid,
  },
  words('status', 100, ({ status }) => text.statuses[status]),
  words('userName', 80, ({ userName }) => userName),
  numbers('sessionId', 70, ({ sessionId }) => sessionId, String),
  numbers(
    'jobId',
    70,
    ({ jobId }) => jobId,
    (id) => (id === 0 ? '' : String(id)),
  ),
  numbers('cpu', 40, ({ cpuPercent }) => cpuPercent, formatLoad),
  numbers('cpuTime', 70, ({ cpuTime }) => cpuTime, formatCpuTime),
  numbers('cycle', 50, ({ cpuPercent }) => cpuPercent, formatLoad),
  amount('workingSet'),
  amount('peakWorkingSet'),
  amount('workingSetDelta'),
  amount('memory'),
  amount('privateWorkingSet'),
  amount('sharedWorkingSet'),
  amount('commit'),
  count('pageFaults'),
  count('pageFaultsDelta', 60),
  {
    ...words('priority', 80, priorityName),
    value: ({ priorityClass }) => URGENCY[priorityClass] ?? 0,
  },
  count('handles', 60),
  count('threads', 60),
  count('readOperations'),
  count('writeOperations'),
  count('otherOperations'),
  count('readTransfer', 100),
  count('writeTransfer', 100),
  count('otherTransfer', 100),
  words('imagePath', 250, ({ imagePath }) => imagePath),
  words('commandLine', 300, ({ commandLine }) => commandLine),
  words('platform', 70, ({ architecture }) => (architecture ? text.platforms[architecture] : '')),
  words('architecture', 80, ({ architecture }) => architecture),
  words('elevated', 60, ({ elevated }) => yesOrNo(elevated)),
  words('virtualization', 110, ({ virtualization }) => text.virtualization[virtualization]),
  words('description', 200, description),
  numbers('gpu', 40, ({ gpuPercent }) => gpuPercent, formatLoad),
  words('gpuEngine', 100, ({ gpuPercent }) => (gpuPercent > 0 ? text.gpuEngine : '')),
  words('throttling', 100, ({ throttled }) => (throttled ? text.enabled : text.disabled)),
];

/** The user's name with its domain, where the settings say so. */
export const FULL_USER_NAME: DetailColumn = words('userName', 150, accountText);

/** The columns that a fresh Windows 11 shows. */
export const DEFAULT_DETAIL_COLUMNS: readonly DetailColumnId[] = [
  'name',
  'pid',
  'status',
  'userName',
  'cpu',
  'memory',
  'architecture',
  'description',
];
