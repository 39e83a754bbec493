import { viewOf } from '../files/record.js';
import { readAll } from '../memory/memory.js';
import type { Image } from '../pe/image.js';
import { REGISTERS } from './context.js';
import type { RuntimeFunction } from './function-table.js';

/** Unwind operations. Source: Microsoft, "x64 exception handling", UNWIND_CODE. */
export const UWOP = {
  PUSH_NONVOL: 0,
  ALLOC_LARGE: 1,
  ALLOC_SMALL: 2,
  SET_FPREG: 3,
  SAVE_NONVOL: 4,
  SAVE_NONVOL_FAR: 5,
  EPILOG: 6,
  SPARE: 7,
  SAVE_XMM128: 8,
  SAVE_XMM128_FAR: 9,
  PUSH_MACHFRAME: 10,
} as const;
export const UNW_FLAG = { EHANDLER: 1, UHANDLER: 2, CHAININFO: 4 } as const;

export interface UnwindCode {
  /** Offset in the prolog of the end of the instruction. */
  offset: number;
  operation: number;
  info: number;
  /** Bytes allocated, or offset of the slot where a register is saved. */
  value: number;
  /** Number of the first slot. */
  slot: number;
}

export interface UnwindInfo {
  version: number;
  flags: number;
  prologBytes: number;
  slots: number;
  frameRegister: number;
  /** Bytes. */
  frameOffset: number;
  codes: UnwindCode[];
  /** Bytes of the codes and the header, with what follows them. */
  size: number;
  chained: RuntimeFunction | undefined;
  /** RVA of the language's handler, 0 for none. */
  handler: number;
}

const HEADER_BYTES = 4;

/** Reads UNWIND_INFO at an RVA. @throws MemoryError when it is not in memory */
export function readUnwindInfo(image: Image, rva: number): UnwindInfo {
  const at = image.base + BigInt(rva);
  const [first, prologBytes, slots, frame] = readAll(image.memory, at, HEADER_BYTES) as unknown as number[];
  const flags = first! >> 3;
  const codeBytes = (slots! + (slots! & 1)) * 2;
  const tail = flags & UNW_FLAG.CHAININFO ? 12 : flags & (UNW_FLAG.EHANDLER | UNW_FLAG.UHANDLER) ? 4 : 0;
  const bytes = readAll(image.memory, at + BigInt(HEADER_BYTES), codeBytes + tail);
  const view = viewOf(bytes);
  return {
    version: first! & 7,
    flags,
    prologBytes: prologBytes!,
    slots: slots!,
    frameRegister: frame! & 15,
    frameOffset: (frame! >> 4) * 16,
    codes: readCodes(view, slots!),
    size: HEADER_BYTES + codeBytes + tail,
    chained: flags & UNW_FLAG.CHAININFO ? chainedFunction(view, codeBytes) : undefined,
    handler: tail === 4 ? view.getUint32(codeBytes, true) : 0,
  };
}

function chainedFunction(view: DataView, at: number): RuntimeFunction {
  return {
    begin: view.getUint32(at, true),
    end: view.getUint32(at + 4, true),
    unwindInfo: view.getUint32(at + 8, true),
  };
}

function readCodes(view: DataView, slots: number): UnwindCode[] {
  const codes: UnwindCode[] = [];
  for (let slot = 0; slot < slots;) {
    const offset = view.getUint8(slot * 2);
    const second = view.getUint8(slot * 2 + 1);
    const operation = second & 15;
    const info = second >> 4;
    const word = () => (slot + 1 < slots ? view.getUint16(slot * 2 + 2, true) : 0);
    const long = () => (slot + 2 < slots ? view.getUint32(slot * 2 + 2, true) : 0);
    let value = 0;
    let used = 1;
    switch (operation) {
      case UWOP.ALLOC_SMALL:
        value = info * 8 + 8;
        break;
      case UWOP.ALLOC_LARGE:
        value = info === 0 ? word() * 8 : long();
        used = info === 0 ? 2 : 3;
        break;
      case UWOP.SAVE_NONVOL:
        value = word() * 8;
        used = 2;
        break;
      case UWOP.SAVE_XMM128:
        value = word() * 16;
        used = 2;
        break;
      case UWOP.SAVE_NONVOL_FAR:
      case UWOP.SAVE_XMM128_FAR:
        value = long();
        used = 3;
        break;
    }
    codes.push({ offset, operation, info, value, slot });
    slot += used;
  }
  return codes;
}

export function registerName(number: number): string {
  return REGISTERS[number] ?? '';
}
