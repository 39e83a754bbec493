import type { TypeCatalogue } from '../profiles/profile.js';
import { buildIsf, isfPath } from './isf/build-isf.js';
import type { ImageSet, LabImage } from './lab-image.js';
import { buildPdb } from './pdb/build-pdb.js';
import { namedTypes, withContained } from './pdb/contained-types.js';
import { sourceBytes } from './pdb/line-numbers.js';
import { parseTypeName } from './pdb/type-name.js';
import type { SourceFile } from './spec.js';

/** The kernel's PDB carries the build's types, as Microsoft's does. */
const KERNEL = 'nt';

export interface StoreFile {
  /** `name/KEY/name`, `windows/name/KEY.json` for Volatility, `src/driver/file` for a source; with `/` on every system. */
  path: string;
  /** Makes the file's bytes: PDBs are only built when asked for. */
  bytes: () => Uint8Array;
}

/**
 * The symbol store tree of a machine's images: PDB, then image, of each in load order; of those whose PDB has types,
 * the same as an ISF file after them; of those that have a source file, that.
 * Other modules' PDBs have the types that `moduleTypes` says and those of their data, with what these contain.
 * Keys are SymSrv's: GUID and age of a PDB; time stamp (eight upper-case digits) and size (lower-case) of an image.
 */
export function* symbolStoreFiles(
  set: ImageSet,
  types: TypeCatalogue,
  moduleTypes: ReadonlyMap<string, TypeCatalogue> = new Map(),
): Iterable<StoreFile> {
  for (const image of set.images) {
    const typesOfImage = image.spec.module === KERNEL ? types : typesOf(image, types, moduleTypes);
    yield { path: storePath(image.pdb.name, pdbKey(image)), bytes: () => buildPdb(image, typesOfImage) };
    yield { path: storePath(image.spec.file, imageKey(image)), bytes: () => image.file };
    const { source } = image.spec;
    if (source) yield { path: sourcePath(source), bytes: () => sourceBytes(source) };
    if (typesOfImage) yield { path: isfPath(image), bytes: () => buildIsf(image, typesOfImage) };
  }
}

/** The same files, whose bytes are made once. */
export function remembered(files: Iterable<StoreFile>): StoreFile[] {
  return [...files].map(({ path, bytes }) => {
    let made: Uint8Array | undefined;
    return { path, bytes: () => (made ??= bytes()) };
  });
}

/**
 * Types of a module other than the kernel: those that its data is of or points at, those that its specification or the
 * build brings along, and all that these contain. None for a module without any.
 */
function typesOf(
  { spec: { module, types, globals } }: LabImage,
  kernel: TypeCatalogue,
  moduleTypes: ReadonlyMap<string, TypeCatalogue>,
): TypeCatalogue | undefined {
  const named = namedTypes(kernel, types?.kernel ?? []);
  const own = { ...moduleTypes.get(module)?.types, ...types?.own };
  const bases = globals.flatMap(({ type }) => (type === undefined ? [] : [parseTypeName(type).base]));
  const ofData = namedTypes(
    kernel,
    bases.filter((base) => base in kernel.types),
  );
  const all = { ...ofData.types, ...named.types, ...own };
  const enums = moduleTypes.get(module)?.enums ?? {};
  if (Object.keys(all).length === 0) return undefined;
  return withContained({ build: kernel.build, types: all, enums }, kernel);
}

/** Where a source file goes: below `src`, in the folder of its own that it was built in. */
function sourcePath({ path }: SourceFile): string {
  return `src/${path.split('\\').slice(-2).join('/')}`;
}

function storePath(name: string, key: string): string {
  return `${name}/${key}/${name}`;
}

function pdbKey({ pdb }: LabImage): string {
  return `${pdb.guid}${pdb.age.toString(16)}`;
}

function imageKey({ timeDateStamp, sizeOfImage }: LabImage): string {
  return timeDateStamp.toString(16).toUpperCase().padStart(8, '0') + sizeOfImage.toString(16);
}
