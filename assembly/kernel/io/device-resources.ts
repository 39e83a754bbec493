// What hardware a device was given: lists of memory, ports and interrupts, as its bus numbers them (raw) and as the processor
// does (translated).
import {
  CM_FULL_RESOURCE_DESCRIPTOR,
  CM_PARTIAL_RESOURCE_DESCRIPTOR,
  CM_PARTIAL_RESOURCE_LIST,
  CM_RESOURCE_LIST,
  DEVICE_NODE,
} from '../../generated/types';
import { listed } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, setField, write64 } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';

const WORDS: i32 = 6; // u64 of a descriptor in the host's list: type, share disposition, flags, and three by type
const INTERRUPT: u64 = 2; // CmResourceTypeInterrupt; ports and memory are alike
const VERSION: u32 = 1;

/**
 * Gives the device of a node its resources on a bus, from the list in the exchange buffer: first all raw ones, then the
 * same ones translated. Of memory and ports the three last words are start, length and 0; of an interrupt level (of a message
 * the group), group (of a message the number of messages) with the vector above 16 bits, and affinity.
 */
export function assignResources(node: u64, interfaceType: u32, bus: u32, count: i32): void {
  setField(node, DEVICE_NODE.ResourceList, createList(interfaceType, bus, 0, count));
  setField(node, DEVICE_NODE.ResourceListTranslated, createList(interfaceType, bus, count, count));
}

function createList(interfaceType: u32, bus: u32, first: i32, count: i32): u64 {
  const descriptorBytes = offsetOf(CM_PARTIAL_RESOURCE_DESCRIPTOR.SIZE);
  const header =
    offsetOf(CM_RESOURCE_LIST.List) +
    offsetOf(CM_FULL_RESOURCE_DESCRIPTOR.PartialResourceList) +
    offsetOf(CM_PARTIAL_RESOURCE_LIST.PartialDescriptors);
  const list = allocatePool(header + u32(count) * descriptorBytes, tag(0x50, 0x6e, 0x70, 0x52), PAGED, 0); // 'PnpR'
  setField(list, CM_RESOURCE_LIST.Count, 1);
  const full = at(list, CM_RESOURCE_LIST.List);
  setField(full, CM_FULL_RESOURCE_DESCRIPTOR.InterfaceType, interfaceType);
  setField(full, CM_FULL_RESOURCE_DESCRIPTOR.BusNumber, bus);
  const partial = at(full, CM_FULL_RESOURCE_DESCRIPTOR.PartialResourceList);
  setField(partial, CM_PARTIAL_RESOURCE_LIST.Version, VERSION);
  setField(partial, CM_PARTIAL_RESOURCE_LIST.Revision, VERSION);
  setField(partial, CM_PARTIAL_RESOURCE_LIST.Count, count);
  for (let i = 0; i < count; i++)
    fill(
      at(partial, CM_PARTIAL_RESOURCE_LIST.PartialDescriptors) + u64(i) * descriptorBytes,
      (first + i) * WORDS,
    );
  return list;
}

function fill(descriptor: u64, word: i32): void {
  setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.Type, listed(word));
  setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.ShareDisposition, listed(word + 1));
  setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.Flags, listed(word + 2));
  if (listed(word) == INTERRUPT) {
    setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Level, listed(word + 3));
    setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Group, listed(word + 4) & 0xffff);
    setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Vector, listed(word + 4) >> 16);
    setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Interrupt_Affinity, listed(word + 5));
  } else {
    write64(at(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Memory_Start), listed(word + 3));
    setField(descriptor, CM_PARTIAL_RESOURCE_DESCRIPTOR.u_Memory_Length, listed(word + 4));
  }
}
