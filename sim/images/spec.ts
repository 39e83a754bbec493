/** What a module of the lab's kernel is made of, as data: see `catalogue/*.json`. */
export interface ModuleSpec {
  /** Name the debugger uses before the `!`: `nt`, `hal`, `Ntfs`. */
  module: string;
  /** File name as in BaseDllName, which is also the image's name in the symbol store: `ntoskrnl.exe`. */
  file: string;
  /** Full NT path as in FullDllName: `\SystemRoot\system32\ntoskrnl.exe`. */
  path: string;
  pdb: string;
  description: string;
  kind: 'kernel' | 'driver' | 'dll';
  /** Image base the file is linked for, hexadecimal. */
  imageBase: string;
  /** Alignment of sections in memory. The kernel groups its sections by protection at 2 MiB, so that large pages fit. */
  sectionAlignment?: 'page' | 'large-page';
  entryPoint: string;
  functions: FunctionSpec[];
  globals: GlobalSpec[];
}

export interface FunctionSpec {
  name: string;
  section?: '.text' | 'PAGE' | 'POOLCODE' | 'INIT';
  exported?: boolean;
  /** Shape of the prolog. Omitted: the generator chooses one from the function's name, deterministically. */
  frame?: FrameSpec;
  /** Call sites, in the order they stand in the body. */
  calls?: CallSpec[];
  /** Symbols inside the function, with the call site that they stand just before. */
  labels?: { name: string; beforeCall: number; displacement?: number }[];
}

export interface FrameSpec {
  /** Bytes from the function's RSP in the body to its return address slot plus 8: what WinDbg shows between Child-SPs. */
  size?: number;
  /** Non-volatile registers pushed by the prolog, in push order. */
  pushes?: string[];
  /** Non-volatile registers saved by `mov [rsp+N], reg` in the caller's home space or the frame. */
  saves?: string[];
  /** Hardware frame: the function is entered by an interrupt or system call and ends a kernel stack. */
  machineFrame?: boolean;
  /** Frame pointer register and its offset from RSP after the fixed allocation. */
  framePointer?: { register: string; offset: number };
  /** Bytes allocated after the frame pointer was set, which unwind data does not mention. */
  dynamicAllocation?: number;
  leaf?: boolean;
}

export interface CallSpec {
  /** `Function` of this module or `module!Function`; omitted for an indirect call whose target only memory knows. */
  to?: string;
  /**
   * direct: `call rel32`. import: `call [rip+IAT]`. stack: `call [rsp+N]` through a local that holds the target.
   * register: `call rax`, as the system service dispatcher does.
   */
  via?: 'direct' | 'import' | 'stack' | 'register';
  /** Displacement of the return address from the function's (or label's) start, where it is known or wished. */
  returnAt?: number;
  /** For `stack`: offset from RSP of the local that holds the target. */
  slot?: number;
}

export interface GlobalSpec {
  name: string;
  section?: '.data' | '.rdata' | 'ALMOSTRO' | 'PAGEDATA' | 'CFGRO';
  size: number;
  align?: number;
  exported?: boolean;
  /** Type in the profile's catalogue, for the reader: `_LIST_ENTRY`, `u64`, `_KPRCB*[64]`. */
  type?: string;
}
