// The caches of a processor, as its KPRCB describes them.
import { CACHE_DESCRIPTOR, KPRCB } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, setField } from '../../memory/virtual';
import { processorBlock } from './processor';

const MOST: u32 = 5; // KPRCB.Cache is an array of as many

/** Describes one more cache of a processor. `type` is a PROCESSOR_CACHE_TYPE, sizes are in bytes. */
export function addCache(number: u32, level: u32, type: u32, ways: u32, line: u32, size: u32): void {
  const prcb = processorBlock(number);
  const count = u32(getField(prcb, KPRCB.CacheCount));
  assert(count < MOST, 'more caches than a KPRCB describes');
  const cache = at(prcb, KPRCB.Cache) + u64(count * offsetOf(CACHE_DESCRIPTOR.SIZE));
  setField(cache, CACHE_DESCRIPTOR.Level, level);
  setField(cache, CACHE_DESCRIPTOR.Type, type);
  setField(cache, CACHE_DESCRIPTOR.Associativity, ways);
  setField(cache, CACHE_DESCRIPTOR.LineSize, line);
  setField(cache, CACHE_DESCRIPTOR.Size, size);
  setField(prcb, KPRCB.CacheCount, count + 1);
}
