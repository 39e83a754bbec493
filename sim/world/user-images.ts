import {
  serviceNumber,
  wow64Dlls,
  WOW64_TRANSITION,
  type LabImage,
  type ModuleSpec,
} from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import type { Kernel } from '../machine/machine.js';
import { nameOf, StackPlan, type CodeModules } from '../machine/stack-plan.js';
import { programSpec } from './program-images.js';
import type { StagedProcess, UnloadedModule, UserMode as UserModeState } from './stage.js';
import { isWow64, moduleOf, UserMode, type UserStack } from './user-mode.js';
import { planWow64Stack, type Wow64Stack } from './wow64-stacks.js';

/** Where images of user mode are loaded: the same in every process until the next boot. */
const DLL_BASE = 0x7ff8_0000_0000n;
/** Programs of 32-bit code, and what they load; with it lies the 64-bit code that runs them. */
const WOW64_BASE = 0x40_0000n;
const WOW64_DLL_BASE = 0x7500_0000n;
const WOW64_SPREAD = 0x100n; // in units of the alignment
const WOW64_CPU = 'wow64cpu';
/** Where 32-bit code goes for its system services. */
const WOW64_ENTRY = 'wow64cpu!KiFastSystemCall';
const PROGRAM_BASE = 0x7ff6_0000_0000n;
const ALIGNMENT = 0x10000n;
const SPREAD = 0x4000n; // in units of the alignment

/** Where the loader keeps its data, in the order in which the core wants the addresses. */
const LOADER_DATA = [
  'PebLdr',
  'LdrpHashTable',
  'LdrpModuleBaseAddressIndex',
  'LdrpMappingInfoIndex',
  'LdrpLoaderLock',
  'FastPebLock',
  'TlsBitMap',
  'RtlpProcessHeapsListBuffer',
];
/** Where ntdll keeps which DLLs its process has unloaded, and how many they were. */
const UNLOAD_TRACE = 'ntdll!RtlpUnloadEventTrace';
const UNLOAD_COUNT = 'ntdll!RtlpUnloadEventTraceIndex';
/** Of programs: see program-images.ts. */
const APC_ROUTINE = 'TimerCallback';
const ALL_PAGES = 0xffff;
const WRITTEN_SHARE = 4; // one DLL in so many has written to its data since it was loaded

interface SharedImage {
  image: LabImage;
  index: number;
  base: bigint;
  path: string;
}

/** How the threads of a kind and a program left user mode. */
interface ServiceEntry {
  readonly plan: StackPlan;
  /** After the `syscall` of the stub. */
  readonly rip: bigint;
  readonly service: number;
  readonly names: readonly string[];
}

/** Images that processes map in user mode. */
export class UserImages {
  readonly #kernel: Kernel;
  readonly #dlls = new Map<string, SharedImage>();
  readonly #programs = new Map<string, SharedImage>();
  /** Paths of mapped files on their volume, by control area. */
  readonly files = new Map<bigint, string>();
  readonly #entries = new Map<UserStack, ServiceEntry>();
  /** What programs have loaded and how their stacks look. */
  readonly mode: UserMode;

  /** Where the next image of each kind is loaded. */
  readonly #next: { dll: bigint; program: bigint; wow64: bigint; wow64Dll: bigint };
  readonly #wow64Stacks = new Map<string, Wow64Stack>();

  /** Makes the programs and DLLs of the image set ready to be mapped. */
  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    this.mode = new UserMode(kernel.images, kernel.size.name === 'tiny');
    const shift = ((seed * 0x9e37n) % SPREAD) * ALIGNMENT;
    this.#next = {
      dll: DLL_BASE + shift,
      program: PROGRAM_BASE + shift,
      wow64: WOW64_BASE,
      wow64Dll: WOW64_DLL_BASE + ((seed * 0x9e37n) % WOW64_SPREAD) * ALIGNMENT,
    };
    for (const image of kernel.images.images) this.#place(image);
    for (const image of [...this.#dlls.values(), ...this.#programs.values()]) this.#bind(image);
  }

  /** Makes the program at a path ready to be mapped; its image is made now when nobody has run it yet. */
  prepare(path: string): void {
    if (this.#programs.has(path)) return;
    if (isWow64(path) && !this.#dlls.has(wow64Dlls[0]!.module)) this.#add(wow64Dlls);
    this.#add([programSpec(path)]);
  }

  #add(specs: readonly ModuleSpec[]): void {
    const { images, profile } = this.#kernel;
    const added = specs.map((spec) => this.#place(images.add({ ...spec, version: profile.version }))!);
    for (const image of added) this.#bind(image);
  }

  #place(image: LabImage): SharedImage | undefined {
    const { kind } = image.spec;
    if (kind !== 'dll' && kind !== 'program') return undefined;
    const place = placeOf(image.spec);
    const shared = this.#share(image, this.#next[place]);
    this.#next[place] += (BigInt(image.sizeOfImage) + 2n * ALIGNMENT - 1n) & ~(ALIGNMENT - 1n);
    if (kind === 'dll') this.#dlls.set(image.spec.module, shared);
    else this.#programs.set(image.spec.path, shared);
    return shared;
  }

  #bind({ image, index }: SharedImage): void {
    const transition = image.symbols.get(WOW64_TRANSITION);
    if (transition) this.#kernel.core.exports.imageBind(index, transition.rva, this.address(WOW64_ENTRY));
    for (const { slotRva, module, symbol } of image.imports)
      this.#kernel.core.exports.imageBind(index, slotRva, this.address(`${module}!${symbol}`));
  }

  #share(image: LabImage, base: bigint): SharedImage {
    const { core, profile } = this.#kernel;
    const path =
      image.spec.kind === 'program'
        ? image.spec.path.replaceAll('%USERNAME%', profile.system.userName)
        : image.spec.path.replace('\\SystemRoot', profile.system.systemRoot);
    const file = path.replace(/^[A-Z]:/, '');
    const [nameBytes] = core.putTexts({ text: file, wide: true });
    const index = core.exports.imageShare(
      core.putFile(image.file),
      image.file.length,
      base,
      core.exports.volumeSystem(),
      core.exports.exchangeBuffer(),
      nameBytes!,
    );
    this.files.set(core.exports.imageArea(index), file);
    return { image, index, base, path };
  }

  /** Maps a process's program and the DLLs it needs into the attached process, and enters them in its loader's data. */
  load(process: StagedProcess, peb: bigint): void {
    const { address, program, spec, modules } = process;
    const { exports } = this.#kernel.core;
    const { isNative, hasWindows } = this.mode.kindOf(program.path, spec);
    const own = this.#program(program.path);
    const dlls = this.mode.dllsOf(program.path, spec).map((module) => this.#dll(module));
    const all = [own, ...dlls];
    for (const image of all) exports.imageMap(image.index, writtenPages(image));
    exports.processSetProgram(address, peb, own.index, isNative, hasWindows);
    this.#kernel.core.putList(LOADER_DATA.map((name) => this.address(`ntdll!${name}`)));
    exports.processBeginLoader(peb);
    const imported = new Set(own.image.imports.map(({ module }) => module));
    for (const image of all) {
      this.#enter(image, image === own || imported.has(image.image.spec.module));
      const { base, path } = image;
      modules.push({ name: image.image.spec.file, path, base, size: image.image.sizeOfImage });
    }
    exports.processEndLoader();
    for (const module of this.mode.unloadedBy(program.path)) {
      const dll = this.#dlls.get(module); // small machines have fewer
      if (dll && !all.includes(dll)) process.unloaded.push(this.#noteUnloaded(dll));
    }
  }

  /** Notes in the attached process's ntdll that it had an image loaded. */
  #noteUnloaded({ index, image, base }: SharedImage): UnloadedModule {
    const { core, profile } = this.#kernel;
    const { file } = image.spec;
    const [major, minor, build, revision] = profile.version;
    // As VS_FIXEDFILEINFO has it: two words of 32 bits.
    const version = String.fromCharCode(minor, major, revision, build);
    const [nameBytes] = core.putTexts({ text: file, wide: true }, { text: version, wide: true });
    core.exports.processNoteUnloaded(
      this.unloadTrace,
      this.address(UNLOAD_COUNT),
      index,
      core.exports.exchangeBuffer(),
      nameBytes!,
    );
    return { name: file, base, size: image.sizeOfImage };
  }

  /** Where every process keeps which DLLs it has unloaded. */
  get unloadTrace(): bigint {
    return this.address(UNLOAD_TRACE);
  }

  /**
   * Maps the 32-bit DLLs of a process of 32-bit code, which has its second PEB, and enters them and the program in the
   * data of its 32-bit loader.
   */
  loadWow64({ address, program, modules32 }: StagedProcess): void {
    const { exports } = this.#kernel.core;
    const own = this.#program(program.path);
    const dlls = wow64Dlls.map(({ module }) => this.#dll(module));
    for (const image of dlls) exports.imageMap(image.index, writtenPages(image));
    const [ntdll] = dlls;
    exports.processBeginLoader32(
      address,
      addressIn(() => ntdll!, 'ntdll!PebLdr'),
      addressIn(() => ntdll!, 'ntdll!LdrpHashTable'),
    );
    for (const image of [own, ...dlls]) {
      this.#enter(image, true, 'processEnterModule32');
      const { base, path } = image;
      modules32.push({ name: image.image.spec.file, path, base, size: image.image.sizeOfImage });
    }
  }

  #enter(
    { index, path, image }: SharedImage,
    isStatic: boolean,
    enter: 'processEnterModule' | 'processEnterModule32' = 'processEnterModule',
  ): void {
    const { core } = this.#kernel;
    const [pathBytes] = core.putTexts({ text: path, wide: true });
    const nameBytes = image.spec.file.length * 2;
    core.exports[enter](
      index,
      core.exports.exchangeBuffer(),
      pathBytes!,
      nameBytes,
      isStatic || image.spec.module === 'ntdll',
    );
  }

  /** Address of `module!symbol` of a DLL in any process. */
  address(qualified: string): bigint {
    return addressIn((module) => this.#dll(module), qualified);
  }

  /** Function of a program that its APCs call; none in what knows no Win32, or is of 32-bit code. */
  apcRoutine(path: string): bigint | undefined {
    const { base, image } = this.#program(path);
    const symbol = isWow64(path) ? undefined : image.symbols.get(APC_ROUTINE);
    return symbol && base + BigInt(symbol.rva);
  }

  /** Stack of the thread that a process gets next. @throws RangeError with a sentence for the user as `mode.stackOf` */
  nextStack({ program, threads, modules }: StagedProcess, archetype: string): UserStack {
    const loaded = new Set(modules.map(({ base }) => base));
    return this.mode.stackOf(program.path, archetype, threads.length, (module) => {
      const dll = this.#dlls.get(module);
      return dll !== undefined && loaded.has(dll.base);
    });
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
    { address, program, threads }: StagedProcess,
    thread: bigint,
    peb: bigint,
    stub: string,
    stack: UserStack,
  ): UserModeState {
    const { core } = this.#kernel;
    const entered = this.#entries.get(stack) ?? this.#plan(program.path, stub, stack);
    const { plan, rip, service, names } = entered;
    const teb = core.exports.threadCreateUserSide(address, thread, peb);
    const wow64 = isWow64(program.path)
      ? this.#enterWow64(program.path, thread, stub, service, threads.length === 0)
      : undefined;
    const rsp = core.exports.stackLayOutUser(thread, plan.put(core));
    const trapFrameEnd = core.exports.stackCreateTrapFrame(thread, rip, rsp, 0n, service);
    const start = wow64?.start ?? this.modulesOf(program.path).address(stack.start);
    return {
      rip,
      rsp,
      service,
      trapFrameEnd,
      teb,
      start,
      stack: names,
      ...(wow64 && { wow64: wow64.registers }),
    };
  }

  /** Lays out the 32-bit stack of a thread, and says with which function it was created. */
  #enterWow64(path: string, thread: bigint, stub: string, service: number, isMain: boolean) {
    const { core } = this.#kernel;
    const key = `${path} ${stub} ${isMain ? 'main' : ''}`;
    let planned = this.#wow64Stacks.get(key);
    if (!planned) {
      planned = planWow64Stack(this.modulesOf(path), moduleOf(path), stub, isMain);
      this.#wow64Stacks.set(key, planned);
    }
    const { start, eip, names, words } = planned;
    core.putWords(words);
    const esp = core.exports.stackLayOutUser32(thread, names.length - 1, start, eip, BigInt(service));
    return { start, registers: { eip, esp, stack: names } };
  }

  /** Plans a stack once for all threads that stand as it says. */
  #plan(path: string, stub: string, stack: UserStack): ServiceEntry {
    const modules = this.modulesOf(path);
    const plan = StackPlan.user(modules, stack.functions, stub);
    const [module, name] = split(stub);
    const { image, base } = modules.get(module);
    const rva = image.restAddress(name);
    const entry = {
      plan,
      rip: base + BigInt(rva),
      service: this.#service(name),
      names: [nameOf(modules, module, rva), ...plan.names],
    };
    this.#entries.set(stack, entry);
    return entry;
  }

  /** Number of the system service that a stub of user mode asks for. */
  #service(name: string): number {
    for (const { image } of this.#kernel.loaded.modules) {
      const number = serviceNumber(image.spec, name);
      if (number !== undefined) return number;
    }
    throw new Error(`no kernel module has the system service ${name}`);
  }

  /** A DLL by its name in debuggers. */
  findDll(module: string): SharedImage | undefined {
    return this.#dlls.get(module);
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

/** With which others an image is placed. */
function placeOf({ kind, machine, module }: ModuleSpec): 'dll' | 'program' | 'wow64' | 'wow64Dll' {
  if (kind === 'program') return machine === 'i386' ? 'wow64' : 'program';
  return machine === 'i386' || module === WOW64_CPU ? 'wow64Dll' : 'dll';
}

function addressIn(get: CodeModules['get'], qualified: string): bigint {
  const [module, name] = split(qualified);
  const { image, base } = get(module);
  const symbol = image.symbols.get(name);
  if (!symbol) throw new Error(`${module} has no symbol ${name}`);
  return base + BigInt(symbol.rva);
}

/** How many of its copy-on-write pages a process has a copy of: the loader's data, programs and some DLLs' state. */
function writtenPages({ image, index }: SharedImage): number {
  if (image.spec.file === 'ntdll.dll') return ALL_PAGES;
  return image.spec.kind === 'program' || index % WRITTEN_SHARE === 0 ? 1 : 0;
}
