import type { ImageSet } from '../images/index.js';
import type { Core } from './core.js';
import data from './hypervisor.json';

const LOWEST_BASE = 0xfffff80000000000n;
const LARGE_PAGE_BITS = 21n;
const PLACES = 0x3fffn;
const SPREAD = 0x9e3779b97f4a7c15n;

/**
 * Starts the hypervisor beneath the kernel: its image and structures, in memory that is not Windows', and what
 * Windows sees of it. Where its image lies in its own address space follows from the seed.
 */
export function startHypervisor(core: Core, images: ImageSet, seed: bigint, processors: number): void {
  const image = images.get('hvix64');
  const place = (BigInt.asUintN(64, (seed + 1n) * SPREAD) >> 40n) & PLACES;
  core.exports.hypervisorCreate(
    core.putFile(image.file),
    LOWEST_BASE + (place << LARGE_PAGE_BITS),
    image.symbols.get('HvGlobals')!.rva,
    processors,
    data.flags,
    data.rootFlags,
    data.enlightenments,
  );
}
