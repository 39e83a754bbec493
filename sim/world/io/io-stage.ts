import type { DriverRoutines } from '../../images/driver-routines/index.js';
import type { LoadedModule } from '../../machine/kernel-images.js';

/** A driver object on the machine. */
export interface StagedDriver {
  /** `\Driver\disk`. */
  readonly name: string;
  /** DRIVER_OBJECT. */
  readonly address: bigint;
  readonly routines: DriverRoutines;
  /** Not there for drivers inside the kernel. */
  readonly module?: LoadedModule;
  /** In the order in which the driver created them. */
  readonly devices: StagedDevice[];
}

/** A device object on the machine. */
export interface StagedDevice {
  /** `\Device\Harddisk0\DR0`; not there for a device without a name. */
  readonly name?: string;
  /** DEVICE_OBJECT. */
  readonly address: bigint;
  readonly driver: StagedDriver;
  /** The device that this one is attached to. */
  below?: StagedDevice;
  above?: StagedDevice;
}

/** What the I/O manager knows of on a machine. */
export interface IoStage {
  readonly drivers: readonly StagedDriver[];
}
