import { MemoryError } from '../memory/memory.js';
import { atMost, kernelPointer } from '../kernel/lists.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import type { TypedView } from '../types/typed-view.js';
import { place, type Evidence } from './explanation.js';

/** CM_PARTIAL_RESOURCE_DESCRIPTOR.Type: CmResourceTypeMemory. Source: WDK, wdm.h. */
const MEMORY = 3;
const MOST_NODES = 0x2000;
const MOST_RESOURCES = 0x100;
const MOST_OF_ALL = 0x2000;

export interface DeviceMemory {
  /** Instance path of the device. */
  path: string;
  start: bigint;
  bytes: bigint;
  evidence: readonly Evidence[];
}

/** The device whose registers or memory a physical address is, by the resources that Plug and Play gave it. */
export function deviceMemoryAt(session: Session, physical: bigint): DeviceMemory | undefined {
  const fits = devicesMemory(session).filter(({ start, bytes }) => physical >= start && physical < start + bytes);
  // A bus has what the devices on it have: the smallest range is the most precise.
  return fits.sort((a, b) => (a.bytes < b.bytes ? -1 : 1))[0];
} // prettier-ignore

/** A dump does not change: its devices are asked once. */
const known = new WeakMap<Session, readonly DeviceMemory[]>();

function devicesMemory(session: Session): readonly DeviceMemory[] {
  let found = known.get(session);
  if (!found) {
    found = [...atMost(MOST_OF_ALL, read(session))];
    known.set(session, found);
  }
  return found;
}

function* read(session: Session): Iterable<DeviceMemory> {
  try {
    const seen = new Set<bigint>();
    const waiting = [kernelPointer(session, 'IopRootDeviceNode')];
    while (waiting.length > 0 && seen.size < MOST_NODES) {
      const at = waiting.pop()!;
      if (at === 0n || seen.has(at)) continue;
      seen.add(at);
      const node = session.view('_DEVICE_NODE', at);
      yield* resourcesOf(session, node);
      waiting.push(node.value('Sibling'), node.value('Child'));
    }
  } catch (error) {
    if (!(error instanceof MemoryError || error instanceof SymbolsError)) throw error;
  }
}

function* resourcesOf(session: Session, node: TypedView): Iterable<DeviceMemory> {
  const list = node.value('ResourceListTranslated');
  if (list === 0n) return;
  const path = node.unicode('InstancePath');
  const partial = session.view('_CM_RESOURCE_LIST', list).inner('List[0].PartialResourceList');
  const first = partial.at('PartialDescriptors');
  const size = BigInt(session.struct('_CM_PARTIAL_RESOURCE_DESCRIPTOR').size);
  for (let i = 0; i < Math.min(partial.number('Count'), MOST_RESOURCES); i++) {
    const descriptor = session.view('_CM_PARTIAL_RESOURCE_DESCRIPTOR', first + BigInt(i) * size);
    if (descriptor.number('Type') !== MEMORY) continue;
    yield {
      path,
      start: descriptor.value('u.Memory.Start.QuadPart'),
      bytes: descriptor.value('u.Memory.Length'),
      evidence: [
        place('device node', node.address, { command: `!devnode ${node.address.toString(16)} 6`, type: 'nt!_DEVICE_NODE' }),
        place('its resources', descriptor.address, { type: 'nt!_CM_PARTIAL_RESOURCE_DESCRIPTOR' }),
      ],
    };
  }
} // prettier-ignore
