import type { LinkedData, LinkedFunction } from '../linked-data.js';
import { RUNTIME } from '../runtime.js';
import { inCodeOrder } from '../spec-parts.js';
import { distances, fingerprint, inFileOrder, interfaceOf, type PreparedImage } from './format.js';

/** Writes images to a file that {@link PreparedImages} reads: what linking them gave. */
export function prepareImages(images: readonly LinkedData[]): Uint8Array {
  const sorted = images.toSorted((a, b) => (kindOf(a) < kindOf(b) ? -1 : 1));
  const rows = sorted.map((image) => ({ ...describe(image), file: image.file }));
  const index = new TextEncoder().encode(JSON.stringify(rows.map(({ file: _, ...row }) => row)));
  const length = rows.reduce((sum, { fileBytes }) => sum + fileBytes, 4 + index.length);
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, index.length, true);
  bytes.set(index, 4);
  let at = 4 + index.length;
  for (const { image, piece } of inFileOrder(rows)) {
    bytes.set(image.file.subarray(piece.offset, piece.offset + piece.size), at);
    at += piece.size;
  }
  if (at !== length) throw new Error('images have bytes that are of no section');
  return bytes;
}

/** Images of one kind resemble each other. */
function kindOf({ spec: { kind, machine, shared, module } }: LinkedData): string {
  return [kind, machine, shared?.family, module].join(' ');
}

function describe(image: LinkedData): PreparedImage {
  const { spec, functions } = image;
  const names = inCodeOrder(spec).map(({ name }) => name);
  if (names.some((name, index) => functions[index]?.spec.name !== name))
    throw new Error(`${spec.module}: its functions are not in the order of their code`);
  const calls = functions.flatMap(callsOf);
  const rvas = new Map(image.symbols.map(({ name, rva }) => [name, rva]));
  return {
    module: spec.module,
    spec: fingerprint(JSON.stringify(spec)),
    interface: fingerprint(interfaceOf(spec)),
    timeDateStamp: image.timeDateStamp,
    checkSum: image.checkSum,
    sizeOfImage: image.sizeOfImage,
    entryPoint: image.entryPoint,
    guid: image.guid,
    fileBytes: image.file.length,
    sections: image.sections.map(({ name, rva, virtualSize, rawOffset, rawSize, characteristics }) => [name, rva, virtualSize, rawOffset, rawSize, characteristics]), // prettier-ignore
    functions: {
      rva: distances(functions.map(({ rva }) => rva)),
      size: functions.map(({ size }) => size),
      bodyStart: functions.map(({ body }) => body.start),
      afterBody: functions.map(({ body, size }) => size - body.end),
      frameBytes: functions.map(({ frameBytes }) => frameBytes),
      rest: functions.map(({ rest }) => rest),
      calls: functions.map((each) => each.calls.length),
    },
    calls: {
      which: calls.map(({ which }) => which),
      returns: calls.map(({ returns }) => returns),
      slot: calls.map(({ slot }) => slot),
    },
    labels: functions.flatMap((each, owner) =>
      each.labels.map(({ name, offset }) => [owner, name, offset] as const),
    ),
    cold: functions.flatMap(({ cold }, owner) => (cold ? [[owner, cold.rva, cold.size] as const] : [])),
    globals: distances(spec.globals.map(({ name }) => rvas.get(name)!)),
    imports: distances(image.imports.map(({ slotRva }) => slotRva)),
  };
}

function callsOf({ spec, rva, calls, lines }: LinkedFunction) {
  if (lines.length > 0) throw new Error(`${spec.name}: lines of sources are not kept`);
  const left = (spec.calls ?? []).map((call, index) => ({ ...call, index }));
  return calls.map(({ to, frame, returnRva, slot = -1 }) => {
    const at = left.findIndex((call) => call.to === to && call.frame === frame);
    if (at < 0 && to !== RUNTIME.checkCookie) throw new Error(`${spec.name}: a call that nobody asked for`);
    const which = at < 0 ? -1 : left.splice(at, 1)[0]!.index;
    return { which, returns: returnRva - rva, slot };
  });
}
