// Addresses to ask a debugger for: mapped pages, picked by going down the machine's page tables at random.

const FRAME = 0x000ffffffffff000n;
const PRESENT = 1n;
const LARGE = 0x80n;
const LEVELS = [39n, 30n, 21n, 12n];

/** A mapped page, and the frames that a debugger must have to read it: page tables, then the page itself. */
export interface SampledPage {
  address: bigint;
  frames: number[];
  bytes: Buffer;
}

/** Numbers that are the same in each run. */
export class Dice {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  }

  below(limit: number): number {
    this.#state = BigInt.asUintN(64, this.#state * 6364136223846793005n + 1442695040888963407n);
    return Number((this.#state >> 33n) % BigInt(limit));
  }
}

/**
 * A page of one half of an address space, user mode's or the kernel's.
 * @param read the bytes of a frame
 * @param root frame of the PML4
 */
export function samplePage(
  read: (pfn: number) => Buffer,
  root: number,
  half: 'user' | 'kernel',
  dice: Dice,
): SampledPage {
  for (;;) {
    const found = descend(read, root, half, dice);
    if (found) return found;
  }
}

function descend(
  read: (pfn: number) => Buffer,
  root: number,
  half: 'user' | 'kernel',
  dice: Dice,
): SampledPage | undefined {
  const frames = [root];
  let address = 0n;
  for (const shift of LEVELS) {
    const table = read(frames.at(-1)!);
    const [from, to] = shift !== 39n ? [0, 512] : half === 'user' ? [0, 256] : [256, 512];
    const present: number[] = [];
    for (let index = from; index < to; index++)
      if ((table.readBigUInt64LE(index * 8) & PRESENT) !== 0n) present.push(index);
    if (present.length === 0) return undefined;
    const index = present[dice.below(present.length)]!;
    const entry = table.readBigUInt64LE(index * 8);
    address |= BigInt(index) << shift;
    if (shift === 21n && (entry & LARGE) !== 0n) {
      const inside = dice.below(512);
      address |= BigInt(inside) << 12n;
      frames.push(Number((entry & FRAME) >> 12n) + inside);
      break;
    }
    frames.push(Number((entry & FRAME) >> 12n));
  }
  return {
    address: address >> 47n === 1n ? address | 0xffff000000000000n : address,
    frames,
    bytes: read(frames.at(-1)!),
  };
}
