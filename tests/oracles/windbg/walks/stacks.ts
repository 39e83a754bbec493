// Stacks unwound from the dump's bytes by the published rules of x64 exception data: what the debugger's answers are
// held against. The images come from the symbol store, their places from the truth.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PeFile } from '../../images/pe-file.js';
import { unwind, unwindLeaf, type ReadStack, type Registers } from '../../images/unwinder.js';

export interface PlacedImage {
  base: bigint;
  size: number;
  file: PeFile;
}

export interface WalkedFrame {
  rip: bigint;
  /** In the function's body, as far as they are known: what callees saved. */
  registers: Registers;
  /** Where the caller's stack goes on; what lies there are the arguments in their home space. */
  callerRsp: bigint;
  returnAddress: bigint;
  /** The KTRAP_FRAME with which the function was entered, if one was. */
  trapFrame?: bigint;
}

/** Offsets in KTRAP_FRAME, and in the KSWITCHFRAME on which a thread that does not run stands. */
const TRAP_FRAME_RIP = 0x168n;
const SWITCH_FRAME = { rbp: 0x30n, returnAddress: 0x38n, size: 0x40n };
const MOST_FRAMES = 64;

/** The images of 64-bit code in a symbol store, by the names of their files in lower case. */
export function imagesOf(store: string): Map<string, PeFile> {
  const images = new Map<string, PeFile>();
  for (const name of readdirSync(store)) {
    if (!/\.(exe|dll|sys)$/i.test(name)) continue;
    for (const key of readdirSync(join(store, name))) {
      const bytes = readFileSync(join(store, name, key, name));
      if (PeFile.is64Bit(bytes)) images.set(name.toLowerCase(), new PeFile(bytes));
    }
  }
  return images;
}

/** The frames of a thread that was switched out with its stack at `kernelStack`, from the innermost out. */
export function walkWaiting(
  kernelStack: bigint,
  images: readonly PlacedImage[],
  read: ReadStack,
): WalkedFrame[] {
  const registers: Registers = {
    rsp: kernelStack + SWITCH_FRAME.size,
    rbp: read(kernelStack + SWITCH_FRAME.rbp),
  };
  return walk(read(kernelStack + SWITCH_FRAME.returnAddress), registers, images, read);
}

/** The frames from code at `rip` with these registers, up to where no image is or nobody called. */
export function walk(
  rip: bigint,
  registers: Registers,
  images: readonly PlacedImage[],
  read: ReadStack,
): WalkedFrame[] {
  const frames: WalkedFrame[] = [];
  let interrupted = true; // where the processor stands; a return address follows a call
  while (frames.length < MOST_FRAMES) {
    const image = images.find(({ base, size }) => rip >= base && rip < base + BigInt(size));
    if (!image) break;
    const rva = Number(rip - image.base);
    // A call may be the last instruction of a function.
    const range = image.file.functionAt(interrupted ? rva : rva - 1);
    const { machineFrame, returnSlot, ...found } = range
      ? unwind(image.file, range, rva - range.begin, registers, read)
      : unwindLeaf(registers, read);
    frames.push({
      rip,
      registers,
      callerRsp: found.registers['rsp']!,
      returnAddress: found.returnAddress,
      ...(machineFrame ? { trapFrame: returnSlot - TRAP_FRAME_RIP } : {}),
    });
    interrupted = machineFrame;
    rip = found.returnAddress;
    registers = found.registers;
  }
  return frames;
}
