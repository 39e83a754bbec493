// System PTEs and kernel stacks: how much of their address space is reserved, as bitmaps of PTEs.
import { NT } from '../../generated/symbols';
import {
  MI_SYSTEM_INFORMATION,
  MI_SYSTEM_PTE_STATE,
  MI_SYSTEM_PTE_TYPE,
  MI_VISIBLE_STATE,
  RTL_BITMAP_EX,
} from '../../generated/types';
import { Region, regionBase, regionEnd } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { at, getField, setField, write64 } from '../../memory/virtual';
import { entryAddress } from '../../paging/tables';
import { allocatePool, freePool, NON_PAGED } from '../pool/pool';
import { addressOf } from '../symbols';

const SYSTEM_PTES: i32 = 9; // _MI_SYSTEM_VA_TYPE
const KERNEL_STACKS: i32 = 14;
const GRAIN: u64 = 0x8000; // PTEs by which a bitmap grows
const BITMAP_TAG: u32 = 0x74506d4d; // 'MmPt'

function systemPteInfo(): u64 {
  return at(at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.Vs), MI_VISIBLE_STATE.SystemPteInfo);
}

function kernelStackInfo(): u64 {
  return at(
    at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.SystemPtes),
    MI_SYSTEM_PTE_STATE.KernelStackPteInfo,
  );
}

/** Describes both regions. To be called once there is pool. */
export function createSystemPtes(): void {
  describe(systemPteInfo(), <i32>Region.SystemPtes, SYSTEM_PTES);
  describe(kernelStackInfo(), <i32>Region.KernelStacks, KERNEL_STACKS);
}

function describe(info: u64, region: i32, type: i32): void {
  setField(info, MI_SYSTEM_PTE_TYPE.BasePte, entryAddress(regionBase(region), 1));
  setField(info, MI_SYSTEM_PTE_TYPE.VaType, type);
  publish(info, region);
}

/** Counts anew. */
export function publishSystemPtes(): void {
  publish(systemPteInfo(), <i32>Region.SystemPtes);
  publish(kernelStackInfo(), <i32>Region.KernelStacks);
}

/** Addresses are reserved from a region's base on, without gaps: those are the bits that are set. */
function publish(info: u64, region: i32): void {
  const used = (regionEnd(region) - regionBase(region)) / PAGE_SIZE;
  const bitmap = at(info, MI_SYSTEM_PTE_TYPE.Bitmap);
  const total = (used / GRAIN + 1) * GRAIN;
  if (total != getField(bitmap, RTL_BITMAP_EX.SizeOfBitMap)) {
    const before = getField(bitmap, RTL_BITMAP_EX.Buffer);
    if (before != 0) freePool(before);
    setField(bitmap, RTL_BITMAP_EX.Buffer, allocatePool(u32(total / 8), BITMAP_TAG, NON_PAGED, 0));
    setField(bitmap, RTL_BITMAP_EX.SizeOfBitMap, total);
  }
  const buffer = getField(bitmap, RTL_BITMAP_EX.Buffer);
  for (let bit: u64 = 0; bit < total; bit += 64) {
    const set = used <= bit ? 0 : min(used - bit, 64);
    write64(buffer + bit / 8, set == 64 ? u64.MAX_VALUE : (u64(1) << set) - 1);
  }
  setField(info, MI_SYSTEM_PTE_TYPE.Hint, used);
  setField(info, MI_SYSTEM_PTE_TYPE.TotalSystemPtes, total);
  setField(info, MI_SYSTEM_PTE_TYPE.TotalFreeSystemPtes, total - used);
}
