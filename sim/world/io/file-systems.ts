import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/devices/volumes.json';
import { topOf, type DeviceObjects } from './device-objects.js';
import type { DeviceTree } from './device-tree.js';
import type { StagedDevice, StagedNode } from './io-stage.js';
import type { IoNames } from './names.js';

interface VolumeSpec {
  readonly name: string;
  /** Of the partition on its disk, bytes. */
  readonly offset: number;
  readonly fileSystem?: string;
  readonly label: string;
  readonly guid: string;
  readonly system?: boolean;
}

const FILTER_MANAGER = 'FltMgr';
const RAW = 'RAW';
/** Queues of the core's kernel/io/volumes.ts, by the type of a file system's control device. */
const QUEUES: Readonly<Record<string, number>> = {
  DISK_FILE_SYSTEM: 0,
  CD_ROM_FILE_SYSTEM: 1,
  NETWORK_FILE_SYSTEM: 2,
  FILE_SYSTEM: 3,
};
const RAW_TAPE = '\\Device\\RawTape';
/** A volume's device of a file system has its control block behind it. */
const VOLUME_CONTROL_BLOCK = 0x2a0;
/** File systems without disks that the filter manager watches, too. */
const FILTERED = new Set(['\\Device\\NamedPipe', '\\Device\\Mailslot', '\\Device\\Mup']);
/** Runs every volume; a machine of few drivers does without. */
const VOLUME_SERVICE = 'volume';
const SECTOR_BYTES = 512;
const DISK_ROLE = 'system-disk';
const SYSTEM_VOLUME_ROLE = 'system-volume';

/** What the filter manager watches: a volume, or a file system without disks. */
export interface FilteredVolume {
  /** The filter manager's device above the file system's. */
  readonly filter: StagedDevice;
  /** The file system's device. */
  readonly fileSystem: StagedDevice;
  /** Left out for a file system without disks. */
  readonly volume?: StagedDevice;
  readonly isSystem: boolean;
}

/** Volumes of the system disk, what is mounted on them, and the filter manager's devices above all file systems. */
export class FileSystems {
  readonly #kernel: Kernel;
  readonly #names: IoNames;
  readonly #devices: DeviceObjects;
  readonly #seed: number;
  readonly filtered: FilteredVolume[] = [];

  constructor(kernel: Kernel, names: IoNames, devices: DeviceObjects) {
    this.#kernel = kernel;
    this.#names = names;
    this.#devices = devices;
    this.#seed = kernel.start.bootId;
  }

  /** Registers the file systems whose control devices are there, the built-in one last. */
  register(control: readonly StagedDevice[]): void {
    const { exports } = this.#kernel.core;
    const candidates = control.filter(
      ({ type, name, driver }) =>
        QUEUES[type] !== undefined &&
        driver.routines.isFileSystem &&
        !driver.name.endsWith(FILTER_MANAGER) &&
        (type !== 'FILE_SYSTEM' || name === RAW_TAPE),
    );
    const isLast = ({ driver }: StagedDevice) => driver.name.endsWith(`\\${RAW}`);
    for (const device of [...candidates.filter((one) => !isLast(one)), ...candidates.filter(isLast)]) {
      exports.volumeRegisterFileSystem(device.address, QUEUES[device.type]!);
      this.#filter(device);
    }
    for (const device of control) {
      if (!FILTERED.has(device.name ?? '')) continue;
      const filter = this.#filter(device);
      if (filter) this.filtered.push({ filter, fileSystem: device, isSystem: false });
    }
  }

  /** Adds the volumes below the volume manager's node and mounts their file systems. */
  addVolumes(parent: StagedNode, tree: DeviceTree): void {
    const disk = tree.roles.get(DISK_ROLE);
    (data.volumes as readonly VolumeSpec[]).forEach((volume, index) => {
      const offset = volume.offset.toString(16).toUpperCase().padStart(16, '0');
      tree.add(
        {
          instance: `STORAGE\\VOLUME\\{${volume.guid.toUpperCase()}}#${offset}`,
          pdoName: volume.name,
          pdoType: 'DISK',
          pdoFlags: ['DIRECT_IO'],
          pdoSectorBytes: SECTOR_BYTES,
          ...(this.#devices.has(VOLUME_SERVICE) ? { service: VOLUME_SERVICE } : {}),
          needs: parent.service!,
          stack: data.volumeStack.map((driver) => ({ driver, type: 'DISK', flags: ['DIRECT_IO'] })),
        },
        parent,
      );
      const device = this.#devices.all.find(({ name }) => name === volume.name);
      if (!device) return;
      if (disk) this.#devices.passTo(device, disk);
      if (disk) this.#names.link(`\\Device\\Harddisk0\\Partition${index + 1}`, volume.name);
      this.#mount(volume, device, tree);
    });
    if (disk) this.#names.link('\\Device\\Harddisk0\\Partition0', disk.name ?? '\\Device\\Harddisk0\\DR0');
  }

  #mount(volume: VolumeSpec, device: StagedDevice, tree: DeviceTree): void {
    const { core } = this.#kernel;
    if (volume.system) {
      core.exports.volumeSetSystem(device.address);
      tree.roles.set(SYSTEM_VOLUME_ROLE, device);
      this.#names.link('\\Device\\BootDevice', volume.name);
    }
    if (volume.fileSystem === undefined || !this.#devices.has(volume.fileSystem)) return;
    const mounted = this.#devices.create({
      driver: volume.fileSystem,
      type: 'DISK_FILE_SYSTEM',
      flags: ['DIRECT_IO'],
      extensionBytes: VOLUME_CONTROL_BLOCK,
      sectorBytes: SECTOR_BYTES,
    });
    device.mounted = mounted;
    this.#devices.passTo(mounted, topOf(device));
    const [bytes] = core.putTexts({ text: volume.label, wide: true });
    core.exports.volumeMount(
      device.address,
      mounted.address,
      this.#serial(volume),
      core.exports.exchangeBuffer(),
      bytes!,
    );
    const filter = this.#filter(mounted);
    const isSystem = volume.system === true;
    if (filter) this.filtered.push({ filter, fileSystem: mounted, volume: device, isSystem });
    if (volume.system) tree.roles.set('system-file-system', mounted);
  }

  /** Lets the filter manager see what reaches a file system. */
  #filter(below: StagedDevice): StagedDevice | undefined {
    if (!this.#devices.has(FILTER_MANAGER)) return undefined;
    return this.#devices.attach(this.#devices.create({ driver: FILTER_MANAGER, type: below.type }), below);
  }

  #serial({ offset }: VolumeSpec): number {
    return (Math.imul(offset + this.#seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  }
}
