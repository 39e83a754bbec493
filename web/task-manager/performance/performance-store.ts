import type { PerformanceSample, Sample } from '../../../sim/worker/sim-api.js';
import { Store } from '../../storage/store.js';

export type DeviceId = 'cpu' | 'memory' | 'disk' | 'ethernet' | 'gpu';
export type CpuGraph = 'overall' | 'logical' | 'nodes';

/** How many readings the graphs show. */
export const POINTS = 60;

/** What the Performance page shows, and how. */
export interface PerformanceState {
  device: DeviceId;
  cpuGraph: CpuGraph;
  kernelTimes: boolean;
  /** Only the graph, without the list of devices and the numbers. */
  summary: boolean;
  /** The latest readings, the newest last. */
  history: readonly PerformanceSample[];
  /** How many there have been: the graphs' grid moves along with them. */
  readings: number;
}

/** Keeps the readings of the last minute, also while other pages are open. */
export class PerformanceStore extends Store<PerformanceState> {
  constructor(samples: Store<Sample | null>) {
    super({
      device: 'cpu',
      cpuGraph: 'overall',
      kernelTimes: false,
      summary: false,
      history: [],
      readings: 0,
    });
    samples.subscribe(() => this.#add(samples.value?.performance));
  }

  change(change: Partial<Omit<PerformanceState, 'history' | 'readings'>>): void {
    this.set({ ...this.value, ...change });
  }

  #add(sample: PerformanceSample | undefined): void {
    if (!sample) return;
    const { history, readings } = this.value;
    // While the machine stands still, only what stands in the latest reading may be another.
    if (history.at(-1)?.time === sample.time) {
      this.set({ ...this.value, history: [...history.slice(0, -1), sample] });
      return;
    }
    this.set({
      ...this.value,
      history: [...history.slice(1 - POINTS), sample],
      readings: readings + 1,
    });
  }
}
