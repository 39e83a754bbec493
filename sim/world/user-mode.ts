import type { ImageSet, LabImage } from '../images/index.js';
import { findArchetype } from './archetypes.js';
import data from './catalogue/user-mode.json';
import type { ProcessSpec } from './population.js';
import { findProgram } from './programs.js';
import type { MemoryKind } from './user-memory.js';
import { wow64Start } from './wow64-stacks.js';

/** Chains by the program's module, `native`, or `*` for the rest; `main` is the first thread's. */
type Chains = Readonly<Record<string, readonly string[] | readonly (readonly string[])[]>>;

const stacks = data.stacks as Readonly<Record<string, Chains>>;
const programs: Readonly<Record<string, readonly string[]>> = data.programs;
const unloaded: Readonly<Record<string, readonly string[]>> = data.unloaded.programs;
const native = new Set(data.native);
/** Stands for the program's module in a chain. */
const PROGRAM = /^%!/;

/** A user stack by names. */
export interface UserStack {
  /** From the function that called the system service's stub to where the thread began. */
  readonly functions: readonly string[];
  /** The function that the thread was created with. */
  readonly start: string;
}

const modules = new Map<string, string>();

/** Module name of a program's image: its file's without the extension. */
export function moduleOf(path: string): string {
  let module = modules.get(path);
  if (module === undefined)
    modules.set(path, (module = path.slice(path.lastIndexOf('\\') + 1).replace(/\.exe$/i, '')));
  return module;
}

/** What user mode's programs have loaded and how their threads' stacks look, as data of the catalogue has it. */
export class UserMode {
  readonly #images: ImageSet;
  readonly #isSmall: boolean;
  readonly #stacks = new Map<string, UserStack>();
  readonly #needed = new Map<string, ReadonlySet<string>>();

  /** `isSmall` leaves out DLLs that programs can do without. */
  constructor(images: ImageSet, isSmall: boolean) {
    this.#images = images;
    this.#isSmall = isSmall;
  }

  /** DLLs that a process has loaded, in load order: those of its program and what those import from. */
  dllsOf(path: string, spec: ProcessSpec): string[] {
    const module = moduleOf(path);
    const loaded = new Set<string>();
    const load = (name: string) => {
      if (name === module || loaded.has(name)) return;
      loaded.add(name);
      for (const needed of this.#neededBy(name)) load(needed);
    };
    this.#wanted(module, spec).forEach(load);
    if (isWow64(path)) return [...loaded];
    for (const needed of this.#neededBy(module)) load(needed);
    for (const name of this.#calledBy(path, spec)) load(name);
    return [...loaded];
  }

  /** Modules that an image imports from, in the order of its imports. */
  #neededBy(module: string): ReadonlySet<string> {
    let needed = this.#needed.get(module);
    if (!needed) {
      needed = new Set(this.#images.get(module).imports.map((each) => each.module));
      this.#needed.set(module, needed);
    }
    return needed;
  }

  /** DLLs that a program loads for a while, the first one that it unloads first. */
  unloadedBy(path: string): readonly string[] {
    return unloaded[moduleOf(path)] ?? [];
  }

  /** Whether a process knows no Win32, and whether it has windows. */
  kindOf(path: string, { threads }: ProcessSpec): MemoryKind {
    return { isNative: native.has(moduleOf(path)), hasWindows: hasWindows(threads) };
  }

  #wanted(module: string, { program, threads, session }: ProcessSpec): readonly string[] {
    const { dlls } = data;
    const own = programs[module] ?? [];
    if (native.has(module)) return [...dlls.native, ...own];
    if (findProgram(program).wow64) return dlls.wow64;
    if (this.#isSmall) return dlls.win32;
    const more = hasWindows(threads) ? dlls.windows : session === 1 ? [] : dlls.session0;
    return [...dlls.win32, ...dlls.more, ...more, ...own];
  }

  /** Modules on the stacks of a process's threads. */
  #calledBy(path: string, { threads }: ProcessSpec): Set<string> {
    const module = moduleOf(path);
    const found = new Set<string>();
    let index = 0;
    for (const [name, count = 0] of Object.entries(threads))
      for (let i = 0; i < count; i++)
        for (const qualified of this.stackOf(path, name, index++).functions)
          found.add(moduleCalled(qualified));
    found.delete(module);
    return found;
  }

  /**
   * Stack of thread `index` of a process, the first one its main thread: of the stacks that its kind of thread may
   * have, one that calls nothing but what the process has loaded.
   * @throws RangeError with a sentence for the user when there is none
   */
  stackOf(
    path: string,
    archetype: string,
    index: number,
    isLoaded: (module: string) => boolean = () => true,
  ): UserStack {
    if (isWow64(path)) return this.#stackOfWow64(moduleOf(path), archetype, index);
    const module = moduleOf(path);
    const chains = stacks[archetype] ?? {};
    const kind = native.has(module) ? 'native' : 'win32';
    const variants = (chains[module] ?? chains[kind] ?? chains['*']) as (readonly string[])[] | undefined;
    const main =
      index === 0 && kind === 'win32' ? (chains['main'] as readonly string[] | undefined) : undefined;
    // What a program without Win32 runs itself calls none of it.
    const runsOwn = kind !== 'native' || variants === undefined || variants !== chains['*'];
    const mayCall = (called: string) => (called === module ? runsOwn : isLoaded(called));
    for (let i = 0, count = variants?.length ?? 1; i < count; i++) {
      const variant = (index + i) % count;
      const key = `${path} ${archetype} ${main ? 'main' : variant}`;
      let stack = this.#stacks.get(key);
      if (!stack) {
        const chain = main ?? variants?.[variant] ?? [this.#callerOf(archetype, module)];
        this.#stacks.set(key, (stack = stackOfChain(chain, module, kind)));
      }
      if (stack.functions.map(moduleCalled).every(mayCall)) return stack;
    }
    const why = kind === 'native' ? ': it is a program without Win32' : '';
    throw new RangeError(`${module}.exe has not loaded what such a thread runs${why}. Name another process.`);
  }

  /** A thread of 32-bit code stands in the code that runs it: what its own stack holds is not the 64-bit one's. */
  #stackOfWow64(module: string, archetype: string, index: number): UserStack {
    const start = wow64Start(module, findArchetype(archetype).userCall!, index === 0);
    const key = `${module} ${start} ${archetype}`;
    let known = this.#stacks.get(key);
    if (!known) this.#stacks.set(key, (known = { functions: data.thunks.wow64, start }));
    return known;
  }

  /** For kinds of threads without a chain: a function that calls the service's stub, of the program if it has one. */
  #callerOf(archetype: string, module: string): string {
    const { userCall } = findArchetype(archetype);
    const calls = (image: LabImage) =>
      image.spec.functions.find(({ calls: sites }) => sites?.some(({ to }) => to === userCall));
    const inUserMode = this.#images.images.filter(({ spec }) => spec.kind === 'dll');
    for (const image of [this.#images.get(module), ...inUserMode]) {
      const found = calls(image);
      if (found) return `${image.spec.module}!${found.name}`;
    }
    throw new Error(`nobody in user mode calls ${String(userCall)}`);
  }
}

function stackOfChain(chain: readonly string[], module: string, kind: keyof typeof data.thunks): UserStack {
  const body = chain.map((name) => name.replace(PROGRAM, `${module}!`));
  return { functions: [...body, ...data.thunks[kind]], start: body.at(-1)! };
}

/** Module of a function that is named `module!function`. */
function moduleCalled(qualified: string): string {
  return qualified.slice(0, qualified.indexOf('!'));
}

function hasWindows(threads: ProcessSpec['threads']): boolean {
  return Object.keys(threads).some((name) => findArchetype(name).userCall?.startsWith('win32u!'));
}

/** Whether a program is one of 32-bit code. */
export function isWow64(path: string): boolean {
  return findProgram(path.slice(path.lastIndexOf('\\') + 1)).wow64 ?? false;
}
