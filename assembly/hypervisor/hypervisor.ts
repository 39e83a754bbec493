// The hypervisor in its own memory: image, processors, the root partition with its virtual processors and GPA spaces,
// and a heap. The layouts are the lab's own; sim/profiles/formats/hypervisor.json says so.
import { NT } from '../generated/symbols';
import {
  LAB_HV_GLOBALS,
  LAB_HV_GPA_SPACE,
  LAB_HV_PARTITION,
  LAB_HV_PROCESSOR,
  LAB_HV_VIRTUAL_PROCESSOR,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { commit, Region, reserve } from '../memory/address-space';
import { PAGE_SIZE } from '../memory/arena';
import { renderFrame, SEEDED, writableFrame } from '../memory/frames';
import * as ranges from '../memory/ranges';
import {
  at,
  attach,
  initialiseList,
  insertTail,
  setField,
  write32,
  write64,
  write8,
} from '../memory/virtual';
import { KERNEL_CODE, KERNEL_DATA } from '../paging/pte';
import { copySections, FileView, relocate } from '../kernel/modules/image';
import { addressOf } from '../kernel/symbols';
import {
  allocatePages,
  createHypervisorSpace,
  hypervisorRoot,
  mapFrame,
  reservePages,
} from './address-space';
import { beginGpaSpace, endGpaSpace, mapToItself } from './gpa-space';
import {
  beginHeap,
  essentialFrames,
  heapFrames,
  hypervisorEnd,
  secureFrames,
  takeHypervisorFrame,
} from './region';

const SIGNATURE: u32 = 0x4756484c; // 'LHVG'
const LAYOUT_VERSION: u32 = 1;
const ROOT_PARTITION_ID: u64 = 1;
const ROOT_PARTITION: u32 = 1; // Flags
const ALL_PRIVILEGES: u64 = u64.MAX_VALUE;
const VMCS_REVISION: u32 = 0x13;
const VTLS: u32 = 2;
const STACK_PAGES: u32 = 2;
const TABLE_ENTRIES: u32 = 512;
const UPPER_TABLES: u32 = 4; // page tables of the heap that are not filled
const VMCALL_RET: u32 = 0xc3c1010f; // 0F 01 C1, C3

let globals: u64 = 0;

/** Address of the LAB_HV_GLOBALS in the hypervisor's address space. */
export function hypervisorGlobals(): u64 {
  return globals;
}

/**
 * Starts the hypervisor: loads the PE file in the file buffer at `base` of its address space. Its LAB_HV_GLOBALS lie
 * `globalsRva` bytes into the image. To be called once the kernel's image is loaded.
 */
export function createHypervisor(
  file: usize,
  base: u64,
  globalsRva: u32,
  processors: u32,
  flags: u32,
  rootFlags: u32,
  enlightenments: u32,
): void {
  createHypervisorSpace(base);
  const before = attach(hypervisorRoot());
  const view = FileView.of(file);
  loadImage(view);
  globals = base + globalsRva;
  setField(globals, LAB_HV_GLOBALS.Signature, SIGNATURE);
  setField(globals, LAB_HV_GLOBALS.Version, LAYOUT_VERSION);
  setField(globals, LAB_HV_GLOBALS.ImageBase, base);
  setField(globals, LAB_HV_GLOBALS.ImageSize, view.size);
  setField(globals, LAB_HV_GLOBALS.ProcessorCount, processors);
  setField(globals, LAB_HV_GLOBALS.PageTableRoot, u64(hypervisorRoot()) << 12);
  initialiseList(at(globals, LAB_HV_GLOBALS.PartitionList));
  createRootPartition(processors);
  createHeap();
  attach(before);
  connectRoot(flags, rootFlags, enlightenments);
}

function loadImage(view: FileView): void {
  const base = reservePages(view.size / PAGE_SIZE);
  for (let rva: u32 = 0; rva < view.size; rva += PAGE_SIZE)
    mapFrame(base + rva, takeHypervisorFrame(), view.protection(rva));
  copySections(view, base);
  relocate(view, base);
}

function createRootPartition(processors: u32): void {
  const partition = allocatePages(1);
  setField(partition, LAB_HV_PARTITION.PartitionId, ROOT_PARTITION_ID);
  setField(partition, LAB_HV_PARTITION.Privileges, ALL_PRIVILEGES);
  setField(partition, LAB_HV_PARTITION.VirtualProcessorCount, processors);
  setField(partition, LAB_HV_PARTITION.Flags, ROOT_PARTITION);
  insertTail(at(globals, LAB_HV_GLOBALS.PartitionList), at(partition, LAB_HV_PARTITION.PartitionLinks));
  const physical = allocatePages(1);
  const virtual = allocatePages(1);
  setField(globals, LAB_HV_GLOBALS.Processors, physical);
  setField(partition, LAB_HV_PARTITION.VirtualProcessors, virtual);
  for (let number: u32 = 0; number < processors; number++) {
    const processor = allocatePages(1);
    const runs = allocatePages(1);
    createProcessor(processor, runs, number);
    createVirtualProcessor(runs, processor, partition, number);
    write64(physical + u64(number) * 8, processor);
    write64(virtual + u64(number) * 8, runs);
  }
  createGpaSpaces(partition);
}

function createProcessor(processor: u64, runs: u64, number: u32): void {
  const stack = allocatePages(STACK_PAGES);
  setField(processor, LAB_HV_PROCESSOR.Self, processor);
  setField(processor, LAB_HV_PROCESSOR.Number, number);
  setField(processor, LAB_HV_PROCESSOR.ApicId, number * 2);
  setField(processor, LAB_HV_PROCESSOR.CurrentVirtualProcessor, runs);
  setField(processor, LAB_HV_PROCESSOR.VmxonRegion, controlRegion());
  setField(processor, LAB_HV_PROCESSOR.StackLimit, stack);
  setField(processor, LAB_HV_PROCESSOR.StackBase, stack + u64(STACK_PAGES) * PAGE_SIZE);
}

function createVirtualProcessor(runs: u64, processor: u64, partition: u64, number: u32): void {
  setField(runs, LAB_HV_VIRTUAL_PROCESSOR.Partition, partition);
  setField(runs, LAB_HV_VIRTUAL_PROCESSOR.Index, number);
  setField(runs, LAB_HV_VIRTUAL_PROCESSOR.Processor, processor);
  for (let vtl: u32 = 0; vtl < VTLS; vtl++)
    write64(at(runs, LAB_HV_VIRTUAL_PROCESSOR.VmcsRegions) + u64(vtl) * 8, controlRegion());
}

/** A page that the processor keeps virtual-machine state in. Only its first word, the revision, has a public layout. */
function controlRegion(): u64 {
  const pfn = takeHypervisorFrame();
  store<u32>(writableFrame(pfn), VMCS_REVISION);
  return u64(pfn) << 12;
}

/** VTL 0, which Windows runs in, sees its own memory and the devices; VTL 1 sees the secure kernel's too. */
function createGpaSpaces(partition: u64): void {
  const spaces = allocatePages(1);
  for (let vtl: u32 = 0; vtl < VTLS; vtl++) {
    const space = spaces + u64(vtl) * offsetOf(LAB_HV_GPA_SPACE.SIZE);
    beginGpaSpace();
    for (let i = 0; i < ranges.rangeCount();) {
      const base = ranges.rangeBase(i);
      let end = ranges.rangeEnd(i++);
      while (i < ranges.rangeCount() && ranges.rangeBase(i) == end) end = ranges.rangeEnd(i++);
      mapToItself(base, vtl != 0 && end == secureFrames() ? essentialFrames() : end);
    }
    endGpaSpace(space, partition, vtl);
    write64(at(partition, LAB_HV_PARTITION.GpaSpaces) + u64(vtl) * 8, space);
  }
}

/** The heap takes what the page tables that map it leave. */
function createHeap(): void {
  const left = hypervisorEnd() - heapFrames();
  const first = heapFrames() + left / TABLE_ENTRIES + UPPER_TABLES;
  const pages = hypervisorEnd() - first;
  const address = reservePages(pages);
  for (let i: u32 = 0; i < pages; i++) {
    mapFrame(address + u64(i) * PAGE_SIZE, first + i, KERNEL_DATA);
    renderFrame(first + i, SEEDED, 0);
  }
  beginHeap(first);
  setField(globals, LAB_HV_GLOBALS.HeapBase, address);
  setField(globals, LAB_HV_GLOBALS.HeapPages, pages);
  setField(globals, LAB_HV_GLOBALS.EssentialPages, first - essentialFrames());
}

/** What Windows, in the root partition, sees of the hypervisor: that it is there, and the page of the hypercall. */
function connectRoot(flags: u32, rootFlags: u32, enlightenments: u32): void {
  const page = reserve(<i32>Region.SystemPtes, PAGE_SIZE, PAGE_SIZE);
  commit(page, 1, KERNEL_CODE);
  write32(page, VMCALL_RET);
  write64(addressOf(NT.HvcallCodeVa), page);
  write32(addressOf(NT.HvlpFlags), flags);
  write32(addressOf(NT.HvlpRootFlags), rootFlags);
  write32(addressOf(NT.HvlEnlightenments), enlightenments);
  write8(addressOf(NT.HvlHypervisorConnected), 1);
  write8(addressOf(NT.VslVsmEnabled), 1);
}
