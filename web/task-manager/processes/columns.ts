import type { ProcessNumbers, ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import { strings } from '../../strings/index.js';
import { formatDisk, formatMemory, formatNetwork, formatPercent } from './format.js';
import thresholds from './heat-thresholds.json';

export type HeatColumnId = 'cpu' | 'memory' | 'disk' | 'network' | 'gpu';
export type TextColumnId = 'name' | 'type' | 'status' | 'publisher' | 'pid' | 'processName' | 'commandLine';
export type ColumnId = TextColumnId | HeatColumnId;

/** Columns of which *Resource values* chooses percents or values. */
export type ResourceColumn = 'memory' | 'disk' | 'network';
export type ResourceUnits = Readonly<Record<ResourceColumn, 'values' | 'percents'>>;

export const DEFAULT_UNITS: ResourceUnits = { memory: 'values', disk: 'values', network: 'values' };

/** The numbers of one row; a parent's are the sum of its subtree. */
export type Usage = Pick<ProcessNumbers, 'cpuPercent' | 'memory' | 'disk' | 'network' | 'gpuPercent'>;

/** A column of words. Name and Status draw their cells themselves. */
export interface TextColumn {
  id: TextColumnId;
  label: string;
  /** CSS px. */
  width: number;
  text(process: ProcessRow): string;
  /** What the column sorts by. */
  value(process: ProcessRow): string | number;
}

export interface HeatColumn {
  id: HeatColumnId;
  label: string;
  width: number;
  /** What the column sorts by. */
  value(usage: Usage): number;
  text(usage: Usage, sample: Sample, units: ResourceUnits): string;
  /** Percent in the header. */
  total(sample: Sample): number;
  /** The value in the unit of `heat-thresholds.json`: percents, MB/s, Mbps. */
  heat(usage: Usage, sample: Sample): number;
}

const { columns, types, suspended, notResponding, efficiency } = strings.processes;
const HEAT_WIDTH = 73;

function memoryPercent(usage: Usage, sample: Sample): number {
  return (100 * usage.memory) / sample.memoryTotal;
}

/** A part of what the header shows the total of. */
function partOf(percent: number, value: number, sample: Sample, of: (row: ProcessRow) => number): number {
  const total = sample.processes.reduce((sum, process) => sum + of(process), 0);
  return total === 0 ? 0 : (percent * value) / total;
}

function words(id: TextColumnId, width: number, text: (process: ProcessRow) => string): TextColumn {
  return { id, label: columns[id], width, text, value: text };
}

/** What Status says; the icon beside it says it again. */
export function statusText({ status, throttled }: ProcessRow): string {
  if (status === 'suspended') return suspended;
  if (status === 'not-responding') return notResponding;
  return throttled ? efficiency : '';
}

export const TEXT_COLUMNS: readonly TextColumn[] = [
  words('name', 234, ({ description }) => description),
  words('type', 120, ({ group }) => types[group]),
  words('status', 120, statusText),
  words('publisher', 150, ({ publisher }) => publisher),
  {
    ...words('pid', 60, ({ pid }) => (pid < 0 ? '' : String(pid))),
    value: ({ pid }) => pid,
  },
  words('processName', 120, ({ imageName }) => imageName),
  words('commandLine', 200, ({ commandLine }) => commandLine),
];

export const HEAT_COLUMNS: readonly HeatColumn[] = [
  {
    id: 'cpu',
    label: columns.cpu,
    width: HEAT_WIDTH,
    value: (usage) => usage.cpuPercent,
    text: (usage) => formatPercent(usage.cpuPercent),
    total: (sample) => sample.cpuPercent,
    heat: (usage) => usage.cpuPercent,
  },
  {
    id: 'memory',
    label: columns.memory,
    width: HEAT_WIDTH,
    value: (usage) => usage.memory,
    text: (usage, sample, units) =>
      units.memory === 'values' ? formatMemory(usage.memory) : formatPercent(memoryPercent(usage, sample)),
    total: (sample) => (100 * sample.memoryInUse) / sample.memoryTotal,
    heat: memoryPercent,
  },
  {
    id: 'disk',
    label: columns.disk,
    width: HEAT_WIDTH,
    value: (usage) => usage.disk,
    text: (usage, sample, units) =>
      units.disk === 'values'
        ? formatDisk(usage.disk)
        : formatPercent(partOf(sample.diskPercent, usage.disk, sample, ({ disk }) => disk)),
    total: (sample) => sample.diskPercent,
    heat: (usage) => usage.disk / 2 ** 20,
  },
  {
    id: 'network',
    label: columns.network,
    width: HEAT_WIDTH,
    value: (usage) => usage.network,
    text: (usage, sample, units) =>
      units.network === 'values'
        ? formatNetwork(usage.network)
        : formatPercent(partOf(sample.networkPercent, usage.network, sample, ({ network }) => network)),
    total: (sample) => sample.networkPercent,
    heat: (usage) => usage.network / 1e6,
  },
  {
    id: 'gpu',
    label: columns.gpu,
    width: HEAT_WIDTH,
    value: (usage) => usage.gpuPercent,
    text: (usage) => formatPercent(usage.gpuPercent),
    total: (sample) => sample.processes.reduce((sum, process) => sum + process.gpuPercent, 0),
    heat: (usage) => usage.gpuPercent,
  },
];

/** The columns that a fresh Windows 11 shows, and Name, which is always there. */
export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  'name',
  'status',
  'cpu',
  'memory',
  'disk',
  'network',
  'gpu',
];

/** The columns of a table in their order, words before numbers. */
export interface TableColumns {
  texts: readonly TextColumn[];
  heats: readonly HeatColumn[];
}

export function tableColumns(chosen: readonly string[]): TableColumns {
  return {
    texts: TEXT_COLUMNS.filter(({ id }) => id === 'name' || chosen.includes(id)),
    heats: HEAT_COLUMNS.filter(({ id }) => chosen.includes(id)),
  };
}

/** Step 0 to 4 of a cell's tint. Steps 0 and 1 of CPU and Memory were seen on Windows; the others go on from them. */
export function heatLevel(column: HeatColumn, usage: Usage, sample: Sample): number {
  const value = column.heat(usage, sample);
  return thresholds[column.id].filter((threshold) => value >= threshold).length;
}
