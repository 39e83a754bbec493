import { hex } from '../../format/numbers.js';
import { objectAt, objectByPath, objectPath } from '../../kernel/objects.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import names from './io-names.json' with { type: 'json' };

const IO_TYPE_DEVICE = 3;
const DEEPEST_STACK = 64;

/** `!devobj`: a device object. */
export const deviceObject: Command = {
  names: ['!devobj'],
  run({ session, print }, args) {
    print(deviceText(session, deviceNamed(session, args.trim())));
  },
};

/** By address or by path. @throws CommandError when there is no device */
function deviceNamed(session: Session, given: string): bigint {
  const at = given.startsWith('\\') ? objectByPath(session, given) : new Arguments(session, given).value();
  if (at === undefined) throw new CommandError(`Device object ${given} not found\n`);
  if (!isOfType(session, '_DEVICE_OBJECT', at, IO_TYPE_DEVICE))
    throw new CommandError(`${hex(at, 16)}: Could not read device object or _DEVICE_OBJECT not found\n`);
  return at;
}

/** Whether an object of the I/O system is at an address: these begin with their type and size. */
export function isOfType(session: Session, type: string, at: bigint, number: number): boolean {
  try {
    const view = new TypedView(session, type, at);
    return view.number('Type') === number && view.number('Size') >= view.type.size;
  } catch (error) {
    if (error instanceof MemoryError) return false;
    throw error;
  }
}

/** All of a device object. @throws MemoryError */
export function deviceText(session: Session, at: bigint): string {
  const device = new TypedView(session, '_DEVICE_OBJECT', at);
  const driver = device.value('DriverObject');
  const extension = new TypedView(session, '_DEVOBJ_EXTENSION', device.value('DeviceObjectExtension'));
  const node = extension.value('DeviceNode');
  const [above, below] = [device.value('AttachedDevice'), extension.value('AttachedTo')];
  const vpb = device.value('Vpb');
  const flags = (field: Readonly<Record<string, string>>, value: number) =>
    Object.entries(field).flatMap(([bit, name]) => (value & Number(bit) ? [name] : []));
  const [characteristics, extensionFlags] = [
    device.number('Characteristics'),
    extension.number('ExtensionFlags'),
  ];
  return (
    `Device object (${hex(at, 16)}) is for:\n ${objectAt(session, at).name} ${objectPath(session, objectAt(session, driver))} DriverObject ${hex(driver, 16)}\n` +
    `Current Irp ${hex(device.value('CurrentIrp'), 8)} RefCount ${device.value('ReferenceCount')} Type ${hex(device.number('DeviceType'), 8)} Flags ${hex(device.number('Flags'), 8)}\n` +
    (vpb === 0n ? '' : `Vpb 0x${hex(vpb, 16)} `) +
    `SecurityDescriptor ${hex(device.value('SecurityDescriptor'), 16)} ` +
    `DevExt ${hex(device.value('DeviceExtension'), 16)} DevObjExt ${hex(extension.address, 16)} ` +
    (node === 0n ? '\n' : `DevNode ${hex(node, 16)} \n`) +
    `ExtensionFlags (0x${hex(extensionFlags, 8)})  ${flags(names.extensionFlags, extensionFlags).join(', ')}\n` +
    `Characteristics (0x${hex(characteristics, 8)})  ${flags(names.characteristics, characteristics).join(', ')}\n` +
    (above === 0n ? '' : `AttachedDevice (Upper) ${hex(above, 16)} ${driverName(session, above)}\n`) +
    (below === 0n ? '' : `AttachedTo (Lower) ${hex(below, 16)} ${driverName(session, below)}\n`) +
    (device.value('DeviceQueue.Busy') === 0n ? 'Device queue is not busy.\n' : 'Device queue is busy.\n')
  );
}

function driverName(session: Session, device: bigint): string {
  const driver = new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject');
  return objectPath(session, objectAt(session, driver));
}

/** `!devstack`: the stack a device is in. */
export const deviceStack: Command = {
  names: ['!devstack'],
  run({ session, print }, args) {
    const given = deviceNamed(session, args.trim());
    let top = given;
    for (let i = 0; i < DEEPEST_STACK; i++) {
      const above = new TypedView(session, '_DEVICE_OBJECT', top).value('AttachedDevice');
      if (above === 0n) break;
      top = above;
    }
    print('  !DevObj           !DrvObj            !DevExt           ObjectName\n');
    let node = 0n;
    for (let at = top, i = 0; at !== 0n && i < DEEPEST_STACK; i++) {
      const device = new TypedView(session, '_DEVICE_OBJECT', at);
      print(
        `${at === given ? '>' : ' '} ${hex(at, 16)}  ${driverName(session, at).padEnd(18)} ${hex(device.value('DeviceExtension'), 16)}  ${objectAt(session, at).name}\n`,
      );
      const extension = new TypedView(session, '_DEVOBJ_EXTENSION', device.value('DeviceObjectExtension'));
      node = extension.value('DeviceNode') || node;
      at = extension.value('AttachedTo');
    }
    if (node === 0n) return;
    const view = new TypedView(session, '_DEVICE_NODE', node);
    print(
      `!DevNode ${hex(node, 16)} :\n  DeviceInst is "${view.unicode('InstancePath')}"\n  ServiceName is "${view.unicode('ServiceName')}"\n`,
    );
  },
};

/** `!devnode`: the tree of devices. */
export const deviceNode: Command = {
  names: ['!devnode'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const given = rest.optionalValue() ?? 0n;
    const withChildren = (rest.optionalValue() ?? 0n) !== 0n;
    const root = session.symbol('nt!IopRootDeviceNode');
    if (given === 0n && root === undefined)
      throw new CommandError('The symbols of nt do not name IopRootDeviceNode.\n');
    const at = given === 0n ? session.processPointer('_LIST_ENTRY', 'Flink', root!)! : given;
    if (!isNode(session, at))
      throw new CommandError(`${hex(at, 16)}: Could not read device node or _DEVICE_NODE not found\n`);
    if (given === 0n) print(`Dumping IopRootDeviceNode (= 0x${hex(at, 16)})\n`);
    for (const line of nodeLines(session, at, 0, withChildren)) print(line);
  },
};

const DEEPEST_NODE = 32;
const MOST_CHILDREN = 0x1000;

/** Whether there is a device node: it has a device. */
function isNode(session: Session, at: bigint): boolean {
  try {
    const device = new TypedView(session, '_DEVICE_NODE', at).value('PhysicalDeviceObject');
    return isOfType(session, '_DEVICE_OBJECT', device, IO_TYPE_DEVICE);
  } catch (error) {
    if (error instanceof MemoryError) return false;
    throw error;
  }
}

/** Children that know their parent, each once: in a damaged tree they may lead anywhere. */
function* childrenOf(session: Session, node: TypedView): Iterable<bigint> {
  const seen = new Set<bigint>();
  for (let at = node.value('Child'); at !== 0n && !seen.has(at) && seen.size < MOST_CHILDREN;) {
    seen.add(at);
    if (!isNode(session, at)) return;
    const child = new TypedView(session, '_DEVICE_NODE', at);
    if (child.value('Parent') !== node.address) return;
    yield at;
    at = child.value('Sibling');
  }
}

function* nodeLines(session: Session, at: bigint, depth: number, withChildren: boolean): Iterable<string> {
  const node = new TypedView(session, '_DEVICE_NODE', at);
  const indent = '  '.repeat(depth);
  const state = (field: string) => `${node.enumerator(field)} (0x${hex(node.number(field))})`;
  yield `${indent}DevNode 0x${hex(at, 16)} for PDO 0x${hex(node.value('PhysicalDeviceObject'), 16)}\n`;
  yield `${indent}  InstancePath is "${node.unicode('InstancePath')}"\n`;
  const service = node.unicode('ServiceName');
  if (service) yield `${indent}  ServiceName is "${service}"\n`;
  yield `${indent}  State = ${state('State')}\n${indent}  Previous State = ${state('PreviousState')}\n`;
  if (!withChildren || depth >= DEEPEST_NODE) return;
  for (const child of childrenOf(session, node)) yield* nodeLines(session, child, depth + 1, true);
}
