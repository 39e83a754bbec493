// The device tree: a node for each device that Plug and Play knows, from nt!IopRootDeviceNode down.
import { NT } from '../../generated/symbols';
import { DEVICE_NODE, DEVICE_OBJECT, DEVOBJ_EXTENSION, PO_DEVICE_NOTIFY } from '../../generated/types';
import { isPresent, offsetOf } from '../../layout/fields';
import { at, getField, initialiseList, read32, setField, write32, write64 } from '../../memory/virtual';
import { exchangeBuffer, listed } from '../../host-buffer';
import { systemTime } from '../scheduler/clock';
import { initialiseDispatcherObject } from '../scheduler/dispatcher';
import { allocatePool, NON_PAGED } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const NODE_TAG: u32 = 0x646f6e44; // 'Dnod'
const NAME_TAG: u32 = 0x20706e50; // 'Pnp '
const EVENT_NOTIFICATION: u32 = 0;
const STATE_BYTES: u64 = 4; // of _PNP_DEVNODE_STATE
const UNKNOWN_BUS: u64 = 0xffffffff; // InterfaceTypeUndefined, and no bus number

/**
 * Creates the node of the device whose lowest device object is `pdo`, the last child of `parent` or, when that is 0,
 * the root of the tree. The exchange buffer lists the states it was in, oldest first, the last one its state now, and
 * holds after them the instance path and the name of the service in UTF-16.
 */
export function createDeviceNode(
  parent: u64,
  pdo: u64,
  states: u32,
  flags: u32,
  problem: u32,
  instanceBytes: u32,
  serviceBytes: u32,
): u64 {
  const texts = exchangeBuffer() + usize(states) * 8;
  const node = allocatePool(offsetOf(DEVICE_NODE.SIZE), NODE_TAG, NON_PAGED, 0);
  setField(node, DEVICE_NODE.PhysicalDeviceObject, pdo);
  setField(getField(pdo, DEVICE_OBJECT.DeviceObjectExtension), DEVOBJ_EXTENSION.DeviceNode, node);
  newUnicodeString(at(node, DEVICE_NODE.InstancePath), texts, instanceBytes, NAME_TAG);
  if (serviceBytes != 0)
    newUnicodeString(at(node, DEVICE_NODE.ServiceName), texts + instanceBytes, serviceBytes, NAME_TAG);
  setField(node, DEVICE_NODE.Flags, flags);
  setField(node, DEVICE_NODE.Problem, problem);
  setField(node, DEVICE_NODE.InterfaceType, UNKNOWN_BUS);
  setField(node, DEVICE_NODE.BusNumber, UNKNOWN_BUS);
  setField(node, DEVICE_NODE.ChildInterfaceType, UNKNOWN_BUS);
  setField(node, DEVICE_NODE.ChildBusNumber, UNKNOWN_BUS);
  if (isPresent(DEVICE_NODE.StateTimestamp)) write64(at(node, DEVICE_NODE.StateTimestamp), systemTime());
  fillStates(node, states);
  fillLists(node, pdo);
  linkNode(node, parent);
  write32(addressOf(NT.IopNumberDeviceNodes), read32(addressOf(NT.IopNumberDeviceNodes)) + 1);
  return node;
}

/** All states but the last are history, a ring of which StateHistoryEntry is the next place to write. */
function fillStates(node: u64, states: u32): void {
  const history = at(node, DEVICE_NODE.StateHistory);
  for (let i: u32 = 0; i + 1 < states; i++) write32(history + u64(i) * STATE_BYTES, u32(listed(i)));
  setField(node, DEVICE_NODE.StateHistoryEntry, states - 1);
  setField(node, DEVICE_NODE.State, listed(states - 1));
  setField(node, DEVICE_NODE.PreviousState, listed(states - 2));
}

function fillLists(node: u64, pdo: u64): void {
  initialiseDispatcherObject(at(node, DEVICE_NODE.FxRemoveEvent), EVENT_NOTIFICATION);
  const notify = at(node, DEVICE_NODE.Notify);
  initialiseList(at(notify, PO_DEVICE_NOTIFY.Link));
  initialiseList(at(notify, PO_DEVICE_NOTIFY.PowerChildren));
  initialiseList(at(notify, PO_DEVICE_NOTIFY.PowerParents));
  setField(notify, PO_DEVICE_NOTIFY.TargetDevice, pdo);
  initialiseList(at(node, DEVICE_NODE.TargetDeviceNotify));
  initialiseList(at(node, DEVICE_NODE.DeviceArbiterList));
  initialiseList(at(node, DEVICE_NODE.DeviceTranslatorList));
  initialiseList(at(node, DEVICE_NODE.DockInfo_ListEntry));
  initialiseList(at(node, DEVICE_NODE.PendedSetInterfaceState));
  initialiseList(at(node, DEVICE_NODE.LegacyBusListEntry));
}

function linkNode(node: u64, parent: u64): void {
  if (parent == 0) {
    write64(addressOf(NT.IopRootDeviceNode), node);
    return;
  }
  setField(node, DEVICE_NODE.Parent, parent);
  setField(node, DEVICE_NODE.Level, getField(parent, DEVICE_NODE.Level) + 1);
  const last = getField(parent, DEVICE_NODE.LastChild);
  if (last != 0) setField(last, DEVICE_NODE.Sibling, node);
  else setField(parent, DEVICE_NODE.Child, node);
  setField(parent, DEVICE_NODE.LastChild, node);
}
