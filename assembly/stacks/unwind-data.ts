// x64 exception data of loaded images, read from emulated memory as a debugger reads it.
import { IMAGE_RUNTIME_FUNCTION_ENTRY, UNWIND_CODE, UNWIND_INFO } from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { at, hostFor, read32, read64 } from '../memory/virtual';
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
const HANDLER_BYTES: u32 = 8; // its RVA, and the word of its data that is read
const whole: usize = memory.data(544, 8); // unwind information that goes over a page's end, put together

/** The unwind information of one function, or of a part of one, which then goes on in the function's own. */
export class FunctionUnwind {
  image: LoadedImage = new LoadedImage();
  begin: u64 = 0;
  /** Address of the UNWIND_INFO. */
  info: u64 = 0;
  private host: usize = 0; // where its bytes can be read while the function is looked at

  /** Turns to the unwind information at an address. */
  turnTo(info: u64): void {
    this.info = info;
    this.host = hostFor(info); // of its header, which is in one page
    const bytes = offsetOf(UNWIND_INFO.UnwindCode) + this.codeBytes + this.bytesBehind;
    const here = u32(PAGE_SIZE) - u32(info & (PAGE_SIZE - 1));
    if (bytes <= here) return;
    memory.copy(whole, this.host, here);
    memory.copy(whole + here, hostFor(info + here), bytes - here);
    this.host = whole;
  }

  /** Turns back to what it has gone on from, where it has. */
  turnBackTo(info: u64): void {
    if (info != this.info) this.turnTo(info);
  }

  private get flags(): u32 {
    return u32(get(this.host, UNWIND_INFO.Flags));
  }

  /** An even number of codes. */
  private get codeBytes(): u32 {
    return ((this.codeCount + 1) & ~1) * SLOT_BYTES;
  }

  private get bytesBehind(): u32 {
    if ((this.flags & UNW_FLAG_CHAININFO) != 0) return offsetOf(IMAGE_RUNTIME_FUNCTION_ENTRY.SIZE);
    return this.flags == 0 ? 0 : HANDLER_BYTES;
  }

  /** Goes on to the unwind information that this one continues; false when it stands alone. */
  goOn(): bool {
    if ((this.flags & UNW_FLAG_CHAININFO) == 0) return false;
    const entry = this.behindCodes;
    this.begin = this.image.base + get(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress);
    this.turnTo(this.image.base + get(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.UnwindData));
    return true;
  }

  /** What stands behind an even number of codes: a handler and its data, or the entry that is continued. */
  private get behindCodes(): usize {
    return this.code(0) + this.codeBytes;
  }

  get codeCount(): u32 {
    return u32(get(this.host, UNWIND_INFO.CountOfCodes));
  }

  get frameOffset(): u32 {
    return u32(get(this.host, UNWIND_INFO.FrameOffset)) * 16;
  }

  get frameRegister(): u32 {
    return u32(get(this.host, UNWIND_INFO.FrameRegister));
  }

  /** Offset from RSP of the stack cookie that the function stores behind its prolog, or NO_COOKIE. */
  get cookieOffset(): u32 {
    const handler = this.image.cookieHandler;
    if (handler == 0 || (this.flags & UNW_FLAG_EHANDLER) == 0) return NO_COOKIE;
    const data = this.behindCodes;
    if (this.image.base + load<u32>(data) != handler) return NO_COOKIE;
    return load<u32>(data, 4) & COOKIE_OFFSET_MASK;
  }

  /** What it stores there when RSP is `stack`. */
  cookieFor(stack: u64): u64 {
    return read64(this.image.cookie) ^ stack;
  }

  private code(slot: u32): usize {
    return this.host + offsetOf(UNWIND_INFO.UnwindCode) + slot * SLOT_BYTES;
  }

  operation(slot: u32): u32 {
    return u32(get(this.code(slot), UNWIND_CODE.UnwindOp));
  }

  operand(slot: u32): u32 {
    return u32(get(this.code(slot), UNWIND_CODE.OpInfo));
  }

  /** The 16-bit operand in the slot after `slot`. */
  next16(slot: u32): u32 {
    return load<u16>(this.code(slot + 1));
  }

  /** The 32-bit operand in the two slots after `slot`. */
  next32(slot: u32): u32 {
    return load<u32>(this.code(slot + 1));
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

/** The unwind information that {@link hasUnwind} found last. */
export function unwindFound(): FunctionUnwind {
  return found;
}

/** Whether the function that holds `address` has unwind information: all but leaf functions have. */
export function hasUnwind(address: u64): bool {
  const image: LoadedImage = imageAt(address);
  const rva = u32(address - image.base);
  const entryBytes = offsetOf(IMAGE_RUNTIME_FUNCTION_ENTRY.SIZE);
  const begins = at(image.exceptionTable, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress);
  let low: u32 = 0;
  let high: u32 = image.exceptionBytes / entryBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rva < read32(begins + middle * entryBytes)) high = middle;
    else low = middle + 1;
  }
  if (low == 0) return false;
  // The last one that begins no later.
  const entry = image.exceptionTable + (low - 1) * entryBytes;
  if (rva >= read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.EndAddress))) return false;
  found.image = image;
  found.begin = image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.BeginAddress));
  found.turnTo(image.base + read32(at(entry, IMAGE_RUNTIME_FUNCTION_ENTRY.UnwindData)));
  return true;
}
