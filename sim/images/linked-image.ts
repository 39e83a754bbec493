import type { CodeRange, LabFunction, LabImage, LabSection, LabSymbol } from './lab-image.js';
import type { LinkedCall, LinkedData, LinkedFunction } from './linked-data.js';
import type { ModuleSpec } from './spec.js';

/** An image as its linker knows it. What is seldom asked for is found when it is. */
export class LinkedImage implements LabImage {
  readonly spec: ModuleSpec;
  readonly timeDateStamp: number;
  readonly checkSum: number;
  readonly sizeOfImage: number;
  readonly imageBase: bigint;
  readonly entryPoint: number;
  readonly pdb: LabImage['pdb'];
  readonly sections: readonly LabSection[];
  readonly #data: LinkedData;
  #symbols: ReadonlyMap<string, LabSymbol> | undefined;
  #coldParts: ReadonlyMap<string, CodeRange> | undefined;
  #byName: ReadonlyMap<string, LinkedFunction> | undefined;

  constructor(data: LinkedData) {
    this.#data = data;
    this.spec = data.spec;
    this.timeDateStamp = data.timeDateStamp;
    this.checkSum = data.checkSum;
    this.sizeOfImage = data.sizeOfImage;
    this.imageBase = BigInt(data.spec.imageBase);
    this.entryPoint = data.entryPoint;
    this.pdb = { name: data.spec.pdb, guid: data.guid, age: 1 };
    this.sections = data.sections;
  }

  get file(): Uint8Array {
    return this.#data.file;
  }

  get imports(): LabImage['imports'] {
    return this.#data.imports;
  }

  get symbols(): ReadonlyMap<string, LabSymbol> {
    return (this.#symbols ??= new Map(this.#data.symbols.map((symbol) => [symbol.name, symbol])));
  }

  get coldParts(): ReadonlyMap<string, CodeRange> {
    return (this.#coldParts ??= new Map(
      this.#data.functions.flatMap(({ spec: { name }, cold }) => (cold ? [[name, cold]] : [])),
    ));
  }

  get functions(): readonly LabFunction[] {
    return this.#data.functions.map(({ spec, rva, size, body, frameBytes, labels, lines, cold }) => ({
      name: spec.name,
      rva,
      size,
      body,
      frameBytes,
      labels,
      lines,
      source: spec.source,
      ...(cold ? { cold } : {}),
    }));
  }

  returnAddress(caller: string, callee: string): number {
    return this.#call(caller, callee).returnRva;
  }

  callSites(): number[] {
    return this.#data.returns.toSorted((a, b) => a - b);
  }

  callSlot(caller: string, callee: string): number | undefined {
    return this.#call(caller, callee).slot;
  }

  restAddress(name: string): number {
    const { rva, rest } = this.#function(name);
    return rva + rest;
  }

  /** By its name or that of a label in it. */
  #function(name: string): LinkedFunction {
    this.#byName ??= new Map(
      this.#data.functions.flatMap((each) => [
        [each.spec.name, each] as const,
        ...each.labels.map((label) => [label.name, each] as const),
      ]),
    );
    const found = this.#byName.get(this.#local(name));
    if (!found) throw new Error(`${this.spec.module} has no function ${name}`);
    return found;
  }

  #call(caller: string, callee: string): LinkedCall {
    const { calls } = this.#function(caller);
    const wanted = this.#local(callee);
    const call =
      calls.find(({ to }) => this.#local(to ?? '') === wanted) ??
      calls.find(({ frame }) => this.#local(frame ?? '') === wanted) ??
      calls.find(({ to }) => to === undefined);
    if (!call) throw new Error(`${this.spec.module}!${this.#local(caller)} does not call ${callee}`);
    return call;
  }

  /** Without the module's name when it is this one's. */
  #local(name: string): string {
    const prefix = `${this.spec.module}!`;
    return name.startsWith(prefix) ? name.slice(prefix.length) : name;
  }
}
