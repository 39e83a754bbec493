// KUSER_SHARED_DATA: one page, read-only at its two fixed addresses in kernel and user mode.
import { KUSER_SHARED_DATA } from '../../generated/types';
import { commit } from '../../memory/address-space';
import { at, attachedRoot, setField, write8, writeBytes } from '../../memory/virtual';
import { mapShared } from '../../paging/map';
import { KERNEL_READ_ONLY, USER_READ_ONLY } from '../../paging/pte';
import { translate } from '../../paging/walk';
import { publishTime, SHARED_DATA } from '../scheduler/clock';
import { groupCount } from './topology';

/** Where every process sees the page. */
export const USER_SHARED_DATA: u64 = 0x7ffe0000;

const TICK_MULTIPLIER: u32 = 0x0fa00000; // 15.625 ms in 8.24 fixed point, 64 Hz clock
const PRODUCT_WORKSTATION: u32 = 1; // NtProductWinNt
const SUITE_CLIENT: u32 = 0x110; // VER_SUITE_TERMINAL | VER_SUITE_SINGLEUSERTS
const AMD64: u32 = 0x8664;
const QPC_FREQUENCY: u64 = 10000000;
const NX_OPT_OUT: u32 = 2;
const CONSOLE_SESSION: u32 = 1;

/** Creates and fills the page. `systemRootBytes` bytes of UTF-16 text at `systemRoot` name the Windows folder. */
export function createSharedData(
  build: u32,
  processors: u32,
  physicalPages: u32,
  bootId: u32,
  cookie: u32,
  systemRoot: usize,
  systemRootBytes: u32,
): void {
  commit(SHARED_DATA, 1, KERNEL_READ_ONLY);
  setField(SHARED_DATA, KUSER_SHARED_DATA.TickCountMultiplier, TICK_MULTIPLIER);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ImageNumberLow, AMD64);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ImageNumberHigh, AMD64);
  writeBytes(at(SHARED_DATA, KUSER_SHARED_DATA.NtSystemRoot), systemRoot, systemRootBytes);
  setField(SHARED_DATA, KUSER_SHARED_DATA.LargePageMinimum, 0x200000);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NtBuildNumber, build);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NtProductType, PRODUCT_WORKSTATION);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ProductTypeIsValid, 1);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NativeProcessorArchitecture, 9); // PROCESSOR_ARCHITECTURE_AMD64
  setField(SHARED_DATA, KUSER_SHARED_DATA.NtMajorVersion, 10);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NtMinorVersion, 0);
  for (let feature: u32 = 0; feature < 64; feature++)
    write8(at(SHARED_DATA, KUSER_SHARED_DATA.ProcessorFeatures) + feature, hasFeature(feature) ? 1 : 0);
  setField(SHARED_DATA, KUSER_SHARED_DATA.BootId, bootId);
  setField(SHARED_DATA, KUSER_SHARED_DATA.SuiteMask, SUITE_CLIENT);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NXSupportPolicy, NX_OPT_OUT);
  setField(SHARED_DATA, KUSER_SHARED_DATA.CyclesPerYield, 140);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ActiveConsoleId, CONSOLE_SESSION);
  setField(SHARED_DATA, KUSER_SHARED_DATA.NumberOfPhysicalPages, physicalPages);
  setField(SHARED_DATA, KUSER_SHARED_DATA.DbgElevationEnabled, 1);
  setField(SHARED_DATA, KUSER_SHARED_DATA.DbgInstallerDetectEnabled, 1);
  setField(SHARED_DATA, KUSER_SHARED_DATA.QpcFrequency, QPC_FREQUENCY);
  setField(SHARED_DATA, KUSER_SHARED_DATA.Cookie, cookie);
  setField(SHARED_DATA, KUSER_SHARED_DATA.UnparkedProcessorCount, processors);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ActiveProcessorCount, processors);
  setField(SHARED_DATA, KUSER_SHARED_DATA.ActiveGroupCount, groupCount());
  setField(SHARED_DATA, KUSER_SHARED_DATA.QpcBypassEnabled, 0x83);
  publishTime();
}

/** PF_* features that every x64 processor which runs Windows 11 has. */
function hasFeature(feature: u32): bool {
  switch (feature) {
    case 2: // COMPARE_EXCHANGE_DOUBLE
    case 3: // MMX
    case 6: // XMMI
    case 8: // RDTSC
    case 9: // PAE
    case 10: // XMMI64
    case 12: // NX
    case 13: // SSE3
    case 14: // COMPARE_EXCHANGE128
    case 17: // XSAVE
    case 22: // RDWRFSGSBASE
    case 23: // FASTFAIL
    case 28: // RDRAND
    case 32: // RDTSCP
    case 36: // SSSE3
    case 37: // SSE4_1
    case 38: // SSE4_2
    case 39: // AVX
    case 40: // AVX2
      return true;
    default:
      return false;
  }
}

/** Maps the page into the attached process. */
export function mapSharedData(): void {
  const pfn = u32(translate(attachedRoot(), SHARED_DATA) >> 12);
  mapShared(attachedRoot(), USER_SHARED_DATA, pfn, USER_READ_ONLY);
}
