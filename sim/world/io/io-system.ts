import type { Kernel } from '../../machine/machine.js';
import control from '../catalogue/devices/control.json';
import { startAdapters } from './adapters.js';
import { DeviceObjects, type DeviceRequest } from './device-objects.js';
import { DeviceTree } from './device-tree.js';
import { createDrivers } from './driver-objects.js';
import { FileSystems } from './file-systems.js';
import { createFilters } from './filters.js';
import type { IoStage, StagedDevice } from './io-stage.js';
import { IoNames } from './names.js';
import { IoRequests } from './requests.js';

const HARDWARE_DESCRIPTION = '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM';

/** Brings up drivers and devices on a machine whose kernel and object namespace are there. */
export function createIoSystem(kernel: Kernel): IoStage {
  const { core } = kernel;
  const [bytes] = core.putTexts({ text: HARDWARE_DESCRIPTION, wide: true });
  core.exports.ioInitialise(core.exports.exchangeBuffer(), bytes!);
  const names = new IoNames(kernel.namespace);
  const drivers = createDrivers(kernel, names);
  const devices = new DeviceObjects(kernel, names, drivers);
  const fileSystems = new FileSystems(kernel, names, devices);
  const controls = (control.devices as readonly DeviceRequest[])
    .filter(({ driver }) => devices.has(driver))
    .map((request) => devices.create(request));
  fileSystems.register(controls);
  const tree: DeviceTree = new DeviceTree(
    kernel,
    names,
    devices,
    new Map([['volumes', (parent) => fileSystems.addVolumes(parent, tree)]]),
  );
  tree.build();
  kernel.core.exports.memoryWritePointer(
    kernel.loaded.address('nt!IopRootDriverObject'),
    devices.driver('PnpManager').address,
  );
  startTimers(kernel, devices.all);
  startAdapters(kernel, devices.all);
  const requests = new IoRequests(kernel, devices.all, tree.roles);
  const filters = createFilters(kernel, devices, fileSystems.filtered);
  const { nodes, roles, lines, wishes } = tree;
  return { drivers, devices: devices.all, nodes, roles, requests, filters, lines, wishes };
}

/** Lets drivers that watch their devices have a timer for each device that they serve. */
function startTimers({ core, loaded }: Kernel, devices: readonly StagedDevice[]): void {
  for (const device of devices) {
    const routine = device.driver.routines.timer;
    if (routine === undefined || !device.below) continue;
    device.timer = {
      address: core.exports.deviceStartTimer(device.address, loaded.address(routine)),
      routine,
    };
  }
}
