import type { GlobalSpec, ModuleSpec } from '../spec.js';

/** Where the symbols of a real build are: an image of ours is laid out so that its own are at the same places. */
export interface PinnedImage {
  /** Identity of the real build's PDB; the GUID as 32 upper-case hexadecimal digits in store order. */
  readonly pdb: { readonly name: string; readonly guid: string; readonly age: number };
  readonly sizeOfImage: number;
  readonly timeDateStamp: number;
  /** Sections by RVA. What the real build is not known to have goes from `own` on. */
  readonly sections: readonly PinnedSection[];
  /** What the build's data has otherwise than the catalogue's. */
  readonly globals: Readonly<Record<string, Partial<GlobalSpec>>>;
  /** RVAs of the real build, by name. */
  readonly symbols: Readonly<Record<string, number>>;
}

export interface PinnedSection {
  readonly name: string;
  readonly rva: number;
  readonly end: number;
  readonly own: number;
}

/** The modules with nt laid out as in a real build. */
export function withPinnedKernel(specs: readonly ModuleSpec[], pinned: PinnedImage): ModuleSpec[] {
  return specs.map((spec) =>
    spec.module === 'nt'
      ? {
          ...spec,
          pinned,
          // Its data and code share large pages in part, so small ones map it.
          sectionAlignment: 'page' as const,
          globals: spec.globals.map((global) => ({ ...global, ...pinned.globals[global.name] })),
        }
      : spec,
  );
}
