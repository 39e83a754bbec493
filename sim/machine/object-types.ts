import data from '../profiles/win11-22631/object-types.json';
import type { Core } from './core.js';
import type { KernelImages } from './kernel-images.js';

interface ObjectType {
  readonly name: string;
  /** The kernel's variable that leads to it. */
  readonly symbol?: string;
  /** Bytes of a body. */
  readonly size: number;
  readonly pool: string;
  readonly flags: string;
  /** What generic read, write, execute and all mean. */
  readonly generic: readonly string[];
  readonly access: string;
  readonly kind?: string;
}

const FIRST_INDEX = 2; // 0 and 1 of nt!ObTypeIndexTable are not types
/** Kinds of body in assembly/kernel/objects/body.ts. */
const KINDS: Readonly<Record<string, number>> = {
  event: 1,
  mutant: 2,
  semaphore: 3,
  timer: 4,
  completion: 5,
};
const INVALID_ATTRIBUTES = 0x100; // OBJ_OPENLINK, except for symbolic links

const types: readonly ObjectType[] = data.types;
const byName = new Map(types.map((type) => [type.name, type]));

/** Creates the object types of the profile; returns the index of each by name. */
export function createObjectTypes(core: Core, loaded: KernelImages): ReadonlyMap<string, number> {
  core.exports.objectInitialise();
  const { symbols } = loaded.get('nt').image;
  return new Map(
    types.map((type, position) => {
      const index = FIRST_INDEX + position;
      const global =
        type.symbol !== undefined && symbols.has(type.symbol) ? loaded.address(`nt!${type.symbol}`) : 0n;
      const nameBytes = core.putWordsAndText(wordsOf(type), type.name);
      core.exports.objectCreateType(index, nameBytes, global);
      return [type.name, index];
    }),
  );
}

/** In the order that assembly/kernel/objects/object-type.ts reads them. */
function wordsOf({ name, size, pool, flags, generic, access, kind }: ObjectType): number[] {
  return [
    size,
    pool === 'nonpaged' ? 1 : 0,
    Number(flags),
    poolTag(name),
    name === 'SymbolicLink' ? 0 : INVALID_ATTRIBUTES,
    Number(access),
    ...generic.map(Number),
    kind === undefined ? 0 : KINDS[kind]!,
  ];
}

/** The first four characters of a type's name, lowest first, are the pool tag of its objects; types' own is ObjT. */
function poolTag(name: string): number {
  return [...(name === 'Type' ? 'ObjT' : name).slice(0, 4).padEnd(4)].reduceRight(
    (tag, letter) => tag * 256 + letter.charCodeAt(0),
    0,
  );
}

/** What a type's objects can be opened for. @throws Error when there is no such type */
export function accessOf(name: string): { all: number; read: number; write: number } {
  const type = byName.get(name);
  if (!type) throw new Error(`no object type ${name}`);
  const [read, write, , all] = type.generic.map(Number) as [number, number, number, number];
  return { all, read, write };
}
