// x64 exception data of loaded images, read from emulated memory as a debugger reads it.
import { IMAGE_RUNTIME_FUNCTION_ENTRY, UNWIND_CODE, UNWIND_INFO } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { at, getField, read16, read32, read64 } from '../memory/virtual';
import { imageAt, LoadedImage } from '../kernel/modules/image';

// UNWIND_CODE.UnwindOp, from the documented x64 exception handling ABI.
export const PUSH_NONVOL: u32 = 0;
export const ALLOC_LARGE: u32 = 1;
export const ALLOC_SMALL: u32 = 2;
export const SET_FPREG: u32 = 3;
export const SAVE_NONVOL: u32 = 4;
export const SAVE_NONVOL_FAR: u32 = 5;
export const SAVE_XMM128: u32 = 8;
export const SAVE_XMM128_FAR: u32 = 9;
export const PUSH_MACHFRAME: u32 = 10;

const SLOT_BYTES: u32 = 2;
const UNW_FLAG_EHANDLER: u32 = 1;
const UNW_FLAG_CHAININFO: u32 = 4;
// GS_HANDLER_DATA, behind the handler: where the cookie lies, and flags in the low bits.
const COOKIE_OFFSET_MASK: u32 = ~7;
export const NO_COOKIE: u32 = u32.MAX_VALUE;

/** The unwind information of one function, or of a part of one, which then goes on in the function's own. */
export class FunctionUnwind {
  image: LoadedImage = new LoadedImage();
  begin: u64 = 0;
  info: u64 = 0;

  /** Goes on to the unwind information that this one continues; false when it stands alone. */
  goOn(): bool {
    if ((u32(getField(this.info, UNWIND_INFO.Flags)) & UNW_FLAG_CHAININFO) == 0) return false;
    const entry = this.behindCodes;
    this.begin = this.image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress));
    this.info = this.image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.UnwindData));
    return true;
  }

  /** What stands behind an even number of codes: a handler and its data, or the entry that is continued. */
  private get behindCodes(): u64 {
    return this.code((this.codeCount + 1) & ~1);
  }

  get codeCount(): u32 {
    return u32(getField(this.info, UNWIND_INFO.CountOfCodes));
  }

  get frameOffset(): u32 {
    return u32(getField(this.info, UNWIND_INFO.FrameOffset)) * 16;
  }

  get frameRegister(): u32 {
    return u32(getField(this.info, UNWIND_INFO.FrameRegister));
  }

  /** Offset from RSP of the stack cookie that the function stores behind its prolog, or NO_COOKIE. */
  get cookieOffset(): u32 {
    const handler = this.image.cookieHandler;
    if (handler == 0 || (u32(getField(this.info, UNWIND_INFO.Flags)) & UNW_FLAG_EHANDLER) == 0)
      return NO_COOKIE;
    const data = this.behindCodes;
    if (this.image.base + read32(data) != handler) return NO_COOKIE;
    return read32(data + 4) & COOKIE_OFFSET_MASK;
  }

  /** What it stores there when RSP is `stack`. */
  cookieFor(stack: u64): u64 {
    return read64(this.image.cookie) ^ stack;
  }

  private code(slot: u32): u64 {
    return at(this.info, UNWIND_INFO.UnwindCode) + slot * SLOT_BYTES;
  }

  operation(slot: u32): u32 {
    return u32(getField(this.code(slot), UNWIND_CODE.UnwindOp));
  }

  operand(slot: u32): u32 {
    return u32(getField(this.code(slot), UNWIND_CODE.OpInfo));
  }

  /** The 16-bit operand in the slot after `slot`. */
  next16(slot: u32): u32 {
    return read16(this.code(slot + 1));
  }

  /** The 32-bit operand in the two slots after `slot`. */
  next32(slot: u32): u32 {
    return u32(read16(this.code(slot + 1))) | (u32(read16(this.code(slot + 2))) << 16);
  }

  /** How many slots the code at `slot` takes. */
  slots(slot: u32): u32 {
    const operation = this.operation(slot);
    if (operation == ALLOC_LARGE) return this.operand(slot) == 0 ? 2 : 3;
    if (operation == SAVE_NONVOL || operation == SAVE_XMM128) return 2;
    if (operation == SAVE_NONVOL_FAR || operation == SAVE_XMM128_FAR) return 3;
    return 1;
  }
}

const found = new FunctionUnwind();

/** Finds the unwind information of the function that holds `address`, good until the next call; traps when it has none. */
export function unwindOf(address: u64): FunctionUnwind {
  assert(hasUnwind(address), 'a function on a stack has no unwind data');
  return found;
}

/** Whether the function that holds `address` has unwind information: all but leaf functions have. */
export function hasUnwind(address: u64): bool {
  const image: LoadedImage = imageAt(address);
  const rva = u32(address - image.base);
  const entryBytes = offsetOf(IMAGE_RUNTIME_FUNCTION_ENTRY.SIZE);
  let low: u32 = 0;
  let high: u32 = image.exceptionBytes / entryBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = image.exceptionTable + middle * entryBytes;
    if (rva < read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress))) high = middle;
    else if (rva >= read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.EndAddress))) low = middle + 1;
    else {
      found.image = image;
      found.begin = image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress));
      found.info = image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.UnwindData));
      return true;
    }
  }
  return false;
}
