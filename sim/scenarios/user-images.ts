import type { LabImage } from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import type { Kernel } from '../machine/machine.js';

/** Where system DLLs are loaded: the same in every process until the next boot. */
const DLL_BASE = 0x7ff8_0000_0000n;
const ALIGNMENT = 0x10000n;
const SPREAD = 0x4000n; // in units of the alignment

interface MappedImage {
  image: LabImage;
  index: number;
  base: bigint;
  path: string;
}

/** Images that processes map in user mode. */
export interface UserImages {
  /** Maps the system DLLs into the attached process and enters them in its loader's lists. */
  load(process: bigint, peb: bigint, programPath: string): void;
  /** Address of `module!symbol` in any process. */
  address(qualified: string): bigint;
  /** Where a process's program starts. */
  entryPoint(process: bigint): bigint;
}

/** Makes the DLLs of the image set ready to be mapped. */
export function mapUserImages(kernel: Kernel, seed: bigint): UserImages {
  const { core, images, profile } = kernel;
  let next = DLL_BASE + ((seed * 0x9e37n) % SPREAD) * ALIGNMENT;
  const dlls = new Map<string, MappedImage>();
  for (const image of images.images.filter(({ spec }) => spec.kind === 'dll')) {
    const base = next;
    next += (BigInt(image.sizeOfImage) + 2n * ALIGNMENT - 1n) & ~(ALIGNMENT - 1n);
    const index = core.exports.imageShare(core.putFile(image.file), base);
    const path = `${profile.system.systemRoot}\\System32\\${image.spec.file}`;
    dlls.set(image.spec.module, { image, index, base, path });
  }
  const address = (qualified: string): bigint => {
    const [module, symbol] = split(qualified);
    const dll = dlls.get(module);
    const found = dll?.image.symbols.get(symbol);
    if (!dll || !found) throw new Error(`no user-mode image has ${qualified}`);
    return dll.base + BigInt(found.rva);
  };
  return {
    load(process, peb) {
      for (const { index, image, path } of dlls.values()) {
        const [pathBytes] = core.putTexts({ text: path, wide: true });
        core.exports.processLoadImage(
          process,
          peb,
          index,
          core.exports.exchangeBuffer(),
          pathBytes!,
          image.spec.file.length * 2,
        );
      }
    },
    address,
    entryPoint: () => address('ntdll!RtlUserThreadStart'),
  };
}
