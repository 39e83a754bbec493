import type { FunctionSource, ModuleSpec } from './spec.js';

export interface LabSection {
  name: string;
  rva: number;
  virtualSize: number;
  rawOffset: number;
  rawSize: number;
  /** IMAGE_SCN_* */
  characteristics: number;
}

export interface LabSymbol {
  name: string;
  /** The name as a C++ compiler mangles it, where it does. */
  decorated?: string;
  rva: number;
  size: number;
  kind: 'function' | 'label' | 'data';
}

export interface CodeRange {
  readonly rva: number;
  readonly size: number;
}

/** A function's code, as debug information tells of it. */
export interface LabFunction {
  name: string;
  rva: number;
  size: number;
  /** Where the body is that prolog and epilog surround; from the function's start. */
  body: { start: number; end: number };
  /** Bytes between the return address and RSP in the body. */
  frameBytes: number;
  /** A part of it that lies elsewhere. */
  cold?: CodeRange;
  /** Names inside it that debuggers show from there on, and offsets from its start. */
  labels: readonly { name: string; offset: number }[];
  /** Source lines of the code from each offset on; none without sources. */
  lines: readonly { offset: number; line: number }[];
  source: FunctionSource | undefined;
}

/** A finished image of ours: the PE file, and what its builder knows about it. */
export interface LabImage {
  readonly spec: ModuleSpec;
  /** The PE32+ file as it lies on disk and in the symbol store. */
  readonly file: Uint8Array;
  readonly timeDateStamp: number;
  readonly checkSum: number;
  readonly sizeOfImage: number;
  readonly imageBase: bigint;
  readonly entryPoint: number;
  /** Identity of the PDB, as in the RSDS record: GUID as 32 upper-case hexadecimal digits in store order. */
  readonly pdb: { readonly name: string; readonly guid: string; readonly age: number };
  readonly sections: readonly LabSection[];
  /** Every public symbol, by name. No two share an address. */
  readonly symbols: ReadonlyMap<string, LabSymbol>;
  /** In the order of their addresses. */
  readonly functions: readonly LabFunction[];
  /** Parts of functions that lie elsewhere, by the functions' names. */
  readonly coldParts: ReadonlyMap<string, CodeRange>;
  /** Import address table slots: where in memory the address of which export of which module belongs. */
  readonly imports: readonly { slotRva: number; module: string; symbol: string }[];
  /**
   * RVA just after the call in `caller` (a function or a label of one) that reaches `callee` (`module!Function`, or
   * `Function` of this module; for an indirect call any callee will do). Throws an Error that names both when there
   * is no such call.
   */
  returnAddress(caller: string, callee: string): number;
  /** RVAs just after each call in the image's functions, in order of address. */
  callSites(): number[];
  /** For a call through a local (`stack`, `dispatch`): offset from RSP of the local that must hold the callee's address. */
  callSlot(caller: string, callee: string): number | undefined;
  /**
   * RVA of an instruction after the prolog of `name` at which a running processor may be found: the one after its
   * `hlt` or `pause` where it has one.
   */
  restAddress(name: string): number;
}

export interface ImageSet {
  /** In load order: nt first. ntdll last. */
  readonly images: readonly LabImage[];
  /** By debugger name: `nt`, `hal`, `ntdll`. Throws when unknown. */
  get(module: string): LabImage;
  /** Makes one more image, which imports from those that there are. */
  add(spec: ModuleSpec): LabImage;
}
