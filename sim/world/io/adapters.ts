import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/graphics.json';
import type { StagedProcess } from '../stage.js';
import type { StagedDevice } from './io-stage.js';

const ETHERNET = '\\Device\\NDMP11';
const SOCKETS = '\\Device\\Afd';
const DISPLAY = '\\Device\\Video0';
const NONE = 0n;

const parts: Readonly<Record<string, number | undefined>> = data.programs;

/** Lets the network adapter, the sockets and the graphics adapter count what they do, where the machine has them. */
export function startAdapters({ core, loaded }: Kernel, devices: readonly StagedDevice[]): void {
  const device = (wanted: string) => devices.find(({ name }) => name === wanted)?.address ?? NONE;
  const global = (module: string, name: string) =>
    loaded.has(module) ? loaded.address(`${module}!${name}`) : NONE;
  const miniports = global('ndis', 'ndisMiniportList');
  core.exports.networkInitialise(miniports, miniports === NONE ? NONE : device(ETHERNET), device(SOCKETS));
  const display = device(DISPLAY);
  const adapter = global('dxgkrnl', 'DxgGlobal');
  if (display !== NONE && adapter !== NONE)
    core.exports.graphicsInitialise(adapter, global('dxgkrnl', 'DxgkProcessListHead'), display);
}

/** The part of its processor time for which a process has the graphics adapter work, too; 0 when it draws nothing. */
export function graphicsPartOf({ program }: StagedProcess): number {
  return parts[program.path.slice(program.path.lastIndexOf('\\') + 1).toLowerCase()] ?? 0;
}

/** Lets a process draw, if its program does. To be called before the scheduler knows the process. */
export function openGraphics({ core }: Kernel, process: StagedProcess): void {
  if (graphicsPartOf(process) > 0) core.exports.graphicsOpen(process.address);
}
