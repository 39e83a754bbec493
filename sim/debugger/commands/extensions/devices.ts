import { hex } from '../../format/numbers.js';
import { listEntries } from '../../kernel/lists.js';
import { objectAt, objectByPath, objectPath } from '../../kernel/objects.js';
import { ExpressionError } from '../../expressions/scanner.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';
import names from './io-names.json' with { type: 'json' };

export const IO_TYPE_DEVICE = 3;
const DEEPEST_STACK = 64;

/** `!devobj`: a device object. */
export const deviceObject: Command = {
  names: ['!devobj'],
  run({ session, print }, args) {
    print(deviceText(session, deviceNamed(session, '!devobj', args)));
  },
};

/** By path, by a name of \Device, or by address; names come first. @throws CommandError when there is no device */
function deviceNamed(session: Session, command: string, args: string): bigint {
  const rest = new Arguments(session, args);
  expectNoOption(command, rest);
  const given = rest.rest;
  const at = given.startsWith('\\')
    ? objectByPath(session, given)
    : ((/^[^\s(]+$/.test(given) ? objectByPath(session, `\\Device\\${given}`) : undefined) ??
      addressIn(command, rest));
  if (at === undefined) throw new CommandError(`Device object ${given} not found\n`);
  if (!isOfType(session, '_DEVICE_OBJECT', at, IO_TYPE_DEVICE))
    throw new CommandError(`${hex(at, 16)}: Could not read device object or _DEVICE_OBJECT not found\n`);
  return at;
}

/** `undefined` for what is neither a name nor a number. */
function addressIn(command: string, rest: Arguments): bigint | undefined {
  if (rest.ended) throw new ExpressionError('Numeric expression missing from', '');
  try {
    const at = rest.value();
    expectEnd(command, rest);
    return at;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
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

/** Names of the bits that are set. */
export function flagNames(names: Readonly<Record<string, string>>, value: number): string[] {
  return Object.entries(names).flatMap(([bit, name]) => (value & Number(bit) ? [name] : []));
}

/** All of a device object. @throws MemoryError */
export function deviceText(session: Session, at: bigint): string {
  const device = new TypedView(session, '_DEVICE_OBJECT', at);
  const driver = device.value('DriverObject');
  const extension = new TypedView(session, '_DEVOBJ_EXTENSION', device.value('DeviceObjectExtension'));
  const node = extension.value('DeviceNode');
  const [above, below] = [device.value('AttachedDevice'), extension.value('AttachedTo')];
  const vpb = device.value('Vpb');
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
    `ExtensionFlags (0x${hex(extensionFlags, 8)})  ${flagNames(names.extensionFlags, extensionFlags).join(', ')}\n` +
    `Characteristics (0x${hex(characteristics, 8)})  ${flagNames(names.characteristics, characteristics).join(', ')}\n` +
    (above === 0n ? '' : `AttachedDevice (Upper) ${hex(above, 16)} ${driverName(session, above)}\n`) +
    (below === 0n ? '' : `AttachedTo (Lower) ${hex(below, 16)} ${driverName(session, below)}\n`) +
    queueText(session, device)
  );
}

/** Whether a device is at work on a request, and which wait behind it. */
function queueText(session: Session, device: TypedView): string {
  if (device.value('DeviceQueue.Busy') === 0n) return 'Device queue is not busy.\n';
  const waiting = listEntries(
    session,
    device.at('DeviceQueue.DeviceListHead'),
    '_IRP',
    'Tail.Overlay.DeviceQueueEntry.DeviceListEntry',
  );
  const requests = [...waiting].map((irp) => `IRP ${hex(irp.address, 16)}\n`);
  return `Device queue is busy${requests.length ? '' : ' - Queue empty'}.\n${requests.join('')}`;
}

function driverName(session: Session, device: bigint): string {
  const driver = new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject');
  return objectPath(session, objectAt(session, driver));
}

/** `!devstack`: the stack a device is in. */
export const deviceStack: Command = {
  names: ['!devstack'],
  run({ session, print }, args) {
    const given = deviceNamed(session, '!devstack', args);
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
