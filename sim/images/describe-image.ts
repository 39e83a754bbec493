import { COLD } from './code/cold-part.js';
import type { CodeBlock } from './code/function.js';
import type { LabImage, LabSymbol } from './lab-image.js';
import type { LinkedData, LinkedFunction } from './linked-data.js';
import type { FinishedFile } from './pe/finish.js';
import { guidText } from './pe/identity.js';
import type { Layout } from './pe/place.js';
import type { Import } from './spec-parts.js';
import type { ModuleSpec } from './spec.js';

export interface PublicSymbol {
  name: string;
  decorated?: string;
  kind: LabSymbol['kind'];
  size: number;
  /** Name of its place in the image, where that is not its own. */
  at?: string;
}

interface Parts {
  spec: ModuleSpec;
  layout: Layout;
  file: FinishedFile;
  blocks: readonly CodeBlock[];
  publics: readonly PublicSymbol[];
  imports: readonly Import[];
  rvaOf(symbol: string, wanted: string): number;
}

/** What a linker has made, as data. Throws when two symbols share a place, or a part of a function lies before it. */
export function describeImage({ spec, layout, file, blocks, publics, imports, rvaOf }: Parts): LinkedData {
  const symbols = publicSymbols(spec.module, publics, rvaOf);
  const functions = blocks
    .map((block) => describeFunction(spec.module, block, symbols.get(block.spec.name)!.rva, rvaOf))
    .sort((a, b) => a.rva - b.rva);
  return {
    spec,
    file: file.bytes,
    timeDateStamp: file.timeDateStamp,
    checkSum: file.checkSum,
    sizeOfImage: layout.sizeOfImage,
    entryPoint: file.entryPoint,
    guid: guidText(file.guid),
    sections: layout.sections.map(({ draft: _, ...section }) => section),
    imports: importSlots(imports, rvaOf),
    symbols: [...symbols.values()],
    functions,
    returns: functions.flatMap(({ calls }) => calls.map(({ returnRva }) => returnRva)),
  };
}

function importSlots(imports: readonly Import[], rvaOf: Parts['rvaOf']): LabImage['imports'] {
  return imports.map(({ module, symbol, slot }) => ({ slotRva: rvaOf(slot, 'an import'), module, symbol }));
}

function describeFunction(
  module: string,
  { spec, bytes, body, frameBytes, labels, lines, rest, calls, cold }: CodeBlock,
  rva: number,
  rvaOf: Parts['rvaOf'],
): LinkedFunction {
  const coldRva = cold ? rvaOf(COLD.start(spec.name), 'a part of a function') : 0;
  // Debuggers count from the function on.
  if (cold && coldRva < rva) throw new Error(`${module}: a part of ${spec.name} lies before it`);
  return {
    spec,
    rva,
    size: bytes.length,
    body,
    frameBytes,
    labels,
    lines,
    rest,
    calls: calls.map(({ to, frame, isCold, returnAt, slot }) => ({
      to,
      frame,
      returnRva: (isCold ? coldRva : rva) + returnAt,
      slot,
    })),
    ...(cold ? { cold: { rva: coldRva, size: cold.bytes.length } } : {}),
  };
}

function publicSymbols(
  module: string,
  publics: readonly PublicSymbol[],
  rvaOf: Parts['rvaOf'],
): ReadonlyMap<string, LabSymbol> {
  const symbols = new Map<string, LabSymbol>();
  const places = new Map<number, string>();
  for (const { name, decorated, kind, size, at = name } of publics) {
    const rva = rvaOf(at, 'a symbol');
    const other = places.get(rva);
    if (other !== undefined || symbols.has(name))
      throw new Error(`${module}: ${name} is at the address of ${other ?? 'another of its name'}`);
    places.set(rva, name);
    symbols.set(name, { name, rva, size, kind, ...(decorated === undefined ? {} : { decorated }) });
  }
  return symbols;
}
