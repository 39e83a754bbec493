import { planFrame32, type Frame32 } from './code/x86/frame.js';
import data from './catalogue/wow64.json';
import type { FunctionSpec, ModuleSpec } from './spec.js';

/** What stands before the names of 32-bit modules, of which most have a 64-bit namesake. */
const PREFIX = 'x86.';

const MAIN = 'DllMain';
/** Global of modules with stubs of system services: where the code is that runs 32-bit code. */
export const WOW64_TRANSITION = 'Wow64Transition';
/** What the stubs call: it goes there. */
const TRANSITION: FunctionSpec = {
  name: 'Wow64SystemServiceCall',
  decorated: '_Wow64SystemServiceCall@0',
  template: 'wow64-transition',
};

/** Exported or internal functions: how many 4-byte arguments each takes, and whom it calls, `*` for a pointer. */
type Functions = Readonly<Record<string, readonly (number | string)[]>>;

interface CompactDll32 {
  readonly module: string;
  readonly file: string;
  readonly pdb: string;
  readonly description: string;
  /** Stubs of system services, and their arguments. */
  readonly services?: Readonly<Record<string, number>>;
  readonly exports?: Functions;
  readonly internals?: Functions;
  /** Data that the loader writes: bytes of each. */
  readonly globals?: Readonly<Record<string, number>>;
  /** An exported function; omitted: DllMain. */
  readonly entryPoint?: string;
}

/** Name of a 32-bit module among all: `x86.ntdll`. */
export function wow64Module(module: string): string {
  return `${PREFIX}${module}`;
}

/** A 32-bit module's name, `module!symbol` included, as debuggers print it in a 32-bit process. */
export function withoutWow64(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}

/** DLLs of 32-bit programs, 32-bit ntdll first. */
export const wow64Dlls: readonly ModuleSpec[] = (data.dlls as unknown as readonly CompactDll32[]).map(
  expandDll32,
);

function expandDll32(dll: CompactDll32): ModuleSpec {
  const {
    module,
    file,
    pdb,
    description,
    services = {},
    exports = {},
    internals = {},
    globals = {},
    entryPoint = MAIN,
  } = dll;
  const hasServices = Object.keys(services).length > 0;
  return {
    module: wow64Module(module),
    file,
    path: `\\SystemRoot\\SysWOW64\\${file}`,
    pdb,
    description,
    machine: 'i386',
    kind: 'dll',
    imageBase: data.imageBase,
    entryPoint,
    functions: [
      ...Object.entries(services).map(([name, count]): FunctionSpec => ({
        name,
        ...stdcall(name, count),
        exported: true,
        template: 'service-stub',
      })),
      ...(hasServices ? [TRANSITION] : []),
      ...(entryPoint === MAIN ? [{ name: MAIN, ...stdcall(MAIN, 3) }] : []),
      ...functions32(exports, true),
      ...functions32(internals, false),
    ],
    globals: [
      ...(hasServices ? [{ name: WOW64_TRANSITION, size: 4, align: 4, exported: true, type: 'u32' }] : []),
      ...Object.entries(globals).map(([name, size]) => ({ name, size, align: 4 })),
      { name: 'ProcessState', size: 16, align: 4, type: 'u32[4]' },
    ],
  };
}

/** Functions of the image of a 32-bit program. */
export function programFunctions32(): FunctionSpec[] {
  return functions32(data.program as Functions, false);
}

function functions32(functions: Functions, exported: boolean): FunctionSpec[] {
  return Object.entries(functions).map(([name, [count, ...targets]]) => ({
    name,
    ...stdcall(name, Number(count)),
    ...(exported ? { exported } : {}),
    calls: targets.map((target) => (target === '*' ? {} : { to: callee(String(target)) })),
  }));
}

/** A call's target: of the same module, or of another 32-bit one. */
function callee(target: string): string {
  return target.includes('!') ? wow64Module(target) : target;
}

/** Arguments of a function, and its name as a compiler decorates `__stdcall`. */
function stdcall(name: string, count: number): Pick<FunctionSpec, 'arguments' | 'decorated'> {
  return { arguments: count, decorated: `_${name}@${4 * count}` };
}

/** The frame of a 32-bit module's function. Throws when it has none of the name. */
export function frame32Of({ module, functions }: ModuleSpec, name: string): Frame32 {
  const spec = functions.find((each) => each.name === name);
  if (!spec) throw new Error(`${module} has no function ${name}`);
  return planFrame32(spec, module);
}
