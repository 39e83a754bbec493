import type { DriverRoutines } from '../../images/driver-routines/index.js';
import type { ResourceSpec } from './device-resources.js';
import type { IoRequests, PageMove } from './requests.js';
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
  /** FILE_DEVICE_*, without the prefix. */
  readonly type: string;
  /** The device that this one is attached to, or that a file system's device is mounted on. */
  below?: StagedDevice;
  above?: StagedDevice;
  /** The file system's device that is mounted on this volume. */
  mounted?: StagedDevice;
  /** IO_TIMER that has its driver called each second, and `module!Function` that it calls. */
  timer?: { readonly address: bigint; readonly routine: string };
  /** A device of another stack, to whose top this one sends requests on. */
  passesTo?: StagedDevice;
}

/** A node of the device tree. */
export interface StagedNode {
  /** `PCI\VEN_8086&DEV_…`. */
  readonly instance: string;
  /** DEVICE_NODE. */
  readonly address: bigint;
  readonly pdo: StagedDevice;
  readonly service?: string;
  readonly parent?: StagedNode;
  /** Name in _PNP_DEVNODE_STATE. */
  readonly state: string;
  /** CM_PROB_* code of a device that does not work. */
  readonly problem?: number;
  /** The hardware that it was given. */
  readonly resources: StagedResource[];
}

/** Hardware that a device was given. */
export type StagedResource =
  | { readonly kind: 'memory' | 'port'; readonly start: bigint; readonly bytes: number }
  | {
      readonly kind: 'interrupt';
      readonly vector: number;
      readonly irql: number;
      readonly processor: number;
    };

/** What the catalogue wants a device to be given. */
export interface ResourceWish {
  readonly node: StagedNode;
  readonly spec: ResourceSpec;
  /** Whose driver services its interrupt. */
  readonly device?: StagedDevice;
}

/** An interrupt line or message of a device. */
export interface DeviceInterrupt {
  /** The device whose driver services it. */
  readonly device: StagedDevice;
  /** Of the IDT. */
  readonly vector: number;
  readonly irql: number;
}

/** An interrupt that is connected. */
export interface StagedInterrupt extends DeviceInterrupt {
  /** KINTERRUPT. */
  readonly address: bigint;
  readonly processor: number;
  /** `module!Function` that services it. */
  readonly routine: string;
  /** KDPC that the routine queues, and what that calls. */
  readonly dpc?: { readonly address: bigint; readonly routine: string };
}

/** A request that a driver holds, or whose thread has not yet learnt that it is completed. */
export interface StagedRequest {
  /** IRP. */
  readonly address: bigint;
  readonly isCompleted: boolean;
  /** ETHREAD that asked for it, on whose list it is. */
  readonly thread?: bigint;
  /** FILE_OBJECT. */
  readonly file?: bigint;
  /** The pages that it moves, of a paging request: it is on no thread's list. */
  readonly move?: PageMove;
  /** The device whose driver holds it. */
  readonly holder: StagedDevice;
  /** IRP_MJ_*, without the prefix. */
  readonly major: string;
  readonly minor: number;
}

/** A minifilter that the filter manager knows. */
export interface StagedFilter {
  /** Name of its service. */
  readonly name: string;
  /** FLT_FILTER. */
  readonly address: bigint;
  readonly altitude: string;
  readonly instances: readonly StagedFilterInstance[];
}

export interface StagedFilterInstance {
  /** FLT_INSTANCE. */
  readonly address: bigint;
  readonly name: string;
  /** Name of the volume that it is attached to. */
  readonly volume: string;
}

/** What the I/O manager knows of on a machine. */
export interface IoStage {
  readonly drivers: readonly StagedDriver[];
  /** Every device object, in the order of creation. */
  readonly devices: readonly StagedDevice[];
  /** Parents before their children, children in order. */
  readonly nodes: readonly StagedNode[];
  /** Devices that others ask for by what they are: `keyboard`, `system-volume`. */
  readonly roles: ReadonlyMap<string, StagedDevice>;
  readonly requests: IoRequests;
  /** Interrupts of the devices, to be connected once there are processors. */
  readonly lines: readonly DeviceInterrupt[];
  /** Hardware for the devices, to be given to them once their interrupts are connected. */
  readonly wishes: readonly ResourceWish[];
  /** Minifilters, the highest altitude first. */
  readonly filters: readonly StagedFilter[];
}
