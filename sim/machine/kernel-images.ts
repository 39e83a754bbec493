import { RUNTIME, type ImageSet, type LabImage } from '../images/index.js';
import type { Core } from './core.js';
import { coreSymbols } from './profile.js';

/** A kernel module where the machine loaded it. */
export interface LoadedModule {
  readonly image: LabImage;
  readonly base: bigint;
  /** Address of its KLDR_DATA_TABLE_ENTRY. */
  readonly entry: bigint;
}

/** The kernel's modules in memory, and names for addresses in them. */
export class KernelImages {
  readonly modules: readonly LoadedModule[];
  readonly #byName = new Map<string, LoadedModule>();

  private constructor(modules: readonly LoadedModule[]) {
    this.modules = modules;
    for (const module of modules) this.#byName.set(module.image.spec.module, module);
  }

  /** Loads every kernel image of the set, nt first; links their imports; enters them in nt!PsLoadedModuleList. */
  static load(core: Core, images: ImageSet, processors: number, seed: bigint): KernelImages {
    const kernel = images.images.filter(({ spec }) => spec.kind === 'kernel' || spec.kind === 'driver');
    const bases = new Map<string, bigint>();
    const entries = new Map<string, bigint>();
    for (const image of kernel) {
      const { spec } = image;
      const file = core.putFile(image.file);
      const base = core.exports.imageLoad(
        file,
        spec.sectionAlignment === 'large-page',
        spec.session === true,
      );
      bases.set(spec.module, base);
      if (spec.module === 'nt') {
        loadSymbols(core, image, base);
        core.exports.kernelInitialise();
        core.exports.poolInitialise(processors);
        core.exports.poolInitialiseLookasides();
      }
      const [fullBytes, baseBytes] = core.putTexts(
        { text: spec.path, wide: true },
        { text: spec.file, wide: true },
      );
      entries.set(
        spec.module,
        core.exports.imageEnter(base, file, core.exports.exchangeBuffer(), fullBytes!, baseBytes!),
      );
    }
    for (const image of kernel)
      for (const { slotRva, module, symbol } of image.imports)
        core.exports.memoryWritePointer(
          bases.get(image.spec.module)! + BigInt(slotRva),
          bases.get(module)! + BigInt(images.get(module).symbols.get(symbol)!.rva),
        );
    const nt = kernel.find(({ spec }) => spec.module === 'nt')!;
    const dispatch = bases.get('nt')! + BigInt(nt.symbols.get(RUNTIME.dispatch)!.rva);
    for (const [index, image] of kernel.entries())
      guard(core, image, bases.get(image.spec.module)!, seed + BigInt(index), dispatch);
    return new KernelImages(
      kernel.map((image) => ({
        image,
        base: bases.get(image.spec.module)!,
        entry: entries.get(image.spec.module)!,
      })),
    );
  }

  /** Drivers have started: what only their start needed leaves memory. The kernel keeps its own, in large pages. */
  discardStartUp({ exports }: Core): void {
    for (const { image, base } of this.modules)
      if (image.spec.sectionAlignment !== 'large-page') exports.imageDiscard(base);
    exports.sessionDetach();
  }

  has(module: string): boolean {
    return this.#byName.has(module);
  }

  /** @throws Error when no module has the name */
  get(module: string): LoadedModule {
    const found = this.#byName.get(module);
    if (!found) throw new Error(`the machine has no module ${module}`);
    return found;
  }

  /** Address of `module!symbol`. @throws Error when there is none */
  address(qualified: string): bigint {
    const [module, symbol] = split(qualified);
    const { image, base } = this.get(module);
    const found = image.symbols.get(symbol);
    if (!found) throw new Error(`${module} has no symbol ${symbol}`);
    return base + BigInt(found.rva);
  }
}

/** Module and symbol of `module!symbol`. */
export function split(qualified: string): [module: string, symbol: string] {
  const mark = qualified.indexOf('!');
  if (mark < 0) throw new Error(`${qualified} does not say which module it is of`);
  return [qualified.slice(0, mark), qualified.slice(mark + 1)];
}

/**
 * Gives an image the random cookie that its loader chooses for it, of 48 bits as the compiler's runtime wants, and lets
 * its indirect calls go through the kernel's dispatcher.
 */
function guard(core: Core, { symbols }: LabImage, base: bigint, seed: bigint, dispatch: bigint): void {
  const mixed = BigInt.asUintN(64, (seed + 1n) * 0x9e3779b97f4a7c15n);
  const cookie = (mixed ^ (mixed >> 29n)) & 0xffff_ffff_ffffn;
  const addressOf = (name: string) => base + BigInt(symbols.get(name)!.rva);
  const write = (name: string, value: bigint) =>
    core.exports.memoryWritePointer(addressOf(name), BigInt.asUintN(64, value));
  write(RUNTIME.dispatchPointer, dispatch);
  write(RUNTIME.cookie, cookie);
  write('__security_cookie_complement', ~cookie);
  if (symbols.has(RUNTIME.cookieHandler))
    core.exports.imageSetStackCookie(base, addressOf(RUNTIME.cookie), addressOf(RUNTIME.cookieHandler));
}

function loadSymbols(core: Core, nt: LabImage, base: bigint): void {
  const table = new BigUint64Array(
    core.exports.memory.buffer,
    core.exports.symbolTable(),
    coreSymbols.length,
  );
  coreSymbols.forEach((name, index) => {
    const symbol = nt.symbols.get(name);
    if (!symbol) throw new Error(`the kernel image has no ${name}, which the core needs`);
    table[index] = base + BigInt(symbol.rva);
  });
}
