import type { Assembler } from './assembler.js';

/** From this size on a frame's pages must be touched in order before RSP moves there: a guard page may be next. */
export const PROBE_SIZE = 0x1000;

/** and r10, -1000h or and r11, -1000h: the page of an address. */
const AND_R10_PAGE = [0x49, 0x81, 0xe2, 0x00, 0xf0, 0xff, 0xff];
const AND_R11_PAGE = [0x49, 0x81, 0xe3, 0x00, 0xf0, 0xff, 0xff];

/**
 * `__chkstk`: touches every page of the RAX bytes below the caller's RSP, from the highest down, and changes nothing but
 * R10, R11 and flags. A frame larger than the address is taken to end at 0.
 * Source: Microsoft, "x64 prolog and epilog", which says what the function may change.
 */
export function emitProbeStack(asm: Assembler): void {
  asm.lea('r10', 'rsp', 8).bytes(0x4d, 0x8b, 0xda); // the caller's RSP; mov r11, r10
  asm.bytes(0x4c, 0x2b, 0xd8, 0x73, 0x03); // sub r11, rax; jae over the next
  asm.bytes(0x45, 0x33, 0xdb, ...AND_R11_PAGE, ...AND_R10_PAGE); // xor r11d, r11d
  const loop = asm.offset;
  asm.bytes(0x4d, 0x3b, 0xd3, 0x76, 0x0d); // cmp r10, r11; jbe to the return
  asm.lea('r10', 'r10', -PROBE_SIZE).bytes(0x41, 0xf6, 0x02, 0x00); // test byte ptr [r10], 0
  asm.bytes(0xeb, loop - (asm.offset + 2)).ret(); // jmp to the comparison
}
