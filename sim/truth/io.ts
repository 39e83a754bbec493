import type {
  StagedDevice,
  StagedDriver,
  StagedFilter,
  StagedNode,
  StagedRequest,
  StagedResource,
} from '../world/io/io-stage.js';
import type { PageMove } from '../world/io/requests.js';
import type { DriverTimer } from '../world/schedule.js';
import type { Stage } from '../world/stage.js';
import { hex, type Address } from './address.js';

/** Drivers and devices of a machine. */
export interface TruthIo {
  /** Driver objects: those of the kernel itself, then in the order of loading. */
  drivers: TruthDriver[];
  /** Device objects in the order of creation. */
  devices: TruthDevice[];
  /** The device tree: parents before their children, children in their order. */
  nodes: TruthNode[];
  /** Requests that are pending, in the order in which they were made. */
  requests: TruthRequest[];
  /** Minifilters in the order of their frame's list, the highest altitude first. */
  filters: TruthFilter[];
  interrupts: TruthInterrupt[];
  /** Timers of drivers and of the kernel that queue a DPC again and again. */
  timers: TruthTimer[];
}

export interface TruthTimer {
  /** KDPC that the timer queues. */
  dpc: Address;
  /** What the DPC calls. */
  routine: string;
  periodMs: number;
  processor: number;
  /** DEVICE_OBJECT in whose extension both lie. */
  device?: Address;
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

export interface TruthDevice {
  /** DEVICE_OBJECT. */
  address: Address;
  /** `\Device\Harddisk0\DR0`; not there for a device without a name. */
  name?: string;
  /** Name of its driver. */
  driver: string;
  /** DEVICE_OBJECT that it is attached to. */
  attachedTo?: Address;
  /** DEVICE_OBJECT of the file system that is mounted on it. */
  mounted?: Address;
  /** IO_TIMER that calls `module!Function` each second. */
  timer?: { address: Address; routine: string };
  /** DEVICE_OBJECT on top of another stack, to which it sends requests on. */
  passesTo?: Address;
}

export interface TruthNode {
  /** DEVICE_NODE. */
  address: Address;
  instance: string;
  service?: string;
  /** DEVICE_OBJECT that the device's bus created. */
  pdo: Address;
  parent?: Address;
  /** Name in _PNP_DEVNODE_STATE. */
  state: string;
  /** CM_PROB_* code of a device that does not work. */
  problem?: number;
  /** The hardware that it was given, translated. */
  resources: (
    | { kind: 'memory' | 'port'; start: Address; bytes: number }
    | { kind: 'interrupt'; vector: number; irql: number; processor: number }
  )[];
}

export interface TruthRequest {
  /** IRP. */
  address: Address;
  /** Its driver has completed it, and the APC that tells its thread is queued: its locations are empty. */
  isCompleted?: true;
  /** ETHREAD that waits for it; requests of the kernel itself have none. */
  thread?: Address;
  /** FILE_OBJECT. */
  file?: Address;
  /** The pages that it moves: it is on no thread's list. */
  paging?: TruthPaging;
  /** Name of the driver that holds it. */
  driver: string;
  /** DEVICE_OBJECT of the driver that holds it. */
  device: Address;
  /** IRP_MJ_*, without the prefix. */
  major: string;
  minor: number;
}

/** Pages of a file that are read in or written out. */
export interface TruthPaging {
  direction: 'in' | 'out';
  /** ETHREAD that needs them, or writes them. */
  thread: Address;
  /** MDL. */
  mdl: Address;
  /** KEVENT that is signalled when pages that are read are there. */
  event?: Address;
  /** The page of the file that is the first of them, and how many they are. */
  firstPage: number;
  pages: number;
}

export interface TruthFilter {
  name: string;
  /** FLT_FILTER. */
  address: Address;
  altitude: string;
  /** `address`: FLT_INSTANCE; `volume`: name of the volume that it is attached to. */
  instances: { address: Address; name: string; volume: string }[];
}

export interface TruthInterrupt {
  /** KINTERRUPT. */
  address: Address;
  processor: number;
  /** Of the IDT. */
  vector: number;
  /** `module!Function` that services it. */
  routine: string;
}

export function truthOfIo(
  { drivers, devices, nodes, requests, filters, interrupts }: Stage['io'],
  timers: readonly DriverTimer[],
): TruthIo {
  return {
    drivers: drivers.map(truthOfDriver),
    devices: devices.map(truthOfDevice),
    nodes: nodes.map(truthOfNode),
    requests: requests.all.map(truthOfRequest),
    filters: filters.map(truthOfFilter),
    timers: timers.map(({ dpc, routine, periodMs, processor, device }) => ({
      dpc: hex(dpc),
      routine,
      periodMs,
      processor,
      ...(device ? { device: hex(device.address) } : {}),
    })),
    interrupts: interrupts.map(({ address, processor, vector, routine }) => ({
      address: hex(address),
      processor,
      vector,
      routine,
    })),
  };
}

function truthOfDriver({ name, address, module, devices }: StagedDriver): TruthDriver {
  return {
    name,
    address: hex(address),
    ...(module ? { module: module.image.spec.module } : {}),
    devices: devices.map((device) => hex(device.address)),
  };
}

function truthOfDevice(device: StagedDevice): TruthDevice {
  const { address, name, driver, below, mounted, passesTo, timer } = device;
  return {
    address: hex(address),
    ...(name === undefined ? {} : { name }),
    driver: driver.name,
    ...(below ? { attachedTo: hex(below.address) } : {}),
    ...(mounted ? { mounted: hex(mounted.address) } : {}),
    ...(passesTo ? { passesTo: hex(passesTo.address) } : {}),
    ...(timer ? { timer: { address: hex(timer.address), routine: timer.routine } } : {}),
  };
}

function truthOfResource(resource: StagedResource): TruthNode['resources'][number] {
  return resource.kind === 'interrupt' ? resource : { ...resource, start: hex(resource.start) };
}

function truthOfNode(node: StagedNode): TruthNode {
  const { address, instance, service, pdo, parent, state, problem, resources } = node;
  return {
    address: hex(address),
    instance,
    ...(service === undefined ? {} : { service }),
    pdo: hex(pdo.address),
    ...(parent ? { parent: hex(parent.address) } : {}),
    state,
    ...(problem === undefined ? {} : { problem }),
    resources: resources.map(truthOfResource),
  };
}

function truthOfPaging({ isWrite, thread, mdl, event, firstPage, pages }: PageMove): TruthPaging {
  return {
    direction: isWrite ? 'out' : 'in',
    thread: hex(thread),
    mdl: hex(mdl),
    ...(isWrite ? {} : { event: hex(event) }),
    firstPage,
    pages,
  };
}

function truthOfRequest(request: StagedRequest): TruthRequest {
  const { address, isCompleted, thread, file, move, holder, major, minor } = request;
  return {
    address: hex(address),
    ...(isCompleted ? { isCompleted } : {}),
    ...(thread === undefined ? {} : { thread: hex(thread) }),
    ...(file === undefined ? {} : { file: hex(file) }),
    ...(move ? { paging: truthOfPaging(move) } : {}),
    driver: holder.driver.name,
    device: hex(holder.address),
    major,
    minor,
  };
}

function truthOfFilter({ name, address, altitude, instances }: StagedFilter): TruthFilter {
  return {
    name,
    address: hex(address),
    altitude,
    instances: instances.map((instance) => ({ ...instance, address: hex(instance.address) })),
  };
}
