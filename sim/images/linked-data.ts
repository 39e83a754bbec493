import type { LabFunction, LabImage, LabSymbol } from './lab-image.js';
import type { FunctionSpec } from './spec.js';

/** A call in a function, where the image has it. */
export interface LinkedCall {
  /** As in the spec; undefined for an indirect call. */
  readonly to: string | undefined;
  readonly frame: string | undefined;
  /** RVA just after the call. */
  readonly returnRva: number;
  readonly slot: number | undefined;
}

/** A function, where the image has it. */
export interface LinkedFunction extends Omit<LabFunction, 'name' | 'source'> {
  readonly spec: FunctionSpec;
  /** Offset of an instruction in the body, see `LabImage.restAddress`. */
  readonly rest: number;
  readonly calls: readonly LinkedCall[];
}

/** All that linking gives, as data: it may be kept and read again. */
export interface LinkedData extends Pick<
  LabImage,
  'spec' | 'file' | 'timeDateStamp' | 'checkSum' | 'sizeOfImage' | 'entryPoint' | 'sections' | 'imports'
> {
  /** Of the PDB, as in the symbol store. */
  readonly guid: string;
  readonly symbols: readonly LabSymbol[];
  /** In the order of their addresses. */
  readonly functions: readonly LinkedFunction[];
  /** RVAs just after each call, one function's after the other's. */
  readonly returns: readonly number[];
}
