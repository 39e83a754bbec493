// Sets of frames, one bit each, lowest frame in the lowest bit.
import { allocateTable } from '../memory/arena';

export class FrameSet {
  /** Host address of the bits. */
  bits: usize = 0;
  bytes: usize = 0;
  /** Frames in the set. */
  count: u32 = 0;

  /** Empties the set and makes room for frames 0 to `frames` - 1, a multiple of 64. */
  reset(frames: u32): void {
    if (this.bits == 0) {
      this.bytes = frames / 8;
      this.bits = allocateTable(this.bytes);
    } else if (this.count != 0) memory.fill(this.bits, 0, this.bytes);
    this.count = 0;
  }

  has(pfn: u32): bool {
    return ((load<u8>(this.bits + (pfn >> 3)) >> u8(pfn & 7)) & 1) != 0;
  }

  /** Adds a frame; says whether it was not in the set. */
  add(pfn: u32): bool {
    const byte = this.bits + (pfn >> 3);
    const bit = u8(u32(1) << (pfn & 7));
    if (load<u8>(byte) & bit) return false;
    store<u8>(byte, load<u8>(byte) | bit);
    this.count++;
    return true;
  }

  /** Adds frames `from` to `to` - 1, none of which is in the set. */
  addStretch(from: u32, to: u32): void {
    let pfn = from;
    while (pfn < to && (pfn & 7) != 0) this.add(pfn++);
    const whole = (to - pfn) >> 3;
    if (to > pfn && whole != 0) {
      memory.fill(this.bits + (pfn >> 3), 0xff, whole);
      this.count += whole * 8;
      pfn += whole * 8;
    }
    while (pfn < to) this.add(pfn++);
  }

  /** The first frame of the set from `pfn` on; beyond all frames when there is none. */
  next(pfn: u32): u32 {
    return this.find(pfn, 0);
  }

  /** The last frame of the set, 0 when it is empty. */
  last(): u32 {
    for (let at = this.bytes; at > 0; at -= 8) {
      const word = load<u64>(this.bits + at - 8);
      if (word != 0) return u32(at) * 8 - 1 - u32(clz(word));
    }
    return 0;
  }

  /** The first frame from `pfn` on that is not in the set. */
  end(pfn: u32): u32 {
    return this.find(pfn, u64.MAX_VALUE);
  }

  /** The first frame from `pfn` on whose bit differs from that of `others`. */
  private find(pfn: u32, others: u64): u32 {
    const frames = u32(this.bytes * 8);
    let at = pfn;
    while (at < frames) {
      const word = (load<u64>(this.bits + ((at >> 6) << 3)) ^ others) >> u64(at & 63);
      if (word != 0) return at + u32(ctz(word));
      at = (at | 63) + 1;
    }
    return frames;
  }
}
