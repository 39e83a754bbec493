import type { HardwareInfo, PerformanceSample } from '../../../sim/worker/sim-api.js';
import type { DeviceId, PerformanceState } from './performance-store.js';

/** A line of a graph. */
export interface Series {
  /** Parts of the graph's height, 0 to 1, the newest last. */
  values: readonly number[];
  /** `main`: line and area; `kernel`: a second, darker area; `dashed`: a line alone. */
  kind: 'main' | 'kernel' | 'dashed';
}

export interface Graph {
  id: string;
  /** Above its left and right corner. */
  caption: string;
  maximum: string;
  series: readonly Series[];
  /** What it shows, for those who hear it. */
  description: string;
  /** Of a graph below another one: it keeps to this, CSS px. */
  height?: number;
}

export interface Stat {
  label: string;
  value: string;
}

/** A part of the composition bar. */
export interface Part {
  id: 'inUse' | 'modified' | 'standby' | 'free';
  label: string;
  bytes: number;
}

/** What the Performance page shows of a device. */
export interface Device {
  id: DeviceId;
  /** In the list, and what stands below it there. */
  name: string;
  lines: readonly string[];
  /** Over the graphs: left, and right of it the device's own name. */
  title: string;
  detail: string;
  /** Of the small graph in the list. */
  thumbnail: readonly Series[];
  graphs: readonly Graph[];
  /** Graphs side by side, one for each processor or node. */
  isGrid?: boolean;
  /** Over the whole of the grid. */
  gridCaption?: Stat;
  composition?: readonly Part[];
  stats: readonly (readonly Stat[])[];
  table: readonly Stat[];
}

/** What a device is made from: the readings with the newest last, of which there is at least one. */
export interface Sources {
  hardware: HardwareInfo;
  state: PerformanceState;
  latest: PerformanceSample;
  /** Seconds that the width of a graph stands for. */
  span: number;
}

/** The values of a line over the time that the graphs show. */
export function history(
  { state }: Sources,
  value: (sample: PerformanceSample) => number,
  maximum: number,
): number[] {
  return state.history.map((sample) => Math.min(1, Math.max(0, value(sample) / maximum)));
}
