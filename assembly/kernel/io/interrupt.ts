// Interrupt objects: which routine of which driver a vector of a processor leads to.
import { NT } from '../../generated/symbols';
import { DEVICE_OBJECT, DEVOBJ_EXTENSION, KINTERRUPT, KPCR, KPRCB } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, initialiseList, setField, write64 } from '../../memory/virtual';
import { setInterruptGate } from '../processors/descriptor-tables';
import { processorBlock } from '../processors/processor';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const INTERRUPT_OBJECT: u32 = 22; // _KOBJECTS.InterruptObject
const LATCHED: u32 = 1; // _KINTERRUPT_MODE: messages are edges
const CONNECTED: u32 = 1;

/**
 * Connects the interrupt of a device to a vector of a processor: KPRCB.InterruptObject leads to the KINTERRUPT that
 * is returned, and the vector's gate to nt!KiIsrLinkage, which finds it there.
 */
export function connectInterrupt(
  processor: u32,
  vector: u32,
  irql: u32,
  serviceRoutine: u64,
  device: u64,
): u64 {
  const interrupt = allocatePool(offsetOf(KINTERRUPT.SIZE), tag(0x49, 0x6e, 0x74, 0x72), NON_PAGED, 0); // 'Intr'
  setField(interrupt, KINTERRUPT.Type, INTERRUPT_OBJECT);
  setField(interrupt, KINTERRUPT.Size, offsetOf(KINTERRUPT.SIZE));
  initialiseList(at(interrupt, KINTERRUPT.InterruptListEntry));
  setField(interrupt, KINTERRUPT.ServiceRoutine, serviceRoutine);
  setField(interrupt, KINTERRUPT.ServiceContext, getField(device, DEVICE_OBJECT.DeviceExtension));
  setField(interrupt, KINTERRUPT.ActualLock, at(interrupt, KINTERRUPT.SpinLock));
  setField(interrupt, KINTERRUPT.DispatchAddress, addressOf(NT.KiInterruptDispatch));
  setField(interrupt, KINTERRUPT.Vector, vector);
  setField(interrupt, KINTERRUPT.Irql, irql);
  setField(interrupt, KINTERRUPT.SynchronizeIrql, irql);
  setField(interrupt, KINTERRUPT.Connected, CONNECTED);
  setField(interrupt, KINTERRUPT.Number, processor);
  setField(interrupt, KINTERRUPT.Mode, LATCHED);
  const block = processorBlock(processor);
  write64(at(block, KPRCB.InterruptObject) + u64(vector) * 8, interrupt);
  const control = block - offsetOf(KPCR.Prcb);
  setInterruptGate(getField(control, KPCR.IdtBase), vector, addressOf(NT.KiIsrLinkage));
  const extension = getField(device, DEVICE_OBJECT.DeviceObjectExtension);
  setField(extension, DEVOBJ_EXTENSION.InterruptContext, interrupt);
  addToField(extension, DEVOBJ_EXTENSION.InterruptCount, 1);
  return interrupt;
}
