import { COLD } from './code/cold-part.js';
import type { CallSite, CodeBlock } from './code/function.js';
import type { CodeRange, LabFunction, LabImage, LabSection, LabSymbol } from './lab-image.js';
import type { Draft } from './pe/draft.js';
import type { FinishedFile } from './pe/finish.js';
import { guidText } from './pe/identity.js';
import type { Import } from './pe/imports.js';
import type { Layout } from './pe/place.js';
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
  draft: Draft;
  layout: Layout;
  file: FinishedFile;
  blocks: readonly CodeBlock[];
  publics: readonly PublicSymbol[];
  imports: readonly Import[];
  rvaOf(symbol: string, wanted: string): number;
}

/** An image as its linker knows it. */
export class LinkedImage implements LabImage {
  readonly spec: ModuleSpec;
  readonly file: Uint8Array;
  readonly timeDateStamp: number;
  readonly checkSum: number;
  readonly sizeOfImage: number;
  readonly imageBase: bigint;
  readonly entryPoint: number;
  readonly pdb: LabImage['pdb'];
  readonly sections: readonly LabSection[];
  readonly symbols: ReadonlyMap<string, LabSymbol>;
  readonly imports: LabImage['imports'];
  readonly coldParts: LabImage['coldParts'];
  /** By the names of functions and of the labels in them. */
  readonly #blocks = new Map<string, CodeBlock>();

  constructor({ spec, layout, file, blocks, publics, imports, rvaOf }: Parts) {
    this.spec = spec;
    this.file = file.bytes;
    this.timeDateStamp = file.timeDateStamp;
    this.checkSum = file.checkSum;
    this.sizeOfImage = layout.sizeOfImage;
    this.imageBase = BigInt(spec.imageBase);
    this.entryPoint = file.entryPoint;
    this.pdb = { name: spec.pdb, guid: guidText(file.guid), age: 1 };
    this.sections = layout.sections.map(({ draft: _, ...section }) => section);
    this.imports = imports.map(({ module, symbol, slot }) => ({
      slotRva: rvaOf(slot, 'an import'),
      module,
      symbol,
    }));
    this.symbols = publicSymbols(spec.module, publics, rvaOf);
    const coldParts = new Map<string, CodeRange>();
    this.coldParts = coldParts;
    for (const block of blocks) {
      this.#blocks.set(block.spec.name, block);
      for (const { name } of block.labels) this.#blocks.set(name, block);
      const { name } = block.spec;
      if (!block.cold) continue;
      const rva = rvaOf(COLD.start(name), 'a part of a function');
      // Debuggers count from the function on.
      if (rva < this.symbols.get(name)!.rva)
        throw new Error(`${spec.module}: a part of ${name} lies before it`);
      coldParts.set(name, { rva, size: block.cold.bytes.length });
    }
  }

  get functions(): readonly LabFunction[] {
    return [...new Set(this.#blocks.values())]
      .map(({ spec, bytes, body, frameBytes, labels, lines }) => ({
        name: spec.name,
        rva: this.symbols.get(spec.name)!.rva,
        size: bytes.length,
        body,
        frameBytes,
        labels,
        lines,
        source: spec.source,
        ...(this.coldParts.has(spec.name) ? { cold: this.coldParts.get(spec.name)! } : {}),
      }))
      .sort((a, b) => a.rva - b.rva);
  }

  returnAddress(caller: string, callee: string): number {
    const { block, call } = this.#call(caller, callee);
    return this.#returnRva(block, call);
  }

  callSites(): number[] {
    return [...new Set(this.#blocks.values())]
      .flatMap((block) => block.calls.map((call) => this.#returnRva(block, call)))
      .sort((a, b) => a - b);
  }

  callSlot(caller: string, callee: string): number | undefined {
    return this.#call(caller, callee).call.slot;
  }

  restAddress(name: string): number {
    return this.symbols.get(this.#block(name).spec.name)!.rva + this.#block(name).rest;
  }

  #returnRva({ spec }: CodeBlock, { isCold, returnAt }: CallSite): number {
    return (isCold ? this.coldParts : this.symbols).get(spec.name)!.rva + returnAt;
  }

  #block(name: string): CodeBlock {
    const block = this.#blocks.get(this.#local(name));
    if (!block) throw new Error(`${this.spec.module} has no function ${name}`);
    return block;
  }

  #call(caller: string, callee: string): { block: CodeBlock; call: CallSite } {
    const block = this.#block(caller);
    const wanted = this.#local(callee);
    const call =
      block.calls.find(({ to }) => this.#local(to ?? '') === wanted) ??
      block.calls.find(({ frame }) => this.#local(frame ?? '') === wanted) ??
      block.calls.find(({ to }) => to === undefined);
    if (!call) throw new Error(`${this.spec.module}!${this.#local(caller)} does not call ${callee}`);
    return { block, call };
  }

  /** Without the module's name when it is this one's. */
  #local(name: string): string {
    const prefix = `${this.spec.module}!`;
    return name.startsWith(prefix) ? name.slice(prefix.length) : name;
  }
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
