import layout from '../../build/core-layout.json';
import system from '../profiles/win11-22631/system.json';
import { namedTypes } from '../images/pdb/contained-types.js';
import type { TypeCatalogue } from '../profiles/profile.js';
import type { Core } from './core.js';

/** What differs per Windows build, apart from the layouts, which the core gets as a table. */
export interface Profile {
  readonly name: keyof typeof layout.profiles;
  readonly build: number;
  readonly system: typeof system;
  /** How each field of KDDEBUGGER_DATA64 is filled; the grammar is in debugger-data.ts. */
  readonly debuggerData: Record<string, string | number>;
  /** Values of enumerations by name: `enums._KWAIT_REASON.WrQueue`. */
  readonly enums: Readonly<
    Record<'_KWAIT_REASON' | '_KOBJECTS' | '_PNP_DEVNODE_STATE', Readonly<Record<string, number>>>
  >;
  /** All types of the build: megabytes of source that only symbol files need. */
  types(): Promise<TypeCatalogue>;
  /** Types of modules other than the kernel, by module; what they contain of the kernel's is not among them. */
  moduleTypes(): Promise<ReadonlyMap<string, TypeCatalogue>>;
}

/** Windows 11 23H2. */
export const windows11_22631: Profile = {
  name: 'win11-22631',
  build: 22631,
  system,
  debuggerData: layout.profiles['win11-22631'].debuggerData,
  enums: layout.profiles['win11-22631'].enums,
  types: async () => (await import('../profiles/win11-22631/types.json')).default as unknown as TypeCatalogue,
  moduleTypes: async () => {
    const kernel = (await import('../profiles/win11-22631/types.json')).default as unknown as TypeCatalogue;
    const fltmgr = (await import('../profiles/win11-22631/modules/fltmgr.json')).default;
    const ntdll = (await import('../profiles/win11-22631/modules/ntdll.json')).default;
    return new Map([
      [fltmgr.module, fltmgr as unknown as TypeCatalogue],
      [ntdll.module, namedTypes(kernel, ntdll.types)],
    ]);
  },
};

/** Names of the kernel symbols that the core looks up, in the order of its table. */
export const coreSymbols: readonly string[] = layout.symbols;

/** Loads a profile's layouts into a fresh core. */
export function loadLayouts(core: Core, profile: Profile): void {
  const table = layout.profiles[profile.name].fields;
  const words = new Uint32Array(core.exports.memory.buffer, core.exports.layoutTable(), table.length);
  words.set(table);
}
