import data from './sizes.json';

export type SizeName = keyof typeof data.sizes;

/** A file of the catalogue of populations, and for which session its processes are created. */
export interface PopulationPart {
  readonly file: string;
  readonly session?: number;
  /** Who is logged on in the session. */
  readonly user?: string;
  /** Seconds after the boot, where they are not the file's. */
  readonly startsAt?: number;
}

/** How big a machine is and what is on it, as data: see sizes.json. Builders scale what they make by it. */
export interface MachineSize {
  readonly name: SizeName;
  readonly title: string;
  /** Physical memory, MiB, unless the user asks for another amount. */
  readonly memoryMB: number;
  /** Least memory that what is on it fits into, MiB. */
  readonly leastMemoryMB: number;
  readonly processors: number;
  /** NUMA nodes; each is a processor group of its own when there are several. */
  readonly nodes: number;
  /** Parts of the catalogue of populations, whose processes are created one after the other. */
  readonly populations: readonly PopulationPart[];
  /** Which of the catalogue's drivers are loaded: `all`, or those that nothing runs without. */
  readonly drivers: string;
  /** Memory that is the hypervisor's and the secure kernel's, not Windows', MiB. */
  readonly hypervisorMB: number;
  readonly secureKernelMB: number;
  /** Files that the cache manager has mapped, MiB. */
  readonly fileCacheMB: number;
}

/** A size whose machine holds at least so many MiB: a build's kernel may need more than the smallest has. */
export function withLeastMemory(size: MachineSize, leastMB: number): MachineSize {
  return {
    ...size,
    memoryMB: Math.max(size.memoryMB, leastMB),
    leastMemoryMB: Math.max(size.leastMemoryMB, leastMB),
  };
}

export interface Hardware {
  /** Physical memory, bytes. */
  readonly memory: number;
  readonly processors: number;
  /** NUMA nodes, which are processor groups; the processors are dealt to them in equal parts. */
  readonly nodes: number;
}

const MB = 1024 * 1024;
const { limits, sizes } = data;

/** Names of all sizes, smallest first. */
export function sizeNames(): SizeName[] {
  return Object.keys(sizes) as SizeName[];
}

/** @throws RangeError with a sentence for the user when there is no such size */
export function findSize(name: string): MachineSize {
  if (!Object.hasOwn(sizes, name))
    throw new RangeError(`There is no machine "${name}". Machines: ${sizeNames().join(', ')}.`);
  return { name: name as SizeName, ...sizes[name as SizeName] };
}

/**
 * The hardware of a machine of a size, with another amount of memory (bytes) or number of processors where given.
 * @throws RangeError with a sentence for the user when they are out of bounds
 */
export function hardwareOf(size: MachineSize, memory?: number, processors?: number): Hardware {
  const bytes = memory ?? size.memoryMB * MB;
  const count = processors ?? size.processors;
  if (!Number.isSafeInteger(bytes) || bytes % MB !== 0)
    throw new RangeError(`The memory must be a whole number of MiB, not ${bytes} bytes.`);
  if (bytes < size.leastMemoryMB * MB || bytes > limits.mostMemoryMB * MB)
    throw new RangeError(
      `A ${size.name} machine has from ${amount(size.leastMemoryMB)} to ${amount(limits.mostMemoryMB)} of memory, not ${amount(bytes / MB)}.`,
    );
  if (!Number.isSafeInteger(count) || count < 1 || count > limits.mostProcessors)
    throw new RangeError(`A machine has from 1 to ${limits.mostProcessors} processors, not ${count}.`);
  const nodes = count % size.nodes === 0 ? size.nodes : 1;
  return { memory: bytes, processors: count, nodes };
}

/** MiB as people write them: `64 MiB`, `512 GiB`. */
function amount(mebibytes: number): string {
  return mebibytes >= 1024 && mebibytes % 1024 === 0 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}
