import type { IoStage, StagedDriver } from '../world/io/io-stage.js';
import { hex, type Address } from './address.js';

/** Drivers and devices of a machine. */
export interface TruthIo {
  /** Driver objects: those of the kernel itself, then in the order of loading. */
  drivers: TruthDriver[];
}

export interface TruthDriver {
  /** `\Driver\disk`. */
  name: string;
  /** DRIVER_OBJECT. */
  address: Address;
  /** As the debugger names it; drivers inside the kernel have none of their own. */
  module?: string;
  /** DEVICE_OBJECTs in the order in which the driver created them. */
  devices: Address[];
}

export function truthOfIo({ drivers }: IoStage): TruthIo {
  return { drivers: drivers.map(truthOfDriver) };
}

function truthOfDriver({ name, address, module, devices }: StagedDriver): TruthDriver {
  return {
    name,
    address: hex(address),
    ...(module ? { module: module.image.spec.module } : {}),
    devices: devices.map((device) => hex(device.address)),
  };
}
