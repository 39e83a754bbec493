import type { TypeCatalogue } from '../profiles/profile.js';
import type { ImageSet, LabImage } from './lab-image.js';
import { buildPdb } from './pdb/build-pdb.js';

/** Only the kernel's PDB carries the build's types, as Microsoft's does. */
const MODULE_WITH_TYPES = 'nt';

export interface StoreFile {
  /** `name/KEY/name`, with `/` on every system. */
  path: string;
  /** Makes the file's bytes: PDBs are only built when asked for. */
  bytes: () => Uint8Array;
}

/**
 * The symbol store tree of a machine's images: PDB, then image, of each in load order.
 * Keys are SymSrv's: GUID and age of a PDB; time stamp (eight upper-case digits) and size (lower-case) of an image.
 */
export function* symbolStoreFiles(set: ImageSet, types: TypeCatalogue): Iterable<StoreFile> {
  for (const image of set.images) {
    const typesOfImage = image.spec.module === MODULE_WITH_TYPES ? types : undefined;
    yield { path: storePath(image.pdb.name, pdbKey(image)), bytes: () => buildPdb(image, typesOfImage) };
    yield { path: storePath(image.spec.file, imageKey(image)), bytes: () => image.file };
  }
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
