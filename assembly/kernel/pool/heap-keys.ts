// nt!RtlpHpHeapGlobals: the keys that the heaps' headers are encoded with, drawn once for each machine.
import { NT } from '../../generated/symbols';
import { RTLP_HP_HEAP_GLOBALS } from '../../generated/types';
import { setField } from '../../memory/virtual';
import { random } from '../../random';
import { addressOf } from '../symbols';

/** XORed into HEAP_PAGE_SEGMENT.Signature, with the key, the segment and its context. */
const SEGMENT_MAGIC: u64 = 0xa2e64eada2e64ead;

/** Encodes chunk headers and segment signatures. */
export let heapKey: u64 = 0;
/** Encodes the block offsets of low-fragmentation subsegments. */
export let lfhKey: u64 = 0;

/** Draws the keys and publishes them. */
export function drawHeapKeys(): void {
  heapKey = random();
  lfhKey = random();
  setField(addressOf(NT.RtlpHpHeapGlobals), RTLP_HP_HEAP_GLOBALS.HeapKey, heapKey);
  setField(addressOf(NT.RtlpHpHeapGlobals), RTLP_HP_HEAP_GLOBALS.LfhKey, lfhKey);
}

/** What a segment's signature is, or, given the signature, the segment's context. */
export function segmentSignature(segment: u64, contextOrSignature: u64): u64 {
  return contextOrSignature ^ segment ^ heapKey ^ SEGMENT_MAGIC;
}
