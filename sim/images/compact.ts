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
}

const DLL_BASE = '0x180000000';

/** The full specification of a DLL; what it leaves open, the code generator decides from the names. */
export function expandDll({ module, file, description, exports, internals, also }: CompactDll): ModuleSpec {
  return {
    module,
    file,
    path: `\\SystemRoot\\System32\\${file}`,
    pdb: `${module.toLowerCase()}.pdb`,
    description,
    kind: 'dll',
    imageBase: DLL_BASE,
    entryPoint: 'DllMain',
    functions: [
      { name: 'DllMain' },
      ...functionsOf(exports, true),
      ...functionsOf(internals, false),
      ...(also ?? '')
        .split(' ')
        .filter((name) => name !== '')
        .map((name) => ({ name, exported: true })),
    ],
    globals: [{ name: '__security_cookie', size: 8, type: 'u64' }],
  };
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
