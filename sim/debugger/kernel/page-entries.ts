import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { kernelPointer } from './lists.js';

const PAGE_SHIFT = 12n;
const CANONICAL = 0xffffffffffffn;
const FRAME = 0xffffffffff000n;
const VALID = 1n;
const PROTOTYPE = 1n << 10n;
const TRANSITION = 1n << 11n;

/** Virtual addresses of the entries that map an address, through the self-map: PXE, PPE, PDE, PTE. */
export function entryAddresses(session: Session, at: bigint): bigint[] {
  const base = kernelPointer(session, 'MmPteBase');
  const pte = (address: bigint) => base + (((address & CANONICAL) >> PAGE_SHIFT) << 3n);
  const pteAt = pte(at);
  const pdeAt = pte(pteAt);
  const ppeAt = pte(pdeAt);
  return [pte(ppeAt), ppeAt, pdeAt, pteAt];
}

/** `pfn 1208      ---DA--KWEV`, with `L` for a large page. Bits: Intel SDM, volume 3, 4.5. */
export function entryText(entry: bigint, mayBeLarge: boolean): string {
  if (!(entry & VALID)) return entry === 0n ? 'not valid' : softwareText(entry);
  const bit = (number: bigint, set: string, clear = '-') => ((entry >> number) & 1n ? set : clear);
  const flags = [
    bit(9n, 'C'), bit(8n, 'G'), mayBeLarge ? bit(7n, 'L') : '-', bit(6n, 'D'), bit(5n, 'A'), bit(4n, 'N'), bit(3n, 'T'),
    bit(2n, 'U', 'K'), bit(1n, 'W', 'R'), bit(63n, '-', 'E'), 'V',
  ]; // prettier-ignore
  return `pfn ${hex((entry & FRAME) >> PAGE_SHIFT).padEnd(10)}${flags.join('')}`;
}

/** What Windows keeps in an entry that is not valid: MMPTE_PROTOTYPE, MMPTE_TRANSITION and MMPTE_SOFTWARE. */
function softwareText(entry: bigint): string {
  if (entry & PROTOTYPE)
    return `not valid; Proto: ${hex(BigInt.asUintN(64, BigInt.asIntN(64, entry) >> 16n), 16).toUpperCase()}`;
  if (entry & TRANSITION) return `not valid; Transition: ${hex((entry & FRAME) >> PAGE_SHIFT)}`;
  return `not valid; PageFile: ${hex(pageFileOf(entry).number)}; Offset: ${hex(pageFileOf(entry).page)}`;
}

/** Which page file holds the page of an entry that is neither valid, in transition nor a prototype, and where. */
export function pageFileOf(entry: bigint): { number: bigint; page: bigint } {
  return { number: (entry >> 12n) & 15n, page: entry >> 32n };
}

/** MMLISTS. */
const LOCATIONS = ['Zeroed', 'Free', 'Standby', 'Modified', 'ModNoWrite', 'Bad', 'Active', 'Transition'];

export function locationName(location: number): string {
  return LOCATIONS[location] ?? 'Unknown';
}
