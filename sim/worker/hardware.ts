import type { LabMachine } from '../lab-machine.js';
import { readProcessors, type ProcessorReading } from '../machine/performance-readings.js';
import { readRegistryNumber, readRegistryText } from '../machine/registry-readings.js';
import names from '../world/catalogue/devices/names.json';
import volumes from '../world/catalogue/devices/volumes.json';
import type { HardwareInfo } from './sim-api.js';

const PAGE = 4096;
const PACKAGE_LEVEL = 3; // caches from this level on belong to all cores of a package
const HEX = 16;
const PROCESSOR_KEY = '\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0';
const POWER_KEY = '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Power';
const FUNCTIONS = 8; // of a PCI device

/** What Task Manager's Performance page says of the machine's parts, as its structures have it. */
export function readHardware(machine: LabMachine): HardwareInfo {
  const { kernel } = machine;
  const processors = readProcessors(kernel.core, kernel.hardware.processors);
  const installed = kernel.hardware.memory;
  return {
    cpu: {
      name: readRegistryText(kernel.core, PROCESSOR_KEY, 'ProcessorNameString') ?? '',
      baseMegahertz: processors[0]!.megahertz,
      sockets: packages(processors),
      cores: cores(processors),
      logicalProcessors: processors.length,
      nodes: new Set(processors.map(({ node }) => node)).size,
      // A hypervisor runs, which the firmware must have allowed.
      virtualization: kernel.core.exports.hypervisorRoot() !== 0,
      caches: [1, 2, 3].map((level) => cacheBytes(processors, level)),
    },
    memory: { installed, hardwareReserved: installed - kernel.core.exports.machineFrames() * PAGE },
    disk: readDisk(machine),
    ethernet: nodeName(machine, 'PCI\\VEN_10EC&DEV_8168'),
    gpu: readGpu(machine),
    firmwareMs: readRegistryNumber(kernel.core, POWER_KEY, 'FwPOSTTime'),
  };
}

function packages(processors: readonly ProcessorReading[]): number {
  return new Set(processors.map((processor) => processor.package)).size;
}

function cores(processors: readonly ProcessorReading[]): number {
  return new Set(processors.map(({ node, coreSet }) => `${node} ${coreSet}`)).size;
}

/** All caches of a level together. */
function cacheBytes(processors: readonly ProcessorReading[], level: number): number {
  const each = processors[0]!.caches
    .filter((cache) => cache.level === level)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  return each * (level < PACKAGE_LEVEL ? cores(processors) : packages(processors));
}

/** The name of a device that the machine has; `undefined` where it has none such. */
function nodeName({ stage }: LabMachine, id: keyof typeof names.names): string | undefined {
  return stage.io.nodes.some(({ instance }) => instance.startsWith(id)) ? names.names[id] : undefined;
}

function readDisk(machine: LabMachine): HardwareInfo['disk'] {
  const name = nodeName(machine, 'SCSI\\DISK&VEN_NVME&PROD_SAMSUNG_MZVL2512');
  if (name === undefined) return undefined;
  const system = volumes.volumes.findIndex((volume) => volume.system);
  const end = volumes.volumes[system + 1]?.offset ?? volumes.disk.bytes;
  return {
    name,
    capacity: volumes.disk.bytes,
    formatted: end - volumes.volumes[system]!.offset,
    hasPageFile: machine.stage.pageFiles.some((file) => file.name.includes('\\C:\\')),
  };
}

function readGpu(machine: LabMachine): HardwareInfo['gpu'] {
  const id = 'PCI\\VEN_8086&DEV_46A6';
  const name = nodeName(machine, id);
  const node = machine.stage.io.nodes.find(({ instance }) => instance.startsWith(id));
  if (name === undefined || !node) return undefined;
  // What stands last in the instance's name is device and function on the bus.
  const address = parseInt(node.instance.slice(node.instance.lastIndexOf('&') + 1), HEX);
  return { name, device: Math.floor(address / FUNCTIONS), function: address % FUNCTIONS };
}
