import type { LabImage, LabSymbol } from '../lab-image.js';
import type { LinkedCall, LinkedData, LinkedFunction } from '../linked-data.js';
import { LinkedImage } from '../linked-image.js';
import { RUNTIME } from '../runtime.js';
import { importSlot, importsOf, inCodeOrder } from '../spec-parts.js';
import type { ModuleSpec } from '../spec.js';
import {
  fingerprint,
  grouped,
  inFileOrder,
  interfaceOf,
  sectionOf,
  sums,
  type PreparedImage,
} from './format.js';

/** Where a piece of an image's file lies among all pieces, and where it belongs. */
interface PlacedPiece {
  readonly from: number;
  readonly size: number;
  readonly to: number;
}

/** Images that were linked before the machine was there: when the project was built. */
export class PreparedImages {
  readonly #bytes: Uint8Array;
  readonly #images: ReadonlyMap<string, readonly PreparedImage[]>;
  readonly #pieces = new Map<PreparedImage, PlacedPiece[]>();
  readonly #made = new Map<PreparedImage, LabImage>();
  readonly #found = new WeakMap<ModuleSpec, PreparedImage | undefined>();

  /** `bytes` is what `prepareImages` wrote. */
  constructor(bytes: Uint8Array) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const images = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as PreparedImage[];
    this.#bytes = bytes;
    this.#images = grouped(images, ({ module }) => module);
    let from = 4 + length;
    for (const { image, piece } of inFileOrder(images)) {
      const pieces = this.#pieces.get(image) ?? [];
      this.#pieces.set(image, pieces);
      pieces.push({ from, size: piece.size, to: piece.offset });
      from += piece.size;
    }
  }

  /**
   * Whether images that were linked together with others than these are still right: of each module of a name that was
   * there, these must see the same.
   */
  suits(specs: readonly ModuleSpec[]): boolean {
    return specs.every((spec) => {
      const known = this.#images.get(spec.module);
      if (!known || this.#find(spec)) return true;
      const seen = fingerprint(interfaceOf(spec));
      return known.every((image) => image.interface === seen);
    });
  }

  /** The image of a specification, where one of the same was prepared. */
  find(spec: ModuleSpec): LabImage | undefined {
    const found = this.#find(spec);
    if (!found) return undefined;
    let image = this.#made.get(found);
    if (!image)
      this.#made.set(found, (image = new LinkedImage(dataOf(spec, found, () => this.#file(found)))));
    return image;
  }

  #find(spec: ModuleSpec): PreparedImage | undefined {
    if (this.#found.has(spec)) return this.#found.get(spec);
    const known = this.#images.get(spec.module);
    if (!known) return undefined;
    const wanted = fingerprint(JSON.stringify(spec));
    const found = known.find((image) => image.spec === wanted);
    this.#found.set(spec, found);
    return found;
  }

  #file(image: PreparedImage): Uint8Array {
    const file = new Uint8Array(image.fileBytes);
    for (const { from, size, to } of this.#pieces.get(image)!)
      file.set(this.#bytes.subarray(from, from + size), to);
    return file;
  }
}

/** What linking gave, from the numbers that were kept of it; what costs work is found when it is asked for. */
function dataOf(spec: ModuleSpec, image: PreparedImage, makeFile: () => Uint8Array): LinkedData {
  let file: Uint8Array | undefined;
  let functions: readonly LinkedFunction[] | undefined;
  let imports: LabImage['imports'] | undefined;
  const inOrder = () => (functions ??= functionsOf(spec, image));
  const { timeDateStamp, checkSum, sizeOfImage, entryPoint, guid } = image;
  return {
    spec,
    timeDateStamp,
    checkSum,
    sizeOfImage,
    entryPoint,
    guid,
    sections: image.sections.map(sectionOf),
    get file() {
      return (file ??= makeFile());
    },
    get functions() {
      return inOrder();
    },
    get imports() {
      return (imports ??= slotsOf(spec, image));
    },
    get returns() {
      return returnsOf(image);
    },
    get symbols() {
      return symbolsOf(spec, this.imports, image);
    },
  };
}

function slotsOf(spec: ModuleSpec, image: PreparedImage): LabImage['imports'] {
  const rvas = sums(image.imports);
  return importsOf(spec).map(({ module, symbol }, index) => ({ slotRva: rvas[index]!, module, symbol }));
}

function functionsOf(spec: ModuleSpec, { functions, calls, labels, cold }: PreparedImage): LinkedFunction[] {
  const rvas = sums(functions.rva);
  const labelsOf = grouped(labels, ([owner]) => owner);
  const coldOf = new Map(cold.map(([owner, rva, size]) => [owner, { rva, size }]));
  let call = 0;
  const ofCall = (own: (typeof spec.functions)[number], rva: number): LinkedCall => {
    const which = calls.which[call]!;
    const slot = calls.slot[call]!;
    const returnRva = rva + calls.returns[call++]!;
    const { to, frame } = which < 0 ? { to: RUNTIME.checkCookie } : own.calls![which]!;
    return { to, frame, returnRva, slot: slot < 0 ? undefined : slot };
  };
  return inCodeOrder(spec).map((own, index): LinkedFunction => {
    const rva = rvas[index]!;
    const size = functions.size[index]!;
    const part = coldOf.get(index);
    return {
      spec: own,
      rva,
      size,
      body: { start: functions.bodyStart[index]!, end: size - functions.afterBody[index]! },
      frameBytes: functions.frameBytes[index]!,
      labels: (labelsOf.get(index) ?? []).map(([, name, offset]) => ({ name, offset })),
      lines: [],
      rest: functions.rest[index]!,
      calls: Array.from({ length: functions.calls[index]! }, () => ofCall(own, rva)),
      ...(part ? { cold: part } : {}),
    };
  });
}

/** Of each call, one function's after the other's. */
function returnsOf({ functions, calls }: PreparedImage): number[] {
  const returns: number[] = [];
  sums(functions.rva).forEach((rva, index) => {
    const end = returns.length + functions.calls[index]!;
    while (returns.length < end) returns.push(rva + calls.returns[returns.length]!);
  });
  return returns;
}

/**
 * Functions and the labels in them, data, slots of imports: in the order in which linking lists them. Most images are only
 * asked for these: they do not need all that is known of functions.
 */
function symbolsOf(
  spec: ModuleSpec,
  imports: LabImage['imports'],
  { functions, labels, globals }: PreparedImage,
): LabSymbol[] {
  const symbols: LabSymbol[] = [];
  const rvas = sums(functions.rva);
  const labelsOf = grouped(labels, ([owner]) => owner);
  inCodeOrder(spec).forEach(({ name, decorated }, index) => {
    const rva = rvas[index]!;
    const size = functions.size[index]!;
    symbols.push({ name, rva, size, kind: 'function', ...(decorated === undefined ? {} : { decorated }) });
    for (const [, label, offset] of labelsOf.get(index) ?? [])
      symbols.push({ name: label, rva: rva + offset, size: size - offset, kind: 'label' });
  });
  const places = sums(globals);
  spec.globals.forEach(({ name, size }, index) =>
    symbols.push({ name, rva: places[index]!, size, kind: 'data' }),
  );
  const width = spec.machine === 'i386' ? 4 : 8;
  for (const { slotRva, symbol } of imports)
    symbols.push({ name: importSlot(symbol), rva: slotRva, size: width, kind: 'data' });
  return symbols;
}
