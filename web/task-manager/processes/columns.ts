import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import { strings } from '../../strings/index.js';
import { formatDisk, formatMemory, formatNetwork, formatPercent } from './format.js';
import thresholds from './heat-thresholds.json';

export type HeatColumnId = 'cpu' | 'memory' | 'disk' | 'network' | 'gpu';
export type ColumnId = 'name' | 'status' | HeatColumnId;

/** Whether Memory shows bytes or percents (*Resource values* in the context menu). */
export type MemoryUnit = 'values' | 'percents';

/** The numbers of one row; a parent's are the sum of its subtree. */
export type Usage = Pick<ProcessRow, 'cpuPercent' | 'memory' | 'disk' | 'network' | 'gpuPercent'>;

export interface HeatColumn {
  id: HeatColumnId;
  label: string;
  /** What the column sorts by. */
  value(usage: Usage): number;
  text(usage: Usage, sample: Sample, memoryUnit: MemoryUnit): string;
  /** Percent in the header. */
  total(sample: Sample): number;
  /** The value in the unit of `heat-thresholds.json`: percents, MB/s, Mbps. */
  heat(usage: Usage, sample: Sample): number;
}

const { columns } = strings.processes;

function memoryPercent(usage: Usage, sample: Sample): number {
  return (100 * usage.memory) / sample.memoryTotal;
}

export const HEAT_COLUMNS: readonly HeatColumn[] = [
  {
    id: 'cpu',
    label: columns.cpu,
    value: (usage) => usage.cpuPercent,
    text: (usage) => formatPercent(usage.cpuPercent),
    total: (sample) => sample.cpuPercent,
    heat: (usage) => usage.cpuPercent,
  },
  {
    id: 'memory',
    label: columns.memory,
    value: (usage) => usage.memory,
    text: (usage, sample, unit) =>
      unit === 'values' ? formatMemory(usage.memory) : formatPercent(memoryPercent(usage, sample)),
    total: (sample) => (100 * sample.memoryInUse) / sample.memoryTotal,
    heat: memoryPercent,
  },
  {
    id: 'disk',
    label: columns.disk,
    value: (usage) => usage.disk,
    text: (usage) => formatDisk(usage.disk),
    total: (sample) => sample.diskPercent,
    heat: (usage) => usage.disk / 2 ** 20,
  },
  {
    id: 'network',
    label: columns.network,
    value: (usage) => usage.network,
    text: (usage) => formatNetwork(usage.network),
    total: (sample) => sample.networkPercent,
    heat: (usage) => usage.network / 1e6,
  },
  {
    id: 'gpu',
    label: columns.gpu,
    value: (usage) => usage.gpuPercent,
    text: (usage) => formatPercent(usage.gpuPercent),
    total: (sample) => sample.processes.reduce((sum, process) => sum + process.gpuPercent, 0),
    heat: (usage) => usage.gpuPercent,
  },
];

/** Step 0 to 4 of a cell's tint. Steps 0 and 1 of CPU and Memory were seen on Windows; the others go on from them. */
export function heatLevel(column: HeatColumn, usage: Usage, sample: Sample): number {
  const value = column.heat(usage, sample);
  return thresholds[column.id].filter((threshold) => value >= threshold).length;
}
