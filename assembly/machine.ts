// Bringing an empty machine to the point where a kernel can be loaded.
import { chooseRegions, createSharedTables, Region, regionBase, reserve } from './memory/address-space';
import { PAGE_SIZE } from './memory/arena';
import { seedListOrder } from './memory/list-order';
import { layOutMemory } from './memory/physical-layout';
import { seedContents } from './memory/seeded';
import { attachedRoot } from './memory/virtual';
import { mapLargePage } from './paging/map';
import { chunkCount, chunkFrame, createPfnDatabase } from './paging/pfn-database';
import { KERNEL_DATA } from './paging/pte';
import { chooseSelfMap } from './paging/tables';
import { hash, seedRandom } from './random';
import { seedStacks } from './stacks/frames';
import { seedRemains } from './stacks/remains';
import { createSystemAddressSpace } from './kernel/processes/process';

const LARGE_PAGE_BYTES: u64 = 512 * 4096;

/** Creates physical memory, the first page tables and the PFN database. The field table must have been loaded. */
export function createMachine(
  seed: u64,
  memoryBytes: u64,
  nodes: u32,
  secureFrames: u32,
  hypervisorFrames: u32,
): void {
  seedRandom(seed);
  seedContents(hash(seed, 1));
  seedStacks(hash(seed, 2));
  seedListOrder(hash(seed, 3));
  layOutMemory(memoryBytes, nodes, secureFrames, hypervisorFrames);
  chooseSelfMap(chooseRegions());
  seedRemains(hash(seed, 3), regionBase(<i32>Region.NonPagedPool));
  createPfnDatabase();
  createSystemAddressSpace();
  createSharedTables();
  const database = reserve(<i32>Region.PfnDatabase, u64(chunkCount()) * LARGE_PAGE_BYTES, PAGE_SIZE);
  assert(database == regionBase(<i32>Region.PfnDatabase), 'the PFN database starts its region');
  for (let chunk: u32 = 0; chunk < chunkCount(); chunk++)
    if (chunkFrame(chunk) != 0)
      mapLargePage(attachedRoot(), database + u64(chunk) * LARGE_PAGE_BYTES, chunkFrame(chunk), KERNEL_DATA);
}
