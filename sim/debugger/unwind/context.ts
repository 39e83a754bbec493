import { viewOf } from '../files/record.js';

/** General registers in the order in which unwind codes number them. */
export const REGISTERS = [
  'rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
] as const; // prettier-ignore
export type Register = (typeof REGISTERS)[number];
const DEBUG_REGISTERS = ['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'] as const;
export const SEGMENTS = ['cs', 'ds', 'es', 'fs', 'gs', 'ss'] as const;

/** CONTEXT of x64. Source: Windows SDK, winnt.h. */
const CONTEXT_BYTES = 0x4d0;
const OFFSETS = {
  MxCsr: 0x34,
  Segments: 0x38,
  EFlags: 0x44,
  Debug: 0x48,
  Registers: 0x78,
  Rip: 0xf8,
  FltSave: 0x100,
  Xmm: 0x1a0,
};
const FLOAT_AREA_BYTES = 0x200;
const NO_FLOATS = new Uint8Array(FLOAT_AREA_BYTES);
const NO_REGISTERS = Object.fromEntries(REGISTERS.map((name) => [name, 0n])) as Record<Register, bigint>;

/** Registers of a processor or of a thread's frame. */
export class Context {
  readonly registers: Record<Register, bigint> = { ...NO_REGISTERS };
  /** Debug registers; all zero in a kernel's contexts, whose processors keep them elsewhere. */
  readonly debug: Record<string, bigint> = {};
  readonly segments = { cs: 0, ds: 0, es: 0, fs: 0, gs: 0, ss: 0 };
  rip = 0n;
  eflags = 0;
  mxcsr = 0;
  /** FXSAVE area: x87 and SSE state. Never written, so that the contexts of a stack's frames share it. */
  floatArea = NO_FLOATS;

  static readonly bytes = CONTEXT_BYTES;

  /** @throws RangeError when there are fewer bytes than a CONTEXT has */
  static read(bytes: Uint8Array): Context {
    const view = viewOf(bytes);
    const context = new Context();
    REGISTERS.forEach(
      (name, i) => (context.registers[name] = view.getBigUint64(OFFSETS.Registers + i * 8, true)),
    );
    SEGMENTS.forEach((name, i) => (context.segments[name] = view.getUint16(OFFSETS.Segments + i * 2, true)));
    DEBUG_REGISTERS.forEach(
      (name, i) => (context.debug[name] = view.getBigUint64(OFFSETS.Debug + i * 8, true)),
    );
    context.rip = view.getBigUint64(OFFSETS.Rip, true);
    context.eflags = view.getUint32(OFFSETS.EFlags, true);
    context.mxcsr = view.getUint32(OFFSETS.MxCsr, true);
    context.floatArea = bytes.slice(OFFSETS.FltSave, OFFSETS.FltSave + FLOAT_AREA_BYTES);
    return context;
  }

  copy(): Context {
    const copy = new Context();
    Object.assign(copy.registers, this.registers);
    Object.assign(copy.debug, this.debug);
    Object.assign(copy.segments, this.segments);
    copy.rip = this.rip;
    copy.eflags = this.eflags;
    copy.mxcsr = this.mxcsr;
    copy.floatArea = this.floatArea;
    return copy;
  }
}
