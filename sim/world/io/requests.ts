import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/requests.json';
import { serviceOf, topOf } from './device-objects.js';
import type { StagedDevice, StagedDriver, StagedRequest } from './io-stage.js';
import { MAJOR_FUNCTIONS, type MajorFunction } from './major-functions.js';

/** IRP_* flags of wdm.h and ntifs.h. */
const FLAGS: Readonly<Record<string, number>> = {
  NOCACHE: 0x1,
  PAGING_IO: 0x2,
  SYNCHRONOUS_API: 0x4,
  SYNCHRONOUS_PAGING_IO: 0x40,
  BUFFERED_IO: 0x10,
  DEALLOCATE_BUFFER: 0x20,
  INPUT_OPERATION: 0x40,
  READ_OPERATION: 0x100,
  WRITE_OPERATION: 0x200,
  DEFER_IO_COMPLETION: 0x800,
};
const MODES = { Kernel: 0n, User: 1n };
/** Lists of the core's kernel/io/irp.ts. */
const ON_DEVICE = 1n;
const ON_THREAD = 2n;
const NONE = 0n;
const PAGE_BYTES = 4096n;
/** What the I/O manager calls when pages are written. */
const WRITE_COMPLETE = 'nt!MiWriteComplete';
const UNITS_PER_MS = 10_000n;
/** Rows of the core's kernel/scheduler/requests.ts: a request, and its order with a bit beside it. */
const ROW_BYTES = 16;
const ORDER = 0xffffffffn;
const COMPLETED = 1n << 32n;
/** FILE_READ_DATA, FILE_READ_ATTRIBUTES, SYNCHRONIZE: what a file to wait on is opened for. */
const ACCESS = 0x100081;
/** Where a thread's frame in user mode has the status block and the buffer of its request. */
const IOSB_IN_FRAME = 0x60n;
const BUFFER_IN_FRAME = 0x100n;

/** A kind of request, as the catalogue describes it. */
export interface RequestSpec {
  /** Name of the device it was sent to, or the role that it has. */
  readonly device?: string;
  readonly role?: string;
  /** Service of the driver that holds it; the lowest of the stack when left out. */
  readonly holder?: string;
  readonly major: MajorFunction;
  readonly minor?: number;
  /** Four words of the stack location's parameters. */
  readonly parameters: readonly number[];
  readonly flags: readonly string[];
  readonly bufferBytes?: number;
  /** The buffer is described by an MDL instead of being the request's system buffer. */
  readonly mdl?: boolean;
  /** The buffer is the thread's own, in user mode: its driver writes to it directly, so that its pages are locked. */
  readonly direct?: boolean;
  readonly mode?: 'Kernel' | 'User';
  /** Of requests that only the memory manager makes: bytes from the start of the volume, for drivers below the file system. */
  readonly volumeOffset?: number;
  /** Bytes from the start of the disk to the volume's. */
  readonly partitionOffset?: number;
  /** Its file is a socket, which counts what has come for it. */
  readonly endpoint?: boolean;
  /** It is completed now and then, and made again; one without stays pending. */
  readonly completes?: {
    readonly everyMs: number;
    /** Bytes that come at most; none when left out. */
    readonly mostBytes?: number;
    /** By how much the priority of its thread is raised. */
    readonly boost: number;
  };
}

/** Who asked: a thread and its process, and where its user stack stands. */
export interface Requester {
  readonly process: bigint;
  readonly thread: bigint;
  readonly rsp?: bigint;
}

/** Pages that the memory manager moves with a request of its own. */
export interface PageMove {
  readonly isWrite: boolean;
  /** ETHREAD that needs the pages or writes them. */
  readonly thread: bigint;
  readonly file: bigint;
  readonly mdl: bigint;
  /** Address that the MDL describes. */
  readonly buffer: bigint;
  readonly event: bigint;
  readonly status: bigint;
  /** Page of the file that is the first one. */
  readonly firstPage: number;
  readonly pages: number;
}

const SPECS = data.requests as unknown as Readonly<Record<string, RequestSpec>>;

/** Names of the kinds of requests that a program can make. */
export function requestNames(): string[] {
  return Object.keys(SPECS).filter(
    (name) =>
      (SPECS[name]!.device !== undefined || SPECS[name]!.role !== undefined) &&
      SPECS[name]!.volumeOffset === undefined,
  );
}

/** Kind of request by its name in the catalogue. @throws RangeError when there is none */
export function requestSpec(name: string): RequestSpec {
  const spec = SPECS[name];
  if (!spec) throw new RangeError(`There is no request ${name}. Requests: ${Object.keys(SPECS).join(', ')}.`);
  return spec;
}

/** A request with its place in the order of all of them. */
interface OrderedRequest extends StagedRequest {
  address: bigint;
  isCompleted: boolean;
  order: number;
}

/** Requests that drivers hold, and the ways to make more. */
export class IoRequests {
  readonly #all: OrderedRequest[] = [];
  /** Those that are made again and again, by their number in the core. */
  readonly #renewed: OrderedRequest[] = [];
  readonly #kernel: Kernel;
  readonly #devices: readonly StagedDevice[];
  readonly #roles: ReadonlyMap<string, StagedDevice>;

  constructor(kernel: Kernel, devices: readonly StagedDevice[], roles: ReadonlyMap<string, StagedDevice>) {
    this.#kernel = kernel;
    this.#devices = devices;
    this.#roles = roles;
  }

  /** Requests that there are now, in the order in which they were made. */
  get all(): readonly StagedRequest[] {
    return this.#all.filter(({ address }) => address !== NONE).sort((a, b) => a.order - b.order);
  }

  /** Forgets the requests that are among what is gone. */
  forget(gone: ReadonlySet<bigint>): void {
    const kept = this.#all.filter(({ address }) => !gone.has(address));
    this.#all.splice(0, this.#all.length, ...kept);
  }

  /** Lets a request be completed and made again as time passes, if its kind is. */
  renew(request: StagedRequest, { bufferBytes = 0, completes }: RequestSpec): void {
    if (!completes) return;
    const { everyMs, mostBytes = 0, boost } = completes;
    const mean = BigInt(everyMs) * UNITS_PER_MS;
    const index = this.#kernel.core.exports.irpRenew(request.address, bufferBytes, mean, mostBytes, boost);
    this.#renewed[index] = this.#all.find((one) => one === request)!;
  }

  /** Writes down what has become of the requests that are made again and again. */
  settle(): void {
    const { exports, exchange } = this.#kernel.core;
    for (let first = 0; first < this.#renewed.length;) {
      const count = exports.irpListRenewed(first);
      for (let i = 0; i < count; i++) {
        const request = this.#renewed[first + i]!;
        const place = exchange.getBigUint64(ROW_BYTES * i + 8, true);
        request.address = exchange.getBigUint64(ROW_BYTES * i, true);
        request.order = Number(place & ORDER);
        request.isCompleted = (place & COMPLETED) !== 0n;
      }
      first += count;
    }
  }

  /** The device that a request goes to; `undefined` when this machine has none such. */
  target({ device, role, holder }: RequestSpec): StagedDevice | undefined {
    const found =
      role === undefined ? this.#devices.find(({ name }) => name === device) : this.#roles.get(role);
    return found && holderOf(pathFrom(found), holder) ? found : undefined;
  }

  /** Whether requests to a device come to a driver. */
  reaches(target: StagedDevice, holder: string): boolean {
    return holderOf(pathFrom(target), holder) !== undefined;
  }

  /**
   * Lets a thread have a request pending, on a file of its process that it opens by a name relative to the device.
   * @throws RangeError when the machine has no such device, or when the driver is not in its stack
   */
  pend(spec: RequestSpec, requester: Requester, fileName: string): StagedRequest {
    const { core } = this.#kernel;
    const target = this.target(spec);
    if (!target)
      throw new RangeError(
        `This machine has no ${spec.device ?? spec.role}, or no ${spec.holder} in its stack.`,
      );
    const [bytes] = core.putTexts({ text: fileName, wide: true });
    const file = core.exports.fileCreate(target.address, core.exports.exchangeBuffer(), bytes!);
    core.exports.fileOpenHandle(requester.process, file, ACCESS);
    core.exports.fileReference(file);
    if (spec.endpoint === true) core.exports.networkOpenEndpoint(file, requester.process);
    return this.#create(spec, target, requester, file);
  }

  /** Lets the memory manager have a request pending that reads pages in or writes them out: it is on no thread's list. */
  pendPaging(spec: RequestSpec, target: StagedDevice, move: PageMove): StagedRequest {
    return this.#create(spec, target, undefined, move.file, move);
  }

  /** Lets the kernel itself have a request pending, of no thread: `target` is where it was sent. */
  pendOfKernel(spec: RequestSpec, target: StagedDevice): StagedRequest {
    return this.#create(spec, target, undefined, undefined);
  }

  #create(
    spec: RequestSpec,
    target: StagedDevice,
    requester: Requester | undefined,
    file: bigint | undefined,
    move?: PageMove,
  ): StagedRequest {
    const { core, loaded } = this.#kernel;
    const path = pathFrom(target);
    const end = holderOf(path, spec.holder);
    if (!end)
      throw new RangeError(`There is no ${spec.holder} in the stack of ${target.name ?? 'this device'}.`);
    const hops = hopsOf(path.slice(0, path.indexOf(end) + 1));
    const rsp = requester?.rsp;
    const isDirect = spec.direct === true && rsp !== undefined;
    const hasBuffer = spec.bufferBytes !== undefined && !isDirect;
    const buffer = hasBuffer ? core.exports.irpCreateBuffer(spec.bufferBytes!) : NONE;
    const mdl = isDirect
      ? core.exports.irpCreateUserMdl(requester!.process, rsp + BUFFER_IN_FRAME, spec.bufferBytes!)
      : (move?.mdl ?? (spec.mdl === true ? core.exports.irpCreateMdl(buffer, spec.bufferBytes!) : NONE));
    const levels = levelsOf(path, target);
    const place = (device: StagedDevice) => placeOf(spec, levels.get(device)!, move);
    const address = (name: string | undefined) => (name === undefined ? NONE : loaded.address(name));
    const minor = spec.minor ?? 0;
    const lists = ON_DEVICE | (requester ? ON_THREAD : NONE);
    core.putList([
      requester?.thread ?? move?.thread ?? NONE,
      file ?? NONE,
      BigInt(spec.flags.reduce((sum, flag) => sum | FLAGS[flag]!, 0)),
      MODES[spec.mode ?? 'User'],
      address(end.driver.routines.cancel),
      move && !move.isWrite ? move.event : NONE,
      move?.status ?? (rsp === undefined ? NONE : rsp + IOSB_IN_FRAME),
      move?.buffer ?? (rsp === undefined ? NONE : rsp + BUFFER_IN_FRAME),
      spec.mdl === true ? NONE : buffer,
      mdl,
      BigInt(core.exports.deviceStackSize(path[0]!.address)),
      lists,
      BigInt(MAJOR_FUNCTIONS.indexOf(spec.major)),
      BigInt(minor),
      move?.isWrite ? address(WRITE_COMPLETE) : NONE,
      move?.isWrite ? move.event : NONE,
      ...spec.parameters.map(BigInt),
      ...hops.flatMap(({ device, setBy }) => [
        device.address,
        address(setBy?.routines.completion),
        setBy ? setBy.devices[0]!.address : NONE,
        move && levels.get(device) !== 'file' ? NONE : (file ?? NONE),
        place(device),
      ]),
    ]);
    const request: OrderedRequest = {
      address: core.exports.irpCreate(hops.length),
      isCompleted: false,
      order: core.exports.irpCountIssued(),
      ...(requester ? { thread: requester.thread } : {}),
      ...(file === undefined ? {} : { file }),
      ...(move ? { move } : {}),
      holder: end,
      major: spec.major,
      minor,
    };
    this.#all.push(request);
    return request;
  }
}

/** Devices that a request to `target` passes, from the top of the file system's or its own stack down to the hardware. */
function pathFrom(target: StagedDevice): StagedDevice[] {
  const path: StagedDevice[] = [];
  for (let at: StagedDevice | undefined = topOf(target.mounted ?? target); at; at = at.below ?? at.passesTo)
    path.push(at);
  return path;
}

/** Whether a device of a path is told of a place in a file, on a volume or on a disk. */
type Level = 'file' | 'volume' | 'disk';

function levelsOf(path: readonly StagedDevice[], target: StagedDevice): ReadonlyMap<StagedDevice, Level> {
  let level: Level = target.mounted ? 'file' : 'volume';
  return new Map(
    path.map((device, index) => {
      const before = path[index - 1];
      if (before === target.mounted) level = 'volume';
      else if (before?.passesTo === device) level = 'disk';
      return [device, level] as const;
    }),
  );
}

/** The third parameter of a request where it is told of a place: for reads and writes where that lies. */
function placeOf(
  { parameters, volumeOffset, partitionOffset = 0 }: RequestSpec,
  level: Level,
  move?: PageMove,
): bigint {
  if (volumeOffset === undefined || !move) return BigInt(parameters[2]!);
  if (level === 'file') return BigInt(move.firstPage) * PAGE_BYTES;
  return BigInt(volumeOffset + (level === 'disk' ? partitionOffset : 0));
}

function holderOf(path: readonly StagedDevice[], service: string | undefined): StagedDevice | undefined {
  if (service === undefined) return path.at(-1);
  return path.find(({ driver }) => serviceOf(driver).toLowerCase() === service.toLowerCase());
}

/** Locations that a request used: one for each driver that wants to see it finished, and one for the last. */
function hopsOf(path: readonly StagedDevice[]): { device: StagedDevice; setBy: StagedDriver | undefined }[] {
  const hops: { device: StagedDevice; setBy: StagedDriver | undefined }[] = [];
  let setBy: StagedDriver | undefined;
  path.forEach((device, index) => {
    const isLast = index === path.length - 1;
    if (!isLast && device.driver.routines.completion === undefined) return; // handed down as it is
    hops.push({ device, setBy });
    setBy = device.driver;
  });
  return hops;
}
