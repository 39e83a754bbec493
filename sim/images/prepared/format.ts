import type { LabSection } from '../lab-image.js';
import type { ModuleSpec } from '../spec.js';

// A file of prepared images: its length in bytes as a 32-bit number, then an index as JSON in ASCII, then pieces of the
// images' files. First all headers, then all sections of one name, and so on: what is alike lies together, and packs well.

/** What an image is beside its specification and its file. Numbers in columns; RVAs as distances from the one before. */
export interface PreparedImage {
  readonly module: string;
  /** {@link fingerprint} of its specification. */
  readonly spec: number;
  /** The same of {@link interfaceOf} it. */
  readonly interface: number;
  readonly timeDateStamp: number;
  readonly checkSum: number;
  readonly sizeOfImage: number;
  readonly entryPoint: number;
  readonly guid: string;
  readonly fileBytes: number;
  readonly sections: readonly PreparedSection[];
  /** Of each function, in the order of {@link inCodeOrder}. */
  readonly functions: {
    readonly rva: readonly number[];
    readonly size: readonly number[];
    readonly bodyStart: readonly number[];
    /** From the end of the body to that of the function. */
    readonly afterBody: readonly number[];
    readonly frameBytes: readonly number[];
    readonly rest: readonly number[];
    readonly calls: readonly number[];
  };
  /** Of each call, one function's after the other's. */
  readonly calls: {
    /** Number in the specification's calls; -1 for the check of the stack cookie. */
    readonly which: readonly number[];
    /** From the function's start. */
    readonly returns: readonly number[];
    /** -1 without one. */
    readonly slot: readonly number[];
  };
  /** Labels in functions, by the function's number. */
  readonly labels: readonly (readonly [owner: number, name: string, offset: number])[];
  /** Parts that lie elsewhere, likewise. */
  readonly cold: readonly (readonly [owner: number, rva: number, size: number])[];
  /** RVAs of the specification's globals, in their order. */
  readonly globals: readonly number[];
  /** RVAs of import slots, in the order of {@link importsOf}. */
  readonly imports: readonly number[];
}

export type PreparedSection = readonly [
  name: string,
  rva: number,
  virtualSize: number,
  rawOffset: number,
  rawSize: number,
  characteristics: number,
];

export const sectionOf = ([
  name,
  rva,
  virtualSize,
  rawOffset,
  rawSize,
  characteristics,
]: PreparedSection): LabSection => ({ name, rva, virtualSize, rawOffset, rawSize, characteristics });

/** A piece of an image's file. */
interface Piece {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What an image's file is put together from: its headers, and what its sections have in it. */
export function piecesOf({ sections, fileBytes }: Pick<PreparedImage, 'sections' | 'fileBytes'>): Piece[] {
  const own = sections.map(sectionOf).filter(({ rawSize }) => rawSize > 0);
  return [
    { name: '', offset: 0, size: own[0]?.rawOffset ?? fileBytes },
    ...own.map(({ name, rawOffset, rawSize }) => ({ name, offset: rawOffset, size: rawSize })),
  ];
}

/** All pieces in the order of the file. */
export function* inFileOrder<T extends Pick<PreparedImage, 'sections' | 'fileBytes'>>(
  images: readonly T[],
): Generator<{ image: T; piece: Piece }> {
  const all = images.flatMap((image) => piecesOf(image).map((piece) => ({ image, piece })));
  for (const group of grouped(all, ({ piece }) => piece.name).values()) yield* group;
}

/** What other images' files say of a module: where it lies, numbers of its services, arguments of its functions. */
export function interfaceOf({ file, services, functions }: ModuleSpec): string {
  const taking = functions.filter((each) => each.arguments !== undefined);
  return JSON.stringify([file, services, taking.map((each) => [each.name, each.arguments])]);
}

/** 53 bits of a text, mixed as in FNV-1a with two multipliers: two specifications that differ have different ones. */
export function fingerprint(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
    high ^= high >>> 15;
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** What has the same key, in its order; keys in the order of their first. */
export function grouped<K, T>(all: readonly T[], keyOf: (each: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}

/** From each number the one before it. */
export function distances(numbers: readonly number[]): number[] {
  return numbers.map((each, index) => each - (numbers[index - 1] ?? 0));
}

export function sums(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((each) => (sum += each));
}
