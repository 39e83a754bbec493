import type { MemoryRoutine } from './code/memory-routines.js';
import type { CallSpec, FunctionSpec, ModuleSpec } from './spec.js';

/** A DLL in few words: its functions, and whom each calls. */
export interface CompactDll {
  module: string;
  file: string;
  description: string;
  /** Exported functions and whom they call: `Function`, `module!Function`, or `*` for a pointer they were given. */
  exports?: Readonly<Record<string, readonly string[]>>;
  /** Functions that are not exported, likewise. */
  internals?: Readonly<Record<string, readonly string[]>>;
  /** Names of more exported functions, which call nobody, with spaces between. */
  also?: string;
  /** Exports that are another DLL's, each with the name that a loader looks for instead. */
  forwards?: Readonly<Record<string, string>>;
}

/** A driver in few words: what it is for decides on its functions. */
export interface CompactDriver {
  module: string;
  file: string;
  /** NT path, where it does not lie among the other drivers. */
  path?: string;
  kind: string;
  session?: boolean;
  description: string;
  /** What the names of its functions start with. */
  prefix: string;
  /** Names of functions for other drivers, with spaces between. */
  exports?: string;
}

/** Functions of the drivers of a kind and whom each calls; `{P}` stands for the driver's prefix. */
export type DriverKinds = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const DLL_BASE = '0x180000000';
const DRIVER_BASE = '0x1C0000000';
/** What drivers do seldom they do in code that can be paged. */
const PAGED = /Start|Add|Remove|Registry|Query|Create|Register|Setup|Teardown|Prepare|Release/;

/** What the C library's routines of a name do, whichever DLL has them. */
const ROUTINES: Readonly<Record<string, MemoryRoutine>> = {
  memcpy: 'copy-memory',
  memmove: 'copy-memory',
  memset: 'fill-memory',
  strlen: 'string-length',
  wcslen: 'wide-string-length',
};

function routineOf(name: string): Pick<FunctionSpec, 'template'> {
  const template = ROUTINES[name];
  return template === undefined ? {} : { template };
}

/** The full specification of a DLL; what it leaves open, the code generator decides from the names. */
export function expandDll(dll: CompactDll): ModuleSpec {
  const { module, file, description, exports, internals, also, forwards } = dll;
  return {
    module,
    file,
    path: `\\SystemRoot\\System32\\${file}`,
    pdb: file.toLowerCase().replace(/\.dll$/, '.pdb'),
    description,
    kind: 'dll',
    imageBase: DLL_BASE,
    entryPoint: 'DllMain',
    functions: [
      { name: 'DllMain' },
      ...functionsOf(exports, true),
      ...functionsOf(internals, false),
      ...namesIn(also).map((name) => ({ name, exported: true, ...routineOf(name) })),
    ],
    globals: [{ name: '__security_cookie', size: 8, type: 'u64' }],
    ...(forwards ? { forwards } : {}),
  };
}

/** The full specification of a driver. @throws RangeError when there is no such kind of drivers */
export function expandDriver(driver: CompactDriver, kinds: DriverKinds): ModuleSpec {
  const { module, file, path, kind, session, description, prefix, exports } = driver;
  const functions = kinds[kind];
  if (!functions) throw new RangeError(`no kind of drivers ${kind}`);
  const own = (name: string) => name.replace('{P}', prefix);
  const calls = Object.fromEntries(
    Object.entries(functions).map(([name, targets]) => [own(name), targets.map(own)]),
  );
  return {
    module,
    file,
    path: path ?? `\\SystemRoot\\System32\\drivers\\${file}`,
    pdb: `${module}.pdb`,
    description: `${description}, of the lab`,
    kind: 'driver',
    ...(session ? { session } : {}),
    imageBase: DRIVER_BASE,
    entryPoint: 'GsDriverEntry',
    shared: { family: kind, prefix },
    functions: [
      { name: 'GsDriverEntry', section: 'INIT', calls: [{ to: 'DriverEntry' }] },
      {
        name: 'DriverEntry',
        section: 'INIT',
        calls: [{ to: 'nt!RtlInitUnicodeString' }, { to: 'nt!EtwRegister' }],
      },
      ...functionsOf(calls, false).map((spec): FunctionSpec =>
        PAGED.test(spec.name) ? { ...spec, section: 'PAGE' } : spec,
      ),
      ...namesIn(exports)
        .filter((name) => !(name in calls))
        .map((name) => ({ name, exported: true })),
    ],
    globals: [
      { name: '__security_cookie', size: 8, type: 'u64' },
      { name: `${prefix}Globals`, size: 64, type: 'u64[8]' },
    ],
  };
}

function namesIn(text = ''): string[] {
  return text.split(' ').filter((name) => name !== '');
}

function functionsOf(calls: CompactDll['exports'], exported: boolean): FunctionSpec[] {
  return Object.entries(calls ?? {}).map(([name, targets]) => ({
    name,
    ...(name.includes('::') ? { decorated: mangled(name) } : {}),
    ...(exported ? { exported } : {}),
    ...(targets.length > 0 ? { calls: targets.map(callOf) } : {}),
  }));
}

/** `Class::method` as a C++ compiler mangles a method without parameters. */
function mangled(name: string): string {
  return `?${name.split('::').reverse().join('@')}@@QEAAXXZ`;
}

function callOf(target: string): CallSpec {
  return target === '*' ? { via: 'stack' } : { to: target };
}
