import type { Kernel } from '../../machine/machine.js';
import fltmgr from '../../profiles/win11-22631/modules/fltmgr.json';
import data from '../catalogue/filters.json';
import type { DeviceObjects } from './device-objects.js';
import type { FilteredVolume } from './file-systems.js';
import type { StagedFilter, StagedFilterInstance } from './io-stage.js';
import { MAJOR_FUNCTIONS, type MajorFunction } from './major-functions.js';

interface FilterSpec {
  readonly service: string;
  readonly altitude: string;
  /** Name of its instances. */
  readonly instance: string;
  /** Kinds of volumes that it attaches to. */
  readonly volumes: readonly string[];
}

const FILTER_MANAGER = 'FltMgr';
const CONTROL_DEVICE = '\\FileSystem\\Filters\\FltMgr';
const MESSAGE_DEVICE = '\\FileSystem\\Filters\\FltMgrMsg';
const REGISTRY_PATH = '\\Registry\\Machine\\System\\CurrentControlSet\\Services\\FltMgr';
const LOWEST_ALTITUDE = '0';
const NO_DEVICE = 0n;
/** Types of file systems by their driver: its control device and its number in _FLT_FILESYSTEM_TYPE. */
const FILE_SYSTEMS: Readonly<Record<string, readonly [control: string, type: string]>> = {
  '\\FileSystem\\Ntfs': ['\\Ntfs', 'FLT_FSTYPE_NTFS'],
  '\\FileSystem\\fastfat': ['\\Fat', 'FLT_FSTYPE_FAT'],
  '\\FileSystem\\Npfs': ['\\Device\\NamedPipe', 'FLT_FSTYPE_NPFS'],
  '\\FileSystem\\Msfs': ['\\Device\\Mailslot', 'FLT_FSTYPE_MSFS'],
  '\\FileSystem\\Mup': ['\\Device\\Mup', 'FLT_FSTYPE_MUP'],
};
const TYPES: Readonly<Record<string, number>> = fltmgr.enums._FLT_FILESYSTEM_TYPE.values;

/** Fills the filter manager's frame: volumes, minifilters from the highest altitude down, and their instances. */
export function createFilters(
  kernel: Kernel,
  devices: DeviceObjects,
  filtered: readonly FilteredVolume[],
): StagedFilter[] {
  if (!devices.has(FILTER_MANAGER)) return [];
  const specs = (data.filters as readonly FilterSpec[]).filter(({ service }) => devices.has(service));
  const frame = createFrame(kernel, devices, specs[0]?.altitude ?? LOWEST_ALTITUDE);
  const volumes = filtered.map((volume) => ({ volume, address: attachVolume(kernel, frame, volume) }));
  return specs.map((spec) => {
    const address = register(kernel, devices, frame, spec);
    const instances = volumes
      .filter(({ volume }) => kindsOf(volume).some((kind) => spec.volumes.includes(kind)))
      .map((at): StagedFilterInstance => ({
        address: attachInstance(kernel, address, at.address, spec),
        name: spec.instance,
        volume: nameOf(at.volume),
      }));
    return { name: spec.service, address, altitude: spec.altitude, instances };
  });
}

function createFrame({ core, loaded, hardware }: Kernel, devices: DeviceObjects, highest: string): bigint {
  const driver = devices.driver(FILTER_MANAGER);
  const device = (name: string) => driver.devices.find((one) => one.name === name)?.address ?? NO_DEVICE;
  const [path, low, high] = core.putListAndTexts([], REGISTRY_PATH, LOWEST_ALTITUDE, highest);
  return core.exports.filterCreateFrame(
    loaded.address('FLTMGR!FltGlobals'),
    driver.address,
    device(CONTROL_DEVICE),
    device(MESSAGE_DEVICE),
    hardware.processors,
    path!,
    low!,
    high!,
  );
}

function register({ core, loaded }: Kernel, devices: DeviceObjects, frame: bigint, spec: FilterSpec): bigint {
  const driver = devices.driver(spec.service);
  const routines = driver.routines.filter ?? {};
  const majors = (data.operations as MajorFunction[]).map((name) => BigInt(MAJOR_FUNCTIONS.indexOf(name)));
  const [nameBytes, altitudeBytes] = core.putListAndTexts(
    [
      ...['unload', 'instanceSetup', 'instanceQueryTeardown', 'preOperation', 'postOperation'].map((name) => {
        const routine = routines[name];
        if (routine === undefined) throw new Error(`the minifilter ${spec.service} has no ${name} routine`);
        return loaded.address(routine);
      }),
      ...majors,
    ],
    spec.service,
    spec.altitude,
  );
  return core.exports.filterRegister(frame, driver.address, majors.length, nameBytes!, altitudeBytes!);
}

function attachVolume({ core }: Kernel, frame: bigint, at: FilteredVolume): bigint {
  const { driver } = at.fileSystem;
  const [control, type] = FILE_SYSTEMS[driver.name] ?? ['', 'FLT_FSTYPE_UNKNOWN'];
  const [nameBytes, controlBytes, driverBytes] = core.putListAndTexts([], nameOf(at), control, driver.name);
  return core.exports.filterAttachVolume(
    frame,
    at.filter.address,
    at.volume?.address ?? NO_DEVICE,
    TYPES[type]!,
    nameBytes!,
    controlBytes!,
    driverBytes!,
  );
}

function attachInstance({ core }: Kernel, filter: bigint, volume: bigint, spec: FilterSpec): bigint {
  const [nameBytes, altitudeBytes] = core.putListAndTexts([], spec.instance, spec.altitude);
  return core.exports.filterAttachInstance(filter, volume, nameBytes!, altitudeBytes!);
}

function nameOf({ volume, fileSystem }: FilteredVolume): string {
  return (volume ?? fileSystem).name ?? '';
}

function kindsOf({ volume, fileSystem, isSystem }: FilteredVolume): string[] {
  const driver = fileSystem.driver.name;
  if (volume) return ['disk', ...(isSystem ? ['system'] : []), ...(driver.endsWith('Ntfs') ? ['ntfs'] : [])];
  if (driver.endsWith('Mup')) return ['mup'];
  return driver.endsWith('Npfs') ? ['pipe'] : [];
}
