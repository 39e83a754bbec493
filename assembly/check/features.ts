// What a processor can do is said by its block, by nt!KeFeatureBits, by CR4 and by the page that user mode reads.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { KPRCB, KPROCESSOR_STATE, KSPECIAL_REGISTERS, KUSER_SHARED_DATA } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { peek64, peek8, value } from './memory';
import { broken, disagreeAt } from './report';
import { SHARED_DATA } from './shared-data';

/** Bits of KPRCB.FeatureBits and the PF_* number of winnt.h of the same feature. */
// prettier-ignore
const FEATURES: StaticArray<u32> = [
  1, 8, // RDTSC
  7, 2, // CMPXCHG8B
  8, 3, // MMX
  13, 6, // SSE
  16, 10, // SSE2
  19, 13, // SSE3
  20, 14, // CMPXCHG16B
  28, 22, // RDFSBASE
  29, 12, // no execution of data
  32, 28, // RDRAND
  34, 32, // RDTSCP
  47, 36, // SSSE3
  48, 37, // SSE4.1
  49, 38, // SSE4.2
];
/** Bits of KPRCB.FeatureBits that the kernel makes use of, and the bit of CR4 that turns the feature on. */
// prettier-ignore
const ENABLED: StaticArray<u32> = [
  4, 7, // global pages
  5, 4, // large pages
  28, 16, // RDFSBASE
  33, 21, // SMAP
];

/** A processor against nt!KeFeatureBits and its own CR4. */
export function checkFeatures(prcb: u64): void {
  const rule = Rule.FeaturesAgree;
  const bits = peek64(addressOf(NT.KeFeatureBits));
  if (broken() || !expect(rule, prcb, KPRCB.FeatureBits, bits)) return;
  const special = prcb + offsetOf(KPRCB.ProcessorState) + offsetOf(KPROCESSOR_STATE.SpecialRegisters);
  const cr4 = value(special, KSPECIAL_REGISTERS.Cr4);
  for (let i = 0; i < ENABLED.length; i += 2) {
    const bit = u64(unchecked(ENABLED[i + 1]));
    const wanted = (bits >> u64(unchecked(ENABLED[i]))) & 1;
    if (((cr4 >> bit) & 1) != wanted)
      disagreeAt(
        rule,
        KSPECIAL_REGISTERS.Cr4,
        special + offsetOf(KSPECIAL_REGISTERS.Cr4),
        cr4 ^ (u64(1) << bit),
        cr4,
      );
  }
}

/** nt!KeFeatureBits against the flags of KUSER_SHARED_DATA. */
export function checkSharedFeatures(): void {
  const bits = peek64(addressOf(NT.KeFeatureBits));
  for (let i = 0; i < FEATURES.length && !broken(); i += 2) {
    const at = SHARED_DATA + offsetOf(KUSER_SHARED_DATA.ProcessorFeatures) + unchecked(FEATURES[i + 1]);
    const wanted = (bits >> u64(unchecked(FEATURES[i]))) & 1;
    const found = peek8(at);
    if (found != wanted)
      disagreeAt(Rule.FeaturesAgree, KUSER_SHARED_DATA.ProcessorFeatures, at, wanted, found);
  }
}
