import { dllsNeededBy, type ModuleSpec } from '../images/index.js';
import { functionsOf } from '../images/user-dlls.js';
import { findArchetype } from './archetypes.js';
import data from './catalogue/user-mode.json';
import type { Population, ProcessSpec } from './population.js';
import { findProgram } from './programs.js';

/** What programs of one kind have in common in user mode. */
interface Kind {
  /** Where the first thread starts: functions of the program from the innermost out. */
  readonly entry: readonly string[];
  /** Where the program's other threads start. */
  readonly worker: string;
  /** What calls a thread's first function, from the innermost out. */
  readonly thunk: readonly string[];
  /** The program's functions, and what each calls. */
  readonly functions: Readonly<Record<string, readonly string[]>>;
  /** DLLs without which no such program runs, in load order. */
  readonly dlls: readonly string[];
}

export type KindName = keyof typeof data.kinds;

const kinds: Readonly<Record<KindName, Kind>> = data.kinds;
const more: Readonly<Record<string, readonly string[]>> = data.moreDlls;
const programs: Readonly<Record<string, { kind?: string; dlls?: readonly string[] }>> = data.programs;
const stacks: Readonly<Record<string, Readonly<Record<string, readonly (readonly string[])[]>>>> = data.stacks;

/** Stands for the program's own functions in a stack. */
const PROGRAM = '%!';

/** Module name of a program's image: its file's without the extension. */
export function moduleOf(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1).replace(/\.exe$/i, '');
}

/** User mode of a machine's programs: of which kind each is, which DLLs it loads, and how its threads' stacks look. */
export class UserMode {
  readonly #kinds = new Map<string, KindName>();
  readonly #isSmall: boolean;

  /** `isSmall` leaves out DLLs that programs can do without. */
  constructor(population: Population, isSmall: boolean) {
    this.#isSmall = isSmall;
    for (const process of population) {
      const { path } = findProgram(process.program);
      if (!path.includes('\\')) continue;
      const known = programs[moduleOf(path)]?.kind as KindName | undefined;
      const kind = known ?? (hasWindows(process) ? 'gui' : 'console');
      if (kind !== 'console' || !this.#kinds.has(path)) this.#kinds.set(path, kind);
    }
  }

  /** Paths of all programs. */
  get paths(): string[] {
    return [...this.#kinds.keys()];
  }

  kindOf(path: string): KindName {
    const kind = this.#kinds.get(path);
    if (kind === undefined) throw new Error(`no process runs ${path}`);
    return kind;
  }

  /** DLLs that processes of a program have loaded, in load order. */
  dllsOf(path: string): string[] {
    const kind = this.kindOf(path);
    const extra = this.#isSmall ? [] : (more[kind] ?? []);
    const wanted = [...kinds[kind].dlls, ...(programs[moduleOf(path)]?.dlls ?? []), ...extra];
    const loaded = new Set<string>();
    const load = (module: string) => {
      if (loaded.has(module)) return;
      loaded.add(module);
      dllsNeededBy(module).forEach(load);
    };
    wanted.forEach(load);
    return [...loaded];
  }

  /** DLLs that any process has loaded. */
  get dlls(): Set<string> {
    return new Set(this.paths.flatMap((path) => this.dllsOf(path)));
  }

  /** The program's functions, and what each calls. */
  functionsOf(path: string): { entry: string; functions: ModuleSpec['functions'] } {
    const { entry, functions } = kinds[this.kindOf(path)];
    return { entry: entry.at(-1)!, functions: functionsOf(functions) };
  }

  /**
   * User stack of thread `index` of a process, from the caller of the system service out, and the function that it
   * was started with.
   */
  stackOf(path: string, archetype: string, index: number): { functions: string[]; start: string } {
    const module = moduleOf(path);
    const kind = this.kindOf(path);
    const { entry, worker, thunk } = kinds[kind];
    const variants = stacks[archetype];
    const chains = variants?.[module] ?? variants?.[kind] ?? variants?.['*'];
    if (!chains) throw new Error(`no user stack for threads of kind ${archetype}`);
    const own = index === 0 ? entry : [worker];
    const body = (index === 0 ? chains[0]! : chains[index % chains.length]!).flatMap((name) =>
      name === PROGRAM ? own.map((symbol) => `${module}!${symbol}`) : [name],
    );
    return { functions: [...body, ...thunk], start: body.at(-1)! };
  }
}

function hasWindows({ threads }: ProcessSpec): boolean {
  return Object.keys(threads).some((name) => findArchetype(name).userCall?.startsWith('win32u!'));
}
