import { keyDescriptor } from '../../machine/security/descriptors.js';
import type { Kernel } from '../../machine/machine.js';
import { userSid } from '../objects/accounts.js';
import type { StagedDevice } from '../io/io-stage.js';
import { filler, hiveEntries, installedAt, type HiveEntry } from './contents.js';
import { HiveWriter } from './hive-writer.js';
import type { RegistryKey, RegistryTree } from './registry-tree.js';

const PAGE = 4096;
const HEAPS = 1; // Arena in kernel/processes/user-memory.ts
const NO_SECTION = -1;
const MASTER = '\\REGISTRY';
/** What the root of a hive with a file is called in it: the key that it appears as has the name. */
const FILE_ROOT = 'ROOT';

/** A hive on the machine. */
export interface StagedHive {
  readonly root: string;
  /** Path of its file, as the kernel opened it; without for hives that are only in memory. */
  readonly file?: string;
  /** CMHIVE. */
  readonly address: bigint;
}

/** The hives of a machine's registry. */
export interface StagedHives {
  readonly tree: RegistryTree;
  readonly hives: readonly StagedHive[];
  /** The process whose address space their files are mapped in. */
  readonly process: bigint;
  /** Paths of their files on their volumes, by control area. */
  readonly files: ReadonlyMap<bigint, string>;
}

/** Writes the registry to hives and maps their files into the attached process, which is `process`. */
export function loadHives(
  kernel: Kernel,
  tree: RegistryTree,
  devices: readonly StagedDevice[],
  process: bigint,
): StagedHives {
  const { core, start } = kernel;
  const { exports } = core;
  exports.registryInitialise();
  exports.registryInitialiseHives(process);
  const fill = filler(kernel);
  const user = userSid(kernel.profile.system);
  const roots = new Set(hiveEntries.map(({ root }) => tree.key(fill(root)).path.toUpperCase()));
  const links = new Map<string, number>();
  const files = new Map<bigint, string>();
  let master = 0n;
  const load = (entry: HiveEntry): StagedHive => {
    const root = fill(entry.root);
    const writer = new HiveWriter(core, keyDescriptor(entry.security, user), {
      stable: entry.file === undefined ? start.bootTime : installedAt,
      volatile: start.bootTime,
    });
    const key = tree.key(root);
    const isElsewhere = ({ path }: RegistryKey) => roots.has(path.toUpperCase());
    const rootCell = writer.write(key, entry.file === undefined ? key.name : FILE_ROOT, isElsewhere);
    for (const [path, cell] of writer.links) links.set(path, cell);
    const bytes = PAGE + exports.hiveEnd();
    const file = entry.file === undefined ? undefined : fill(entry.file);
    const section = file === undefined ? NO_SECTION : createSection(kernel, volumeOf(entry), file, bytes);
    if (file !== undefined) files.set(exports.sectionArea(section), file);
    const view = file === undefined ? 0n : exports.memoryCreateView(section, HEAPS, bytes / PAGE, false);
    const fullPath = file === undefined ? undefined : fill(entry.volume ?? '%volume%') + file;
    const texts = [fullPath ?? '', fill(entry.name ?? ''), root].map((text) => ({ text, wide: true }));
    const [full, known, rootBytes] = core.putTexts(...texts) as [number, number, number];
    const address = exports.registryLoadHive(section, view, rootCell, full, known, rootBytes);
    if (root === MASTER) master = address;
    else exports.registryLinkHive(master, links.get(root.toUpperCase())!, address);
    return { root, address, ...(fullPath === undefined ? {} : { file: fullPath }) };
  };
  const volumeOf = ({ volume }: HiveEntry) =>
    volume === undefined ? exports.volumeSystem() : devices.find(({ name }) => name === volume)!.address;
  return { tree, hives: hiveEntries.map(load), process, files };
}

/** The section of a hive's file, all of it in memory. */
function createSection({ core }: Kernel, volume: bigint, file: string, bytes: number): number {
  const [nameBytes] = core.putTexts({ text: file, wide: true });
  return core.exports.sectionCreateFile(
    volume,
    core.exports.exchangeBuffer(),
    nameBytes!,
    BigInt(bytes),
    bytes / PAGE,
    0,
  );
}
