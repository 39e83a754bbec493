import layout from '../../build/core-layout.json';
import system22000 from '../profiles/win11-22000.2538/system.json';
import system from '../profiles/win11-22631/system.json';
import type { PinnedImage } from '../images/pinned/pinned-image.js';
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
    Record<
      '_INTERFACE_TYPE' | '_KWAIT_REASON' | '_KOBJECTS' | '_MI_ASSIGNED_REGION_TYPES' | '_PNP_DEVNODE_STATE',
      Readonly<Record<string, number>>
    >
  >;
  /** All types of the build: megabytes of source that only symbol files need. */
  types(): Promise<TypeCatalogue>;
  /** Types of modules other than the kernel, by module; what they contain of the kernel's is not among them. */
  moduleTypes(): Promise<ReadonlyMap<string, TypeCatalogue>>;
  /** Version of the images: major, minor, build, revision. */
  readonly version: Version;
  /** Where the build's symbols are; without, the kernel has a layout and an identity of the lab's own. */
  pinned?(): Promise<PinnedImage>;
}

export type Version = readonly [number, number, number, number];
export type ProfileName = Profile['name'];

const types22631 = async () =>
  (await import('../profiles/win11-22631/types.json')).default as unknown as TypeCatalogue;
const types22000 = async () =>
  (await import('../profiles/win11-22000.2538/types.json')).default as unknown as TypeCatalogue;

/** Modules' types do not differ between the builds. */
async function moduleTypes(types: () => Promise<TypeCatalogue>): Promise<ReadonlyMap<string, TypeCatalogue>> {
  const fltmgr = (await import('../profiles/win11-22631/modules/fltmgr.json')).default;
  const ndis = (await import('../profiles/win11-22631/modules/ndis.json')).default;
  const afd = (await import('../profiles/win11-22631/modules/afd.json')).default;
  const dxgkrnl = (await import('../profiles/win11-22631/modules/dxgkrnl.json')).default;
  const ntdll = (await import('../profiles/win11-22631/modules/ntdll.json')).default;
  return new Map([
    ...[fltmgr, ndis, afd, dxgkrnl].map((module): [string, TypeCatalogue] => [
      module.module,
      module as unknown as TypeCatalogue,
    ]),
    [ntdll.module, namedTypes(await types(), ntdll.types)],
  ]);
}

/** Windows 11 23H2. */
export const windows11_22631: Profile = {
  name: 'win11-22631',
  build: 22631,
  system,
  debuggerData: layout.profiles['win11-22631'].debuggerData,
  enums: layout.profiles['win11-22631'].enums,
  version: [10, 0, 22621, 2428],
  types: types22631,
  moduleTypes: () => moduleTypes(types22631),
};

/** Windows 11 21H2, with the kernel's symbols where Microsoft's public symbols of the build say. */
export const windows11_22000: Profile = {
  name: 'win11-22000.2538',
  build: 22000,
  system: system22000,
  debuggerData: layout.profiles['win11-22000.2538'].debuggerData,
  enums: layout.profiles['win11-22000.2538'].enums,
  version: [10, 0, 22000, 2538],
  types: types22000,
  moduleTypes: () => moduleTypes(types22000),
  pinned: async () => (await import('../profiles/win11-22000.2538/kernel-image.json')).default,
};

const profiles: readonly Profile[] = [windows11_22631, windows11_22000];

/** Names of the profiles, the default first. */
export const profileNames = (): ProfileName[] => profiles.map(({ name }) => name);

/** @throws RangeError with a sentence for the user when there is none of the name */
export function findProfile(name: string): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (!found) throw new RangeError(`There is no profile ${name}. There are ${profileNames().join(', ')}.`);
  return found;
}

/** Names of the kernel symbols that the core looks up, in the order of its table. */
export const coreSymbols: readonly string[] = layout.symbols;

/** Loads a profile's layouts into a fresh core. */
export function loadLayouts(core: Core, profile: Profile): void {
  const table = layout.profiles[profile.name].fields;
  const words = new Uint32Array(core.exports.memory.buffer, core.exports.layoutTable(), table.length);
  words.set(table);
}
