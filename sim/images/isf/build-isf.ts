import type { TypeCatalogue } from '../../profiles/profile.js';
import { version } from '../../version.js';
import type { LabImage } from '../lab-image.js';
import { ISF_BASE_TYPES } from './base-types.js';
import { IsfTypes, type IsfType } from './isf-types.js';

/** Version of the Intermediate Symbol Format: Volatility 3 reads every 6.x. */
const FORMAT = '6.2.0';
const IMAGE_FILE_MACHINE_AMD64 = 0x8664;
const PRODUCER = 'livedump-lab';

interface IsfSymbol {
  /** Relative to the image's base. */
  address: number;
  type?: IsfType;
  /** The name as a C++ compiler mangles it, where it does. */
  linkage_name?: string;
}

/**
 * Symbols and types of an image in the Intermediate Symbol Format, JSON: what Volatility 3 needs instead of its PDB.
 * The same image and types give the same bytes. Source of the format: Volatility 3's published JSON schema, 6.x.
 */
export function buildIsf(image: LabImage, types: TypeCatalogue): Uint8Array {
  const described = new IsfTypes(types);
  const globals = new Map(image.spec.globals.map(({ name, type }) => [name, type]));
  const symbols: Record<string, IsfSymbol> = {};
  for (const { name, rva, decorated } of image.symbols.values()) {
    const type = globals.get(name);
    symbols[name] = {
      address: rva,
      ...(type === undefined ? {} : { type: described.reference(type) }),
      ...(decorated === undefined ? {} : { linkage_name: decorated }),
    };
  }
  const { guid, age, name: database } = image.pdb;
  const isf = {
    metadata: {
      format: FORMAT,
      producer: { name: PRODUCER, version },
      windows: { pdb: { GUID: guid, age, database, machine_type: IMAGE_FILE_MACHINE_AMD64 } },
    },
    base_types: ISF_BASE_TYPES,
    user_types: described.userTypes,
    enums: described.enums,
    symbols,
  };
  return new TextEncoder().encode(JSON.stringify(isf));
}

/** Where Volatility 3 looks for it in a folder of symbols: `windows/ntkrnlmp.pdb/GUID-age.json`. */
export function isfPath({ pdb }: LabImage): string {
  return `windows/${pdb.name}/${pdb.guid}-${pdb.age}.json`;
}
