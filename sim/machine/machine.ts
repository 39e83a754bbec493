import type { ImageSet } from '../images/index.js';
import { Core } from './core.js';
import { fillDebuggerData } from './debugger-data.js';
import { KernelImages } from './kernel-images.js';
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
}

const FIRST_TYPE = 2; // 0 and 1 of nt!ObTypeIndexTable are not types

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
  exports.machineCreate(seed, BigInt(hardware.memory));
  exports.clockSet(start.bootTime, start.uptime);
  const loaded = KernelImages.load(core, images);
  exports.kernelPublish(loaded.get('nt').base, profile.build, hardware.processors);
  fillDebuggerData(core, profile, loaded);
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
  const typeIndex = createObjectTypes(core, profile, loaded);
  exports.processInitialise(typeIndex.get('Process')!);
  exports.threadInitialise(typeIndex.get('Thread')!);
  exports.fileInitialise(typeIndex.get('File')!);
  return { core, profile, images, loaded, size, hardware, start, typeIndex };
}

function createObjectTypes(core: Core, profile: Profile, loaded: KernelImages): ReadonlyMap<string, number> {
  core.exports.objectInitialise();
  const indices = new Map<string, number>();
  profile.system.objectTypes.forEach((type: { name: string; symbol?: string; size?: number }, position) => {
    const index = FIRST_TYPE + position;
    const { symbols } = loaded.get('nt').image;
    const global =
      type.symbol !== undefined && symbols.has(type.symbol) ? loaded.address(`nt!${type.symbol}`) : 0n;
    const [bytes] = core.putTexts({ text: type.name, wide: true });
    core.exports.objectCreateType(index, core.exports.exchangeBuffer(), bytes!, global, type.size ?? 0, true);
    indices.set(type.name, index);
  });
  return indices;
}
