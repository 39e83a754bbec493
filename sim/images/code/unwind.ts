import { ByteWriter } from '../byte-writer.js';

/** What one prolog instruction did, for the unwinder: x64 exception data as documented for the PE format. */
export type UnwindCode = { /** Offset of the end of the instruction. */ at: number } & (
  | { op: 'push'; register: number }
  | { op: 'allocate'; size: number }
  | { op: 'set-frame-pointer' }
  | { op: 'save'; register: number; offset: number }
  | { op: 'save-vector'; register: number; offset: number }
  | { op: 'machine-frame'; errorCode: boolean }
);

export interface UnwindInfo {
  prologSize: number;
  /** In the order of the prolog. */
  codes: UnwindCode[];
  framePointer?: {
    register: number;
    /** From RSP after the fixed allocation; a multiple of 16 up to 240. */ offset: number;
  };
}

const UWOP_PUSH_NONVOL = 0;
const UWOP_ALLOC_LARGE = 1;
const UWOP_ALLOC_SMALL = 2;
const UWOP_SET_FPREG = 3;
const UWOP_SAVE_NONVOL = 4;
const UWOP_SAVE_NONVOL_FAR = 5;
const UWOP_SAVE_XMM128 = 8;
const UWOP_SAVE_XMM128_FAR = 9;
const UWOP_PUSH_MACHFRAME = 10;

/** UNWIND_INFO, version 1, without what stands behind its codes. Throws when a prolog cannot be described. */
export function encodeUnwindInfo(info: UnwindInfo): Uint8Array {
  const codes = new ByteWriter(32);
  for (const code of [...info.codes].reverse()) encodeCode(codes, code);
  if (info.prologSize > 255)
    throw new Error(`a prolog of ${info.prologSize} bytes is too long for UNWIND_INFO`);
  const out = new ByteWriter(64);
  const { register = 0, offset = 0 } = info.framePointer ?? {};
  out.u8(1, info.prologSize, codes.length / 2, register | offset);
  out.append(codes.bytes).align(4);
  return out.bytes.slice();
}

function encodeCode(out: ByteWriter, code: UnwindCode): void {
  const put = (op: number, info: number) => out.u8(code.at, op | (info << 4));
  switch (code.op) {
    case 'push':
      put(UWOP_PUSH_NONVOL, code.register);
      break;
    case 'allocate':
      if (code.size <= 128) put(UWOP_ALLOC_SMALL, code.size / 8 - 1);
      else if (code.size < 512 * 1024 - 8) put(UWOP_ALLOC_LARGE, 0).u16(code.size / 8);
      else put(UWOP_ALLOC_LARGE, 1).u32(code.size);
      break;
    case 'set-frame-pointer':
      put(UWOP_SET_FPREG, 0);
      break;
    case 'save':
      if (code.offset < 512 * 1024) put(UWOP_SAVE_NONVOL, code.register).u16(code.offset / 8);
      else put(UWOP_SAVE_NONVOL_FAR, code.register).u32(code.offset);
      break;
    case 'save-vector':
      if (code.offset < 1024 * 1024) put(UWOP_SAVE_XMM128, code.register).u16(code.offset / 16);
      else put(UWOP_SAVE_XMM128_FAR, code.register).u32(code.offset);
      break;
    case 'machine-frame':
      put(UWOP_PUSH_MACHFRAME, code.errorCode ? 1 : 0);
  }
}
