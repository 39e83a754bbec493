import type { Kernel } from '../../machine/machine.js';
import { createDrivers } from './driver-objects.js';
import type { IoStage } from './io-stage.js';
import { IoNames } from './names.js';

const HARDWARE_DESCRIPTION = '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM';

/** Brings up drivers and devices on a machine whose kernel and object namespace are there. */
export function createIoSystem(kernel: Kernel): IoStage {
  const { core } = kernel;
  const [bytes] = core.putTexts({ text: HARDWARE_DESCRIPTION, wide: true });
  core.exports.ioInitialise(core.exports.exchangeBuffer(), bytes!);
  const names = new IoNames(kernel);
  const drivers = createDrivers(kernel, names);
  return { drivers };
}
