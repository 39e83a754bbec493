import type { HardwareInfo } from '../../../sim/worker/sim-api.js';
import { cpu } from './cpu.js';
import type { Device } from './device.js';
import { disk } from './disk.js';
import { ethernet } from './ethernet.js';
import { gpu } from './gpu.js';
import { memory } from './memory.js';
import type { PerformanceState } from './performance-store.js';

const DEVICES = [cpu, memory, disk, ethernet, gpu];

/** The devices that the machine has, in the order of the list; none before the first reading. */
export function describeDevices(hardware: HardwareInfo, state: PerformanceState, span: number): Device[] {
  const latest = state.history.at(-1);
  if (!latest) return [];
  return DEVICES.map((describe) => describe({ hardware, state, latest, span })).filter(
    (device) => device !== undefined,
  );
}
