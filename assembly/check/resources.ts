// The hardware that devices were given, against physical memory and the interrupts that are connected.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  CM_FULL_RESOURCE_DESCRIPTOR,
  CM_PARTIAL_RESOURCE_DESCRIPTOR,
  CM_PARTIAL_RESOURCE_LIST,
  CM_RESOURCE_LIST,
  DEVICE_NODE,
  KIDTENTRY64,
  KINTERRUPT,
  KPCR,
  KPRCB,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, expectBetween } from './expect';
import { mapped, peek32, peek64, value } from './memory';
import { isInModule } from './modules';
import { broken, disagree, visit } from './report';

const PORT: u64 = 1; // CM_RESOURCE_TYPE
const INTERRUPT: u64 = 2;
const MEMORY: u64 = 3;
const MOST: u64 = 64; // of a device
const PAGE_BITS: u64 = 12;
const VECTORS: u64 = 256;
const INTERRUPT_OBJECT: u64 = 22; // _KOBJECTS

/** Checks the resources of a device's node, if it has any. */
export function checkResourcesOf(node: u64): void {
  const raw = value(node, DEVICE_NODE.ResourceList);
  const translated = value(node, DEVICE_NODE.ResourceListTranslated);
  if (broken() || (raw == 0 && translated == 0)) return;
  if (!mapped(raw)) disagree(Rule.ResourcesAreLists, node, DEVICE_NODE.ResourceList, 1, raw);
  else if (!mapped(translated))
    disagree(Rule.ResourcesAreLists, node, DEVICE_NODE.ResourceListTranslated, 1, translated);
  else checkLists(raw, translated);
}

/** The one partial list of a list, 0 when it is wrong. */
function partialOf(list: u64): u64 {
  if (!expect(Rule.ResourcesAreLists, list, CM_RESOURCE_LIST.Count, 1)) return 0;
  const full = list + offsetOf(CM_RESOURCE_LIST.List);
  const partial = full + offsetOf(CM_FULL_RESOURCE_DESCRIPTOR.PartialResourceList);
  return expectBetween(Rule.ResourcesAreLists, partial, CM_PARTIAL_RESOURCE_LIST.Count, 1, MOST)
    ? partial
    : 0;
}

function checkLists(raw: u64, translated: u64): void {
  const own = partialOf(raw);
  const other = own == 0 ? 0 : partialOf(translated);
  if (other == 0) return;
  const count = value(own, CM_PARTIAL_RESOURCE_LIST.Count);
  if (!expect(Rule.ResourcesAreLists, other, CM_PARTIAL_RESOURCE_LIST.Count, count)) return;
  const first = offsetOf(CM_PARTIAL_RESOURCE_LIST.PartialDescriptors);
  for (let i: u64 = 0; i < count && !broken(); i++) {
    const at = first + i * offsetOf(CM_PARTIAL_RESOURCE_DESCRIPTOR.SIZE);
    const type = value(own + at, CM_PARTIAL_RESOURCE_DESCRIPTOR.Type);
    if (!expectBetween(Rule.ResourcesAreLists, own + at, CM_PARTIAL_RESOURCE_DESCRIPTOR.Type, PORT, MEMORY))
      return;
    if (!expect(Rule.ResourcesAreLists, other + at, CM_PARTIAL_RESOURCE_DESCRIPTOR.Type, type)) return;
    if (type == MEMORY) checkArea(other + at);
    else if (type == INTERRUPT) checkInterrupt(other + at);
    visit(Visited.DeviceResources);
  }
}

/** Device memory lies where the machine has none. */
function checkArea(descriptor: u64): void {
  const start = peek64(descriptor + offsetOf(CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Memory_Start));
  const length = value(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Memory_Length);
  const block = peek64(addressOf(NT.MmPhysicalMemoryBlock));
  const runs = min(value(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns), VECTORS);
  for (let i: u64 = 0; i < runs && !broken(); i++) {
    const run = block + offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.Run) + i * offsetOf(PHYSICAL_MEMORY_RUN.SIZE);
    const base = value(run, PHYSICAL_MEMORY_RUN.BasePage) << PAGE_BITS;
    const end = base + (value(run, PHYSICAL_MEMORY_RUN.PageCount) << PAGE_BITS);
    if (start < end && start + length > base)
      disagree(
        Rule.ResourceIsFreeOfMemory,
        descriptor,
        CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Memory_Start,
        end,
        start,
      );
  }
}

/** Block of the processor that a translated interrupt comes to, 0 for none. */
function processorOf(descriptor: u64): u64 {
  const group = value(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Group);
  const affinity = value(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Affinity);
  const count = peek32(addressOf(NT.KeNumberProcessors));
  for (let number: u32 = 0; number < count && !broken(); number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    if (value(prcb, KPRCB.Group) == group && value(prcb, KPRCB.GroupSetMember) == affinity) return prcb;
  }
  return 0;
}

function checkInterrupt(descriptor: u64): void {
  const rule = Rule.InterruptIsConnected;
  const vector = value(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Vector);
  const prcb = processorOf(descriptor);
  if (broken()) return;
  if (prcb == 0 || vector >= VECTORS) {
    const affinity = CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Affinity;
    disagree(rule, descriptor, affinity, 1, value(descriptor, affinity));
    return;
  }
  const slot = prcb + offsetOf(KPRCB.InterruptObject) + vector * 8;
  const interrupt = peek64(slot);
  if (!mapped(interrupt)) {
    disagree(rule, descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Vector, 0, vector);
    return;
  }
  expect(rule, interrupt, KINTERRUPT.Type, INTERRUPT_OBJECT);
  expect(rule, interrupt, KINTERRUPT.Vector, vector);
  expect(rule, interrupt, KINTERRUPT.Number, value(prcb, KPRCB.Number));
  expect(rule, interrupt, KINTERRUPT.Connected, 1);
  expect(
    rule,
    descriptor,
    CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Level,
    value(interrupt, KINTERRUPT.Irql),
  );
  const routine = value(interrupt, KINTERRUPT.ServiceRoutine);
  if (!broken() && !isInModule(routine)) disagree(rule, interrupt, KINTERRUPT.ServiceRoutine, 1, routine);
  const gate = value(prcb - offsetOf(KPCR.Prcb), KPCR.IdtBase) + vector * offsetOf(KIDTENTRY64.SIZE);
  expect(rule, gate, KIDTENTRY64.Present, 1);
}
