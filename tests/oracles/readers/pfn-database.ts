// The PFN database as the dump holds it.
import type { AddressSpace, Entry } from './address-space.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';

/** _MMLISTS. */
export const ACTIVE = 6;
const LOCATION_MASK = 7; // PageLocation is the lowest bits of MMPFNENTRY1
const END_OF_LIST = 0xffffffffffn;
const SLOT_BITS = 39n;

export interface PfnEntry {
  location: number;
  flink: bigint;
  blink: bigint;
  pteAddress: bigint;
  pteFrame: number;
  shareCount: bigint;
  referenceCount: number;
  prototype: boolean;
}

export class PfnDatabase {
  private readonly base: bigint;
  private readonly space: AddressSpace;
  private readonly selfMap: bigint;

  constructor(kernel: Kernel) {
    this.space = kernel.space;
    this.base = kernel.pointer('MmPfnDatabase');
    this.selfMap = kernel.pointer('MmPteBase');
  }

  addressOf(pfn: number): bigint {
    return this.base + BigInt(pfn) * BigInt(sizeOf('_MMPFN'));
  }

  isThere(pfn: number): boolean {
    const at = this.addressOf(pfn);
    return this.space.isReadable(at) && this.space.isReadable(at + BigInt(sizeOf('_MMPFN') - 1));
  }

  entry(pfn: number): PfnEntry {
    const at = this.addressOf(pfn);
    const get = (path: string) => this.space.get(at, '_MMPFN', path);
    return {
      location: Number(get('u3.e1.PageLocation')),
      flink: get('u1.Flink'),
      blink: get('u2.Blink'),
      pteAddress: get('PteAddress'),
      pteFrame: Number(get('u4.PteFrame')),
      shareCount: get('u2.ShareCount'),
      referenceCount: Number(get('u3.ReferenceCount')),
      prototype: get('u4.PrototypePte') === 1n,
    };
  }

  /** Frames below `end` that are active. */
  activeFrames(end: number): number[] {
    return this.framesWith(end, (state) => (state & LOCATION_MASK) === ACTIVE);
  }

  /** Frames below `end` of whose entry one byte, MMPFN.u3.e1, is as wanted. */
  framesWith(end: number, isWanted: (state: number) => boolean): number[] {
    const [size, state] = [BigInt(sizeOf('_MMPFN')), BigInt(offsetOf('_MMPFN', 'u3.e1'))];
    const found: number[] = [];
    let page = -1n;
    let at: number | undefined;
    for (let pfn = 0; pfn < end; pfn++) {
      const address = this.base + BigInt(pfn) * size + state;
      if (address >> 12n !== page) {
        page = address >> 12n;
        const frame = this.space.frameAt(address);
        at = frame === undefined ? undefined : this.space.dump.offsetOfFrame(frame);
      }
      if (at === undefined) continue;
      if (isWanted(this.space.dump.bytes[at + Number(address & 0xfffn)]!)) found.push(pfn);
    }
    return found;
  }

  isSelfMap(address: bigint): boolean {
    return address >> SLOT_BITS === this.selfMap >> SLOT_BITS;
  }

  /** Where a table's entry appears in the self-map. */
  pteAddress({ address, level }: Pick<Entry, 'address' | 'level'>): bigint {
    let at = address;
    for (let i = 0; i < level; i++) at = this.selfMap + ((at & 0x0000ffffffffffffn) >> 12n) * 8n;
    return at;
  }

  /** Address that the PTE at `pte` in the self-map maps. */
  mappedBy(pte: bigint): bigint {
    const address = ((pte - this.selfMap) / 8n) << 12n;
    return (address & (1n << 47n)) === 0n ? address : address | 0xffff000000000000n;
  }
}

export const isEndOfList = (link: bigint): boolean => link === END_OF_LIST;
