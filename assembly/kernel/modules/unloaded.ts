// nt!MmUnloadedDrivers: the drivers that are no longer loaded, for debuggers that find stale pointers into them.
import { NT } from '../../generated/symbols';
import { UNLOADED_DRIVERS } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { Region, reserve } from '../../memory/address-space';
import { at, read32, read64, setField, write32, write64 } from '../../memory/virtual';
import { allocatePool, NON_PAGED } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const ENTRIES: u32 = 50; // the array is used again from its start
const IMAGE_ALIGNMENT: u64 = 0x10000;
const UNLOADED_TAG: u32 = 0x54446d4d; // 'MmDT'

/**
 * Notes a driver of `size` bytes that was unloaded at a time (FILETIME); its name is UTF-16 text in host memory.
 * Returns where it was loaded: addresses that nothing uses again.
 */
export function noteUnloadedDriver(name: usize, nameBytes: u32, size: u32, time: u64): u64 {
  const array = addressOf(NT.MmUnloadedDrivers);
  const entryBytes = offsetOf(UNLOADED_DRIVERS.SIZE);
  if (read64(array) == 0) write64(array, allocatePool(ENTRIES * entryBytes, UNLOADED_TAG, NON_PAGED, 0));
  const next = read32(addressOf(NT.MmLastUnloadedDriver)) % ENTRIES;
  const entry = read64(array) + u64(next) * entryBytes;
  const start = reserve(<i32>Region.SystemImages, size, IMAGE_ALIGNMENT);
  newUnicodeString(at(entry, UNLOADED_DRIVERS.Name), name, nameBytes, UNLOADED_TAG, NON_PAGED);
  setField(entry, UNLOADED_DRIVERS.StartAddress, start);
  setField(entry, UNLOADED_DRIVERS.EndAddress, start + size);
  write64(at(entry, UNLOADED_DRIVERS.CurrentTime), time);
  write32(addressOf(NT.MmLastUnloadedDriver), (next + 1) % ENTRIES);
  return start;
}
