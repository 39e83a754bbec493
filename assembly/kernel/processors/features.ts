// What every processor of the machine can do: KPRCB.FeatureBits, which nt!KeFeatureBits has too, by the KF_* names that
// public headers of native structures give its bits.

const KF_RDTSC: u64 = 1 << 1;
const KF_CR4: u64 = 1 << 2;
const KF_CMOV: u64 = 1 << 3;
const KF_GLOBAL_PAGE: u64 = 1 << 4;
const KF_LARGE_PAGE: u64 = 1 << 5;
const KF_MTRR: u64 = 1 << 6;
const KF_CMPXCHG8B: u64 = 1 << 7;
const KF_MMX: u64 = 1 << 8;
const KF_PAT: u64 = 1 << 10;
const KF_FXSR: u64 = 1 << 11;
const KF_FAST_SYSCALL: u64 = 1 << 12;
const KF_XMMI: u64 = 1 << 13;
const KF_XMMI64: u64 = 1 << 16;
const KF_BRANCH: u64 = 1 << 17;
const KF_SSE3: u64 = 1 << 19;
const KF_CMPXCHG16B: u64 = 1 << 20;
const KF_GENUINE_INTEL: u64 = 1 << 24;
const KF_SLAT: u64 = 1 << 26;
const KF_RDWRFSGSBASE: u64 = 1 << 28;
const KF_NX_BIT: u64 = 1 << 29;
const KF_RDRAND: u64 = 1 << 32;
const KF_SMAP: u64 = 1 << 33;
const KF_RDTSCP: u64 = 1 << 34;
const KF_HUGEPAGE: u64 = 1 << 37;
const KF_SSSE3: u64 = 1 << 47;
const KF_SSE4_1: u64 = 1 << 48;
const KF_SSE4_2: u64 = 1 << 49;

/** KPRCB.FeatureBits of a 2022 laptop's processor. */
export const FEATURE_BITS: u64 =
  KF_RDTSC |
  KF_CR4 |
  KF_CMOV |
  KF_GLOBAL_PAGE |
  KF_LARGE_PAGE |
  KF_MTRR |
  KF_CMPXCHG8B |
  KF_MMX |
  KF_PAT |
  KF_FXSR |
  KF_FAST_SYSCALL |
  KF_XMMI |
  KF_XMMI64 |
  KF_BRANCH |
  KF_SSE3 |
  KF_CMPXCHG16B |
  KF_GENUINE_INTEL |
  KF_SLAT |
  KF_RDWRFSGSBASE |
  KF_NX_BIT |
  KF_RDRAND |
  KF_SMAP |
  KF_RDTSCP |
  KF_HUGEPAGE |
  KF_SSSE3 |
  KF_SSE4_1 |
  KF_SSE4_2;

/** KPRCB.UpdateSignature: the revision of the microcode that its maker's updates of 2023 bring, in the high half. */
export const UPDATE_SIGNATURE: u64 = u64(0x42c) << 32;
