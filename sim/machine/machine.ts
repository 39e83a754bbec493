import type { ImageSet, LabImage } from '../images/index.js';
import { Core } from './core.js';
import { fillDebuggerData } from './debugger-data.js';
import { startHypervisor } from './hypervisor.js';
import { KernelImages } from './kernel-images.js';
import { Namespace } from './namespace.js';
import { createObjectTypes } from './object-types.js';
import { leaveLoaderRemains } from './loader-remains.js';
import { publishRegions } from './regions.js';
import { loadLayouts, type Profile } from './profile.js';
import type { Hardware, MachineSize } from './size.js';

export interface Start {
  /** FILETIME: 100 ns units since 1601, UTC. */
  readonly bootTime: bigint;
  /** 100 ns units since boot. */
  readonly uptime: bigint;
  readonly bootId: number;
}

/** A machine whose kernel is loaded and initialised; processes are still to be created. */
export interface Kernel {
  readonly core: Core;
  readonly profile: Profile;
  readonly images: ImageSet;
  readonly loaded: KernelImages;
  readonly size: MachineSize;
  readonly hardware: Hardware;
  readonly start: Start;
  /** Index of each object type by name. */
  readonly typeIndex: ReadonlyMap<string, number>;
  /** Directories and what is in them, by path. */
  readonly namespace: Namespace;
}

const PAGES_PER_MB = 256;
const MOST_CALL_SITES = 2048; // what the core keeps

/** Loads the kernel and its drivers into an empty machine and initialises what processes need. */
export async function startKernel(
  module: WebAssembly.Module,
  profile: Profile,
  images: ImageSet,
  seed: bigint,
  size: MachineSize,
  hardware: Hardware,
  start: Start,
): Promise<Kernel> {
  const core = await Core.create(module);
  const { exports } = core;
  loadLayouts(core, profile);
  const pages = (megabytes: number): number => megabytes * PAGES_PER_MB;
  exports.machineCreate(
    seed,
    BigInt(hardware.memory),
    hardware.nodes,
    pages(size.secureKernelMB),
    pages(size.hypervisorMB),
  );
  exports.clockSet(start.bootTime, start.uptime);
  const loaded = KernelImages.load(core, images, hardware.processors, seed);
  exports.kernelPublish(loaded.get('nt').base, profile.build, hardware.processors, hardware.nodes);
  publishRegions(core, profile);
  startHypervisor(core, images, seed, hardware.processors);
  fillDebuggerData(core, profile, loaded);
  listCallSites(core, loaded);
  leaveLoaderRemains(core, loaded);
  const [rootBytes] = core.putTexts({ text: profile.system.systemRoot, wide: true });
  exports.clockCreateSharedData(
    profile.build,
    hardware.processors,
    exports.machineFrames(),
    start.bootId,
    Number(BigInt.asUintN(32, seed * 0x9e3779b97f4a7c15n)),
    exports.exchangeBuffer(),
    rootBytes!,
  );
  const typeIndex = createObjectTypes(core, loaded);
  const namespace = Namespace.create(core, profile, typeIndex);
  exports.processInitialise(typeIndex.get('Process')!);
  exports.threadInitialise(typeIndex.get('Thread')!);
  exports.fileInitialise(typeIndex.get('File')!);
  exports.sectionInitialise(typeIndex.get('Section')!);
  loaded.discardStartUp(core);
  setVariables(core, loaded, start);
  return { core, profile, images, loaded, size, hardware, start, typeIndex, namespace };
}

/** Tells the core where calls in kernel code return to: addresses that old frames have left on stacks. */
function listCallSites(core: Core, { modules }: KernelImages): void {
  const sites = modules.flatMap(({ image, base }) =>
    image
      .callSites()
      .filter((rva) => !isDiscarded(image, rva))
      .map((rva) => base + BigInt(rva)),
  );
  const step = Math.ceil(sites.length / MOST_CALL_SITES);
  const some = sites.filter((_, index) => index % step === 0);
  core.putList(some);
  core.exports.stackSetCallSites(some.length);
}

/** Sets the kernel's variables that say of itself where it lies, when it started, and what it loaded. */
function setVariables(core: Core, loaded: KernelImages, { bootTime }: Start): void {
  const { base, image } = loaded.get('nt');
  const set = (name: string, value: bigint) =>
    core.exports.memoryWritePointer(loaded.address(`nt!${name}`), value);
  set('PsNtosImageBase', base);
  set('PsNtosImageEnd', base + BigInt(image.sizeOfImage));
  set('KeBootTime', bootTime);
  core.exports.imageFillFunctionTable();
}

/** Whether an address of an image is in memory only while it starts. */
function isDiscarded({ sections }: LabImage, rva: number): boolean {
  const section = sections.findLast((candidate) => rva >= candidate.rva);
  return section?.name === 'INIT';
}
