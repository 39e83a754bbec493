import type { MemoryRoutine } from './code/memory-routines.js';
import type { PinnedImage } from './pinned/pinned-image.js';
import type { TypeLayout } from '../profiles/profile.js';

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
  /** IMAGE_FILE_MACHINE_I386: a 32-bit image, PE32. Omitted: AMD64. */
  machine?: 'i386';
  kind: 'kernel' | 'driver' | 'dll' | 'program' | 'hypervisor';
  /** Image base the file is linked for, hexadecimal. */
  imageBase: string;
  /** Alignment of sections in memory. The kernel groups its sections by protection at 2 MiB, so that large pages fit. */
  sectionAlignment?: 'page' | 'large-page';
  /** Whether each session maps the driver for itself, with what it may write as the session's own. */
  session?: true;
  entryPoint: string;
  functions: FunctionSpec[];
  /** Version of the build that the image stands for: that of the default profile unless said. */
  version?: readonly [number, number, number, number];
  /** Laid out as a real build is. */
  pinned?: PinnedImage;
  /**
   * Modules of one family share the code of functions that are alike but for the prefix of their names, as programs
   * built from one library do; so the code needs to be generated only once.
   */
  shared?: { family: string; prefix: string };
  globals: GlobalSpec[];
  /** Exports that are another module's: by name, what a loader looks for instead, `NTDLL.RtlAllocateHeap`. */
  forwards?: Readonly<Record<string, string>>;
  /** The file that the module was built from: its PDB then has parameters, locals and lines. */
  source?: SourceFile;
  /** Types of its own, and names of the kernel's that its code speaks of. */
  types?: { own: Record<string, TypeLayout>; kernel: string[] };
  /**
   * System services, and how many arguments each takes from the stack. Their order gives their numbers, which are
   * the lab kernel's own.
   */
  services?: Record<string, number>;
}

export interface SourceFile {
  /** Where it was when the module was built, as the PDB says: a Windows path. */
  path: string;
  /** Lines, without their ends. */
  lines: string[];
}

export interface FunctionSpec {
  name: string;
  /** The name as a C++ compiler mangles it, for the symbol file. */
  decorated?: string;
  section?: CodeSection;
  exported?: boolean;
  /** 4-byte arguments that it takes off the stack, in 32-bit code (`__stdcall`). */
  arguments?: number;
  /** Shape of the prolog. Omitted: the generator chooses one from the function's name, deterministically. */
  frame?: FrameSpec;
  /** Call sites, in the order they stand in the body. */
  calls?: CallSpec[];
  /** What a debug build tells of the function, in modules that have sources. */
  source?: FunctionSource;
  /** Data of the module that the function's code refers to, each at least once. Omitted: any of its component. */
  references?: string[];
  /** Its calls stand in a `__try` whose `__except` takes every exception, as services have that touch user memory. */
  guarded?: boolean;
  /**
   * A part of the body, from call number `calls` on, that saves registers of its own in the caller's home space before it
   * uses them, as compilers do for paths that are seldom taken. It has unwind data that goes on in the function's.
   */
  wrapped?: { saves: string[]; calls: number };
  /**
   * A part of the body, from call number `calls` on, that lies elsewhere in the section: what is seldom done, as
   * compilers that know a profile lay it out. It has unwind data that goes on in the function's.
   */
  cold?: { calls: number };
  /** Has a buffer among its locals, and so a stack cookie above it. Not for functions with a `__try`. */
  cookie?: boolean;
  /** Function that decides about exceptions of its `__try`, instead of taking every one. */
  filter?: string;
  /** Symbols inside the function, with the call site whose return address is `displacement` bytes after them. */
  labels?: { name: string; beforeCall: number; displacement?: number }[];
  /** Where a processor stays: the instruction after a `hlt` or a `pause`. It comes after all calls. */
  rests?: 'hlt' | 'pause';
  /** Ends with a jump to this function or label, of this module or `module!Function`, instead of a return. */
  tail?: string;
  /**
   * Whole body that the ABI dictates. `service-stub`: user mode's way into a system service. `zw-stub`: kernel
   * mode's, through KiServiceInternal. `check-cookie`: fails for any RCX but the module's stack cookie. `break`: a breakpoint and a return. `return`: only a return. `dispatch`: a jump to where rax points. `probe-stack`: touches the pages of a frame of RAX bytes. `jump`: a jump to `tail`. `isr-thunks`: 256 entries of 8 bytes that push their vector.
   * `wow64-transition`: 32-bit code's jump into the 64-bit code that runs it. `getter`: returns what `reads` says. The
   * routines of memory do what they promise.
   */
  template?:
    | MemoryRoutine
    | 'getter'
    | 'service-stub'
    | 'zw-stub'
    | 'check-cookie'
    | 'break'
    | 'return'
    | 'dispatch'
    | 'jump'
    | 'probe-stack'
    | 'isr-thunks'
    | 'wow64-transition';
  /** For the template `getter`. */
  reads?: FieldRead;
}

/** What a getter returns: the current thread or a field of it, or one of the structure that its argument points to. */
export interface FieldRead {
  from: 'thread' | 'argument';
  /** As the profiles have it: `_ETHREAD.Cid.UniqueThread`. Omitted: the thread itself. */
  field?: string;
  /** Where the field lies in every profile. */
  offset?: number;
  /** Its address instead of its value. */
  address?: boolean;
}

/** A function in its module's source file. It is built without optimisation: arguments go to their home space first. */
export interface FunctionSource {
  /** Line on which the body opens, and the one on which it closes; the first line is 1. */
  opens: number;
  closes: number;
  /** Line of each call, in the order of `calls`. */
  calls: number[];
  /** Line of the loop in which a function that rests does so. */
  rests?: number;
  /** Type that it returns; omitted for void. */
  returns?: string;
  parameters?: { name: string; type: string }[];
  /** `offset`: bytes from RSP in the body. */
  locals?: { name: string; type: string; offset: number }[];
}

export type CodeSection = '.text' | 'PAGE' | 'POOLCODE' | 'KVASCODE' | 'INIT';

export interface FrameSpec {
  /** Bytes from the function's RSP in the body to its return address slot plus 8: what WinDbg shows between Child-SPs. */
  size?: number;
  /** Non-volatile registers pushed by the prolog, in push order. */
  pushes?: string[];
  /** Non-volatile registers saved by `mov [rsp+N], reg` in the caller's home space, in order of its slots. */
  saves?: string[];
  /** Registers, xmm6 to xmm15 included, saved by a move in the frame: offset from RSP in the body. */
  frameSaves?: Record<string, number>;
  /**
   * Hardware frame: the function is entered by an interrupt, a fault with error code, or a system call, and ends a
   * kernel stack. Its prolog completes a KTRAP_FRAME.
   */
  machineFrame?: 'interrupt' | 'error-code' | 'system-call';
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
   * dispatch: the same local is loaded into RAX, and the call goes through `__guard_dispatch_icall_fptr`, as code built
   * with control flow guard has it. register: `call rax`, as the system service dispatcher does. entry: no call, but the function's start, where a
   * hardware frame returns to. load: no call either, but `mov rax, [rcx]`, at which a processor may fault.
   * Omitted: direct for functions of this module, import for others, stack without `to`.
   */
  via?: 'direct' | 'import' | 'stack' | 'dispatch' | 'register' | 'entry' | 'load';
  /** Function whose frame the callee leaves on the stack, where it is not `to`: what a Zw stub says it returns to. */
  frame?: string;
  /** Displacement of the return address from the function's start, where it is known or wished. */
  returnAt?: number;
  /** For `stack` and `dispatch`: offset from RSP of the local that holds the target. */
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
  /** What the file holds from the start of the global: hexadecimal bytes, or `text:` and ASCII with a final NUL. */
  data?: string;
  /**
   * 8-byte values from the start of the global: numbers, which the file holds, or symbols of this module with or
   * without a distance (`WheapErrorSourceTable+16`), whose addresses the loader corrects with the image's base. Omitted for a list head: it is empty.
   */
  pointers?: string[];
  /** The table of system services: for each, its distance from the table shifted left by 4, and its stack arguments. */
  serviceTable?: boolean;
}
