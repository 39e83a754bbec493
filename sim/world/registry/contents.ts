import type { Kernel } from '../../machine/machine.js';
import firmware from '../catalogue/firmware.json';
import catalogue from '../catalogue/registry/keys.json';
import hiveData from '../catalogue/registry/hives.json';
import opened from '../catalogue/registry/opened.json';
import type { KeySecurity } from '../../machine/security/descriptors.js';
import type { IoStage } from '../io/io-stage.js';
import { userSid } from '../objects/accounts.js';
import type { Population } from '../population.js';
import { RegistryTree } from './registry-tree.js';
import { smbiosData } from './smbios.js';
import { addDrivers, addServices } from './services.js';
import { readValue, type ValueText } from './value.js';

const TICKS_PER_MS = 10_000n;
const FILETIME_1970 = 116444736000000000n;
const CONTROL_SET = '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001';
const HIVE_LIST = `${CONTROL_SET}\\Control\\hivelist`;
const PROCESSORS = '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor';
const PROCESSOR_FACTS = `${CONTROL_SET}\\Control\\Session Manager\\Environment`;
const FIRMWARE = '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS';
/** Where the mssmbios driver keeps what it found. */
const FIRMWARE_TABLES = `${CONTROL_SET}\\Services\\mssmbios\\Data`;
const LONGEST_BUILD_LAB = 64;

/** A hive of the catalogue. */
export interface HiveEntry {
  /** Path of its root key. */
  readonly root: string;
  /** Path of its file on its volume; a hive without one is in memory only. */
  readonly file?: string;
  /** Volume of the file, where it is not Windows' own. */
  readonly volume?: string;
  /** What the user knows the file as. */
  readonly name?: string;
  /** Who may read its keys. */
  readonly security: KeySecurity;
}

/** The hives, the registry's own first. */
export const hiveEntries = hiveData.hives as readonly HiveEntry[];

/** When Windows was installed, FILETIME: what stable keys were last written. */
export const installedAt = FILETIME_1970 + BigInt(Date.parse(hiveData.installed)) * TICKS_PER_MS;

/** Puts the machine's names and numbers into a text of the catalogue. */
export function filler(kernel: Kernel): (text: string) => string {
  const { profile, hardware } = kernel;
  const { system, build, version } = profile;
  const [lab, labEx] = ['NtBuildLab', 'NtBuildLabEx'].map((name) => asciiOf(kernel, `nt!${name}`));
  const facts: Readonly<Record<string, string>> = {
    user: userSid(system),
    USERNAME: system.userName,
    computer: system.computerName,
    volume: system.systemVolume,
    displayVersion: system.displayVersion,
    build: String(build),
    revision: String(version[3]),
    buildLab: lab!,
    buildLabEx: labEx!,
    branch: lab!.split('.')[1]!,
    processors: String(hardware.processors),
    installed: String(installedAt),
    installedUnix: String((installedAt - FILETIME_1970) / (TICKS_PER_MS * 1000n)),
  };
  return (text) => text.replace(/%(\w+)%/g, (whole, name: string) => facts[name] ?? whole);
}

/** Text that a global of the kernel holds. */
function asciiOf({ core, loaded }: Kernel, symbol: string): string {
  core.exports.memoryRead(loaded.address(symbol), LONGEST_BUILD_LAB);
  const bytes = core.view(core.exports.exchangeBuffer(), LONGEST_BUILD_LAB);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}

/** What the registry of a machine holds: the catalogue's keys, and those that say what is on the machine. */
export function registryContents(kernel: Kernel, io: IoStage, population: Population): RegistryTree {
  const tree = new RegistryTree();
  const fill = filler(kernel);
  for (const path of catalogue.volatile) tree.key(fill(path)).isVolatile = true;
  const keys: Readonly<Record<string, Readonly<Record<string, ValueText>>>> = catalogue.keys;
  for (const [path, values] of Object.entries(keys)) {
    const key = tree.key(fill(path));
    for (const [name, value] of Object.entries(values)) key.values.set(name, readValue(value, fill));
  }
  for (const [path, name] of Object.entries(catalogue.classes)) tree.key(fill(path)).className = name;
  for (const path of [...opened.everywhere, ...opened.service, ...opened.app, ...opened.system])
    tree.key(fill(path));
  addHiveList(tree, fill);
  addProcessors(tree, kernel);
  addFirmware(tree, kernel);
  addDrivers(tree, io);
  addServices(tree, population);
  for (const { instance, service } of io.nodes) {
    const key = tree.key(`${CONTROL_SET}\\Enum\\${instance}`);
    if (service !== undefined) key.values.set('Service', { type: 'REG_SZ', data: service });
  }
  return tree;
}

/** The key that lists the hives with their files. */
function addHiveList(tree: RegistryTree, fill: (text: string) => string): void {
  const list = tree.key(HIVE_LIST);
  for (const { root, file, volume = '%volume%' } of hiveEntries)
    if (root !== '\\REGISTRY')
      list.values.set(fill(root), { type: 'REG_SZ', data: file === undefined ? '' : fill(volume + file) });
}

function addProcessors(tree: RegistryTree, { hardware, profile }: Kernel): void {
  const facts = tree.key(PROCESSOR_FACTS).values;
  const identifier = (facts.get('PROCESSOR_IDENTIFIER')!.data as string).split(',')[0]!;
  for (let number = 0; number < hardware.processors; number++) {
    const { values } = tree.key(`${PROCESSORS}\\${number}`);
    values.set('Identifier', { type: 'REG_SZ', data: identifier });
    values.set('VendorIdentifier', { type: 'REG_SZ', data: profile.system.processorVendor });
    values.set('ProcessorNameString', { type: 'REG_SZ', data: profile.system.processorName });
    values.set('~MHz', { type: 'REG_DWORD', data: profile.system.processorMHz });
  }
}

/** What the firmware tells of the machine: by names, and as the table that it has. */
function addFirmware(tree: RegistryTree, kernel: Kernel): void {
  const { bios, system, board } = firmware;
  const { values } = tree.key(FIRMWARE);
  const texts = {
    BaseBoardManufacturer: board.manufacturer,
    BaseBoardProduct: board.product,
    BaseBoardVersion: board.version,
    BIOSReleaseDate: bios.releaseDate,
    BIOSVendor: bios.vendor,
    BIOSVersion: bios.version,
    SystemFamily: system.family,
    SystemManufacturer: system.manufacturer,
    SystemProductName: system.product,
    SystemSKU: system.sku,
    SystemVersion: system.version,
  };
  for (const [name, data] of Object.entries(texts)) values.set(name, { type: 'REG_SZ', data });
  values.set('BiosMajorRelease', { type: 'REG_DWORD', data: bios.major });
  values.set('BiosMinorRelease', { type: 'REG_DWORD', data: bios.minor });
  const tables = tree.key(FIRMWARE_TABLES);
  tables.values.set('SMBiosData', { type: 'REG_BINARY', data: smbiosData(kernel) });
}
