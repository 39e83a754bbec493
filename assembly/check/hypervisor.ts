// The hypervisor's memory, read through its own page tables: what it lists, and that nothing of it is Windows'.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  LAB_HV_GLOBALS,
  LAB_HV_GPA_SPACE,
  LAB_HV_PARTITION,
  LAB_HV_PROCESSOR,
  LAB_HV_VIRTUAL_PROCESSOR,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { frameCount, frameWord } from '../memory/frames';
import { hypervisorRoot } from '../hypervisor/address-space';
import { hypervisorGlobals } from '../hypervisor/hypervisor';
import { essentialFrames, hypervisorEnd, secureFrames } from '../hypervisor/region';
import { addressOf } from '../kernel/symbols';
import { expect, follow, holderOf } from './expect';
import { frameLimit, mappingsOf } from './frame-table';
import { nextOn } from './lists';
import { beginReading, mapped, peek64, peek8, value } from './memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const SIGNATURE: u64 = 0x4756484c; // 'LHVG'
const READ: u64 = 1;
const LARGE: u64 = 1 << 7;
const FRAME_MASK: u64 = 0x000ffffffffff000;
const VTLS: u32 = 2;
const MOST_RUNS: i32 = 64;

const bases = new StaticArray<u32>(MOST_RUNS);
const ends = new StaticArray<u32>(MOST_RUNS);
let runs: i32 = 0;
let pages: u64 = 0;

/** Checks the hypervisor. To be called last: memory is then read through its page tables, not the kernel's. */
export function checkHypervisor(): void {
  checkRootPartition();
  checkApart();
  if (broken()) return;
  beginReading(hypervisorRoot());
  const globals = hypervisorGlobals();
  expect(Rule.HypervisorKnowsItself, globals, LAB_HV_GLOBALS.Signature, SIGNATURE);
  expect(Rule.HypervisorKnowsItself, globals, LAB_HV_GLOBALS.PageTableRoot, u64(hypervisorRoot()) << 12);
  const processors = value(globals, LAB_HV_GLOBALS.ProcessorCount);
  const array = follow(globals, LAB_HV_GLOBALS.Processors);
  for (let i: u64 = 0; i < processors && !broken(); i++) checkProcessor(peek64(array + i * 8), i);
  const head = globals + offsetOf(LAB_HV_GLOBALS.PartitionList);
  const link = LAB_HV_PARTITION.PartitionLinks;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkPartition(holderOf(entry, link));
}

/** What Windows sees: that a hypervisor is there, and where to call it. */
function checkRootPartition(): void {
  const connected = addressOf(NT.HvlHypervisorConnected);
  if (peek8(connected) != 1)
    disagreeAt(Rule.RootKnowsItsHypervisor, NO_FIELD, connected, 1, peek8(connected));
  const code = addressOf(NT.HvcallCodeVa);
  if (!broken() && !mapped(peek64(code))) disagreeAt(Rule.MemoryIsMapped, NO_FIELD, code, 1, peek64(code));
}

/** Frames that are not Windows' are in no run of its memory, and no PTE of Windows maps them. Remembers the runs. */
function checkApart(): void {
  if (broken()) return;
  const block = peek64(addressOf(NT.MmPhysicalMemoryBlock));
  const count = value(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns);
  runs = 0;
  pages = 0;
  for (let i: u64 = 0; i < count && runs < MOST_RUNS; i++) {
    const run = block + offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.Run) + i * offsetOf(PHYSICAL_MEMORY_RUN.SIZE);
    const base = u32(value(run, PHYSICAL_MEMORY_RUN.BasePage));
    const end = base + u32(value(run, PHYSICAL_MEMORY_RUN.PageCount));
    if (base < hypervisorEnd() && end > secureFrames()) {
      disagree(Rule.HypervisorIsApart, run, PHYSICAL_MEMORY_RUN.PageCount, secureFrames() - base, end - base);
      return;
    }
    unchecked((bases[runs] = base));
    unchecked((ends[runs] = end));
    runs++;
    pages += end - base;
  }
  for (let pfn = secureFrames(); pfn < min(hypervisorEnd(), frameLimit()); pfn++)
    if (mappingsOf(pfn) != 0) {
      disagreeAt(Rule.HypervisorIsApart, NO_FIELD, u64(pfn) << 12, 0, mappingsOf(pfn));
      return;
    }
}

function checkProcessor(processor: u64, number: u64): void {
  if (broken()) return;
  expect(Rule.HypervisorKnowsItself, processor, LAB_HV_PROCESSOR.Self, processor);
  expect(Rule.HypervisorKnowsItself, processor, LAB_HV_PROCESSOR.Number, number);
  const runs = follow(processor, LAB_HV_PROCESSOR.CurrentVirtualProcessor);
  if (!broken()) expect(Rule.VirtualProcessorRunsThere, runs, LAB_HV_VIRTUAL_PROCESSOR.Processor, processor);
}

function checkPartition(partition: u64): void {
  const count = value(partition, LAB_HV_PARTITION.VirtualProcessorCount);
  const array = follow(partition, LAB_HV_PARTITION.VirtualProcessors);
  for (let i: u64 = 0; i < count && !broken(); i++) {
    const processor = peek64(array + i * 8);
    expect(Rule.PartitionHasItsProcessors, processor, LAB_HV_VIRTUAL_PROCESSOR.Partition, partition);
    expect(Rule.PartitionHasItsProcessors, processor, LAB_HV_VIRTUAL_PROCESSOR.Index, i);
  }
  visit(Visited.Partitions);
  for (let vtl: u32 = 0; vtl < VTLS && !broken(); vtl++)
    checkGpaSpace(peek64(partition + offsetOf(LAB_HV_PARTITION.GpaSpaces) + u64(vtl) * 8), partition, vtl);
}

// The GPA space that is being walked.
let highest: u32 = 0; // frames that it may show end here, in the run that ends at the secure kernel's
let shown: u64 = 0;
let wrongAt: u64 = 0; // physical address of an entry that shows what it must not, or something elsewhere
let wrongEntry: u64 = 0;

/** A trust level must see all of its memory, each address as itself, and nothing else. */
function checkGpaSpace(space: u64, partition: u64, vtl: u32): void {
  expect(Rule.PartitionHasItsProcessors, space, LAB_HV_GPA_SPACE.Partition, partition);
  expect(Rule.PartitionHasItsProcessors, space, LAB_HV_GPA_SPACE.Vtl, vtl);
  const levels = value(space, LAB_HV_GPA_SPACE.Levels);
  const root = value(space, LAB_HV_GPA_SPACE.RootTable);
  if (broken()) return;
  if (levels != 4 || root >> 12 >= frameCount()) {
    disagree(Rule.GpaSpaceShowsItsMemory, space, LAB_HV_GPA_SPACE.RootTable, 0, root);
    return;
  }
  const seen = vtl == 0 ? secureFrames() : essentialFrames();
  highest = seen;
  shown = 0;
  wrongAt = 0;
  walkTable(u32(root >> 12), i32(levels), 0);
  if (wrongAt != 0) disagreeAt(Rule.GpaSpaceShowsItsMemory, NO_FIELD, wrongAt, 0, wrongEntry);
  const expected = pages + (seen - secureFrames());
  if (!broken() && shown != expected)
    disagree(Rule.GpaSpaceShowsItsMemory, space, LAB_HV_GPA_SPACE.RootTable, expected, shown);
  if (!broken()) expect(Rule.GpaSpaceShowsItsMemory, space, LAB_HV_GPA_SPACE.MappedPages, expected);
}

function walkTable(table: u32, level: i32, first: u64): void {
  const frames = u64(1) << u64(9 * (level - 1));
  for (let index: u32 = 0; index < 512 && wrongAt == 0; index++) {
    const entry = frameWord(table, index);
    if ((entry & READ) == 0) continue;
    const at = first + u64(index) * frames;
    const target = (entry & FRAME_MASK) >> 12;
    const isPage = level == 1 || (entry & LARGE) != 0;
    if (isPage && target == at && mayShow(u32(at), u32(at + frames))) shown += frames;
    else if (!isPage && target < frameCount()) walkTable(u32(target), level - 1, at);
    else {
      wrongAt = (u64(table) << 12) + index * 8;
      wrongEntry = entry;
    }
  }
}

function mayShow(from: u32, to: u32): bool {
  for (let i = 0; i < runs; i++) {
    const end = unchecked(ends[i]) == secureFrames() ? highest : unchecked(ends[i]);
    if (from >= unchecked(bases[i]) && to <= end) return true;
  }
  return false;
}
