import type { DumpPrefix } from '../dump-prefix.js';
import type { Region } from '../readings.js';
import { sizeOf, structure } from '../structure.js';
import type { Locate } from './threads.js';

const MOST_RVA = 0xffffffffn;

/** Every region of the address space, free and reserved ones too. */
export function writeMemoryInfo(prefix: DumpPrefix, regions: readonly Region[]): void {
  const header = {
    SizeOfHeader: sizeOf('MINIDUMP_MEMORY_INFO_LIST'),
    SizeOfEntry: sizeOf('MINIDUMP_MEMORY_INFO'),
    NumberOfEntries: regions.length,
  };
  prefix.stream(
    'MemoryInfoListStream',
    structure('MINIDUMP_MEMORY_INFO_LIST', header),
    ...regions.map((region) =>
      structure('MINIDUMP_MEMORY_INFO', {
        BaseAddress: region.base,
        AllocationBase: region.allocationBase,
        AllocationProtect: region.allocationProtect,
        RegionSize: region.size,
        State: region.state,
        Protect: region.protect,
        Type: region.type,
      }),
    ),
  );
}

/** The list of what follows the prefix: to be written last. Returns where the bytes at an address will lie. */
export function writeMemoryList(prefix: DumpPrefix, regions: readonly Region[]): Locate {
  const readable = regions.filter(({ isReadable }) => isReadable);
  const head = sizeOf('MINIDUMP_MEMORY64_LIST');
  const base = prefix.length + head + readable.length * sizeOf('MINIDUMP_MEMORY_DESCRIPTOR64');
  prefix.stream(
    'Memory64ListStream',
    structure('MINIDUMP_MEMORY64_LIST', { NumberOfMemoryRanges: readable.length, BaseRva: base }),
    ...readable.map(({ base: start, size }) =>
      structure('MINIDUMP_MEMORY_DESCRIPTOR64', { StartOfMemoryRange: start, DataSize: size }),
    ),
  );
  return (address) => {
    let rva = BigInt(base);
    for (const { base: start, size } of readable) {
      if (address >= start && address < start + size) {
        const place = rva + address - start;
        return place <= MOST_RVA ? Number(place) : 0;
      }
      rva += size;
    }
    return 0;
  };
}
