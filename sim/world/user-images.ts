import type { LabImage } from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import type { Kernel } from '../machine/machine.js';

/** Where images of user mode are loaded: the same in every process until the next boot. */
const DLL_BASE = 0x7ff8_0000_0000n;
const PROGRAM_BASE = 0x7ff6_0000_0000n;
const ALIGNMENT = 0x10000n;
const SPREAD = 0x4000n; // in units of the alignment

interface SharedImage {
  image: LabImage;
  index: number;
  base: bigint;
  path: string;
}

/** Images that processes map in user mode. */
export class UserImages {
  readonly #kernel: Kernel;
  readonly #dlls = new Map<string, SharedImage>();
  readonly #programs = new Map<string, SharedImage>();

  /** Makes the programs and DLLs of the image set ready to be mapped. */
  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    const shift = ((seed * 0x9e37n) % SPREAD) * ALIGNMENT;
    const next = { dll: DLL_BASE + shift, program: PROGRAM_BASE + shift };
    for (const image of kernel.images.images) {
      const { kind } = image.spec;
      if (kind !== 'dll' && kind !== 'program') continue;
      const shared = this.#share(image, next[kind]);
      next[kind] += (BigInt(image.sizeOfImage) + 2n * ALIGNMENT - 1n) & ~(ALIGNMENT - 1n);
      if (kind === 'dll') this.#dlls.set(image.spec.module, shared);
      else this.#programs.set(image.spec.path, shared);
    }
    for (const { image, index } of [...this.#dlls.values(), ...this.#programs.values()])
      for (const { slotRva, module, symbol } of image.imports)
        kernel.core.exports.imageBind(index, slotRva, this.address(`${module}!${symbol}`));
  }

  #share(image: LabImage, base: bigint): SharedImage {
    const { core, profile } = this.#kernel;
    const path =
      image.spec.kind === 'program'
        ? image.spec.path
        : `${profile.system.systemRoot}\\System32\\${image.spec.file}`;
    const [nameBytes] = core.putTexts({ text: path.replace(/^[A-Z]:/, ''), wide: true });
    const index = core.exports.imageShare(
      core.putFile(image.file),
      image.file.length,
      base,
      0n,
      core.exports.exchangeBuffer(),
      nameBytes!,
    );
    return { image, index, base, path };
  }

  /** Maps the program and the DLLs it needs into the attached process, and enters them in its loader's lists. */
  load(process: bigint, peb: bigint, programPath: string, dlls: readonly string[]): void {
    this.#enter(process, peb, this.#program(programPath));
    for (const module of dlls) this.#enter(process, peb, this.#dll(module));
  }

  #enter(process: bigint, peb: bigint, { index, path, image }: SharedImage): void {
    const { core } = this.#kernel;
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

  /** Address of `module!symbol` of a DLL in any process. */
  address(qualified: string): bigint {
    const [module, name] = split(qualified);
    const { image, base } = this.#dll(module);
    const symbol = image.symbols.get(name);
    if (!symbol) throw new Error(`${module} has no symbol ${name}`);
    return base + BigInt(symbol.rva);
  }

  /** Where user mode waits for a system service to return: after the `syscall` of the DLL's stub. */
  returnFromService(qualified: string): bigint {
    const [module, name] = split(qualified);
    const { image, base } = this.#dll(module);
    return base + BigInt(image.restAddress(name));
  }

  /** Where a program starts. */
  entryPoint(programPath: string): bigint {
    const { image, base } = this.#program(programPath);
    return base + BigInt(image.entryPoint);
  }

  #dll(module: string): SharedImage {
    const dll = this.#dlls.get(module);
    if (!dll) throw new Error(`there is no DLL ${module}`);
    return dll;
  }

  #program(path: string): SharedImage {
    const program = this.#programs.get(path);
    if (!program) throw new Error(`there is no image of ${path}`);
    return program;
  }
}
