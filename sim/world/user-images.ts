import { serviceNumber, type LabImage } from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import type { Kernel } from '../machine/machine.js';
import { nameOf, StackPlan, type CodeModules } from '../machine/stack-plan.js';
import type { StagedProcess, UserMode as UserModeState } from './stage.js';
import { moduleOf, UserMode, type UserStack } from './user-mode.js';

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
  /** Paths of mapped files on their volume, by control area. */
  readonly files = new Map<bigint, string>();
  readonly #plans = new Map<string, StackPlan>();
  /** What programs have loaded and how their stacks look. */
  readonly mode: UserMode;

  /** Makes the programs and DLLs of the image set ready to be mapped. */
  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    this.mode = new UserMode(kernel.images, kernel.size.name === 'tiny');
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
        ? image.spec.path.replaceAll('%USERNAME%', profile.system.userName)
        : `${profile.system.systemRoot}\\System32\\${image.spec.file}`;
    const file = path.replace(/^[A-Z]:/, '');
    const [nameBytes] = core.putTexts({ text: file, wide: true });
    const index = core.exports.imageShare(
      core.putFile(image.file),
      image.file.length,
      base,
      0n,
      core.exports.exchangeBuffer(),
      nameBytes!,
    );
    this.files.set(core.exports.imageArea(index), file);
    return { image, index, base, path };
  }

  /** Maps a process's program and the DLLs it needs into the attached process, and enters them in its loader's lists. */
  load({ address, program, spec, modules }: StagedProcess, peb: bigint): void {
    const dlls = this.mode.dllsOf(program.path, spec).map((module) => this.#dll(module));
    for (const image of [this.#program(program.path), ...dlls]) {
      this.#enter(address, peb, image);
      const { base, path } = image;
      modules.push({ name: image.image.spec.file, path, base, size: image.image.sizeOfImage });
    }
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
    return addressIn((module) => this.#dll(module), qualified);
  }

  /** Images by name as a process of a program has them. */
  modulesOf(path: string): CodeModules {
    const own = moduleOf(path);
    const get = (module: string) => (module === own ? this.#program(path) : this.#dll(module));
    return { get, address: (qualified) => addressIn(get, qualified) };
  }

  /**
   * Gives a thread of the attached process its TEB and a user stack that stands in a system service's stub, and the
   * trap frame with which the kernel was entered.
   */
  enterService(
    { address, program }: StagedProcess,
    thread: bigint,
    peb: bigint,
    stub: string,
    stack: UserStack,
  ): UserModeState {
    const { core } = this.#kernel;
    const modules = this.modulesOf(program.path);
    const key = `${program.path} ${stub} ${stack.functions.join()}`;
    let plan = this.#plans.get(key);
    if (!plan) this.#plans.set(key, (plan = StackPlan.user(modules, stack.functions, stub)));
    core.exports.threadCreateUserSide(address, thread, peb);
    const rsp = core.exports.stackLayOutUser(thread, plan.put(core));
    const [module, name] = split(stub);
    const { image, base } = modules.get(module);
    const rva = image.restAddress(name);
    const rip = base + BigInt(rva);
    const service = this.#service(name);
    const trapFrameEnd = core.exports.stackCreateTrapFrame(thread, rip, rsp, 0n, service);
    return { rip, rsp, service, trapFrameEnd, stack: [nameOf(modules, module, rva), ...plan.names] };
  }

  /** Number of the system service that a stub of user mode asks for. */
  #service(name: string): number {
    for (const { image } of this.#kernel.loaded.modules) {
      const number = serviceNumber(image.spec, name);
      if (number !== undefined) return number;
    }
    throw new Error(`no kernel module has the system service ${name}`);
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

function addressIn(get: CodeModules['get'], qualified: string): bigint {
  const [module, name] = split(qualified);
  const { image, base } = get(module);
  const symbol = image.symbols.get(name);
  if (!symbol) throw new Error(`${module} has no symbol ${name}`);
  return base + BigInt(symbol.rva);
}
