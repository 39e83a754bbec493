import type { Core } from './core.js';
import data from './caches.json';

/** PROCESSOR_CACHE_TYPE of the Windows SDK. */
const TYPES: Readonly<Record<string, number>> = { CacheUnified: 0, CacheInstruction: 1, CacheData: 2 };
const KILOBYTE = 1024;

/** Describes the caches of a processor in its KPRCB. The third level is shared by all of a package. */
export function addCaches({ exports }: Core, processor: number): void {
  for (const { level, type, ways, lineBytes, kilobytes } of data.caches)
    exports.processorAddCache(processor, level, TYPES[type]!, ways, lineBytes, kilobytes * KILOBYTE);
}
