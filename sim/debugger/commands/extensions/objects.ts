import { hex } from '../../format/numbers.js';
import { handlesIn, type Handle } from '../../kernel/handles.js';
import {
  directoryEntries,
  objectAt,
  objectByPath,
  objectPath,
  type KernelObject,
} from '../../kernel/objects.js';
import { handleCount } from '../../kernel/processes.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { processHandlesText } from './process-handles.js';
import { CommandError, type Command } from '../command.js';
import { findProcess, processText } from './process.js';

/** `!object`: an object by address or path. */
export const object: Command = {
  names: ['!object'],
  run({ session, print }, args) {
    const given = args.trim();
    const at = given.startsWith('\\') ? objectByPath(session, given) : new Arguments(session, given).value();
    if (at === undefined) throw new CommandError(`Object ${given} not found\n`);
    const found = objectAt(session, at);
    print(objectText(session, found, ''));
    if (found.typeName === 'Directory') print(directoryText(session, at));
    if (found.typeName === 'SymbolicLink')
      print(
        `    Target String is '${new TypedView(session, '_OBJECT_SYMBOLIC_LINK', at).unicode('LinkTarget')}'\n`,
      );
  },
};

function objectText(session: Session, found: KernelObject, indent: string): string {
  const { header } = found;
  const named = found.name !== '' || found.directory !== 0n;
  return (
    `${indent}Object: ${hex(found.address, 16)}  Type: (${hex(found.typeAddress, 16)}) ${found.typeName}\n` +
    `${indent}    ObjectHeader: ${hex(header.address, 16)} (new version)\n` +
    `${indent}    HandleCount: ${header.value('HandleCount')}  PointerCount: ${header.value('PointerCount')}\n` +
    (named
      ? `${indent}    Directory Object: ${hex(found.directory, 16)}  Name: ${found.name}${fileName(session, found)}\n`
      : fileText(session, found, indent))
  );
}

function fileName(session: Session, found: KernelObject): string {
  return found.typeName === 'File'
    ? new TypedView(session, '_FILE_OBJECT', found.address).unicode('FileName')
    : '';
}

/** A file object has no name in the namespace but one on its volume. */
function fileText(session: Session, found: KernelObject, indent: string): string {
  const name = fileName(session, found);
  return name ? `${indent}    Directory Object: 00000000  Name: ${name}\n` : '';
}

function directoryText(session: Session, at: bigint): string {
  let text =
    '\n    Hash Address          Type                      Name\n    ---- -------          ----                      ----\n';
  let last = -1;
  for (const { bucket, object: address } of directoryEntries(session, at)) {
    const entry = objectAt(session, address);
    const shown = bucket === last ? '  ' : String(bucket).padStart(2, '0');
    last = bucket;
    text += `     ${shown}  ${hex(address, 16)} ${entry.typeName.padEnd(25)} ${entry.name}\n`;
  }
  return text;
}

/** `!handle`: handles of a process. */
export const handle: Command = {
  names: ['!handle'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const first = rest.optionalValue() ?? 0n;
    const given = rest.optionalValue();
    if (session.user)
      return print(processHandlesText(session.user, first, given === undefined ? undefined : Number(given)));
    const wanted = Number(first);
    const flags = Number(given ?? 3n);
    const owner = findProcess(session, rest.ended ? undefined : rest.value() || undefined);
    const type = rest.word()?.toLowerCase();
    print(`\n${processText(session, owner, 0)}`);
    const table = owner.value('ObjectTable');
    if (table === 0n) throw new CommandError('The process has no handle table.\n');
    const count = handleCount(session, owner);
    print(`Handle table at ${hex(table, 16)} with ${count ?? 'an unknown number of'} entries in use\n\n`);
    for (const entry of handlesIn(session, table)) {
      if (wanted !== 0 && entry.value !== wanted) continue;
      const found = tryObject(session, entry.object);
      if (type !== undefined && found?.typeName.toLowerCase() !== type) continue;
      print(handleText(session, entry, found, flags));
    }
  },
};

const FLAG_OBJECT = 2;

function handleText(session: Session, entry: Handle, found: KernelObject | undefined, flags: number): string {
  const bits = [
    entry.attributes & 1 ? ' (Protected)' : '',
    entry.attributes & 2 ? ' (Inherit)' : '',
    entry.attributes & 4 ? ' (Audit)' : '',
  ];
  const head = `${hex(entry.value, 4)}: Object: ${hex(entry.object, 16)}  GrantedAccess: ${hex(entry.grantedAccess, 8)}${bits.join('')} Entry: ${hex(entry.entry, 16)}\n`;
  if (!(flags & FLAG_OBJECT)) return head;
  if (!found) return `${head}Object: ${hex(entry.object, 16)} is not in the dump\n\n`;
  return `${head}${objectText(session, found, '')}\n`;
}

function tryObject(session: Session, at: bigint): KernelObject | undefined {
  try {
    return objectAt(session, at);
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** `!drvobj`: a driver object. */
export const driverObject: Command = {
  names: ['!drvobj'],
  run({ session, print }, args) {
    const [name = '', flags = '1'] = args.split(/\s+/);
    const at =
      /^[\\A-Za-z]/.test(name) && !/^[0-9a-f`]{8,}$/i.test(name)
        ? driverByName(session, name)
        : new Arguments(session, name).value();
    if (at === undefined) throw new CommandError(`Driver object ${name} not found\n`);
    const driver = new TypedView(session, '_DRIVER_OBJECT', at);
    print(`Driver object (${hex(at, 16)}) is for:\n ${objectPath(session, objectAt(session, at))}\n\n`);
    print('Driver Extension List: (id , addr)\n\nDevice Object list:\n');
    const devices: string[] = [];
    for (let device = driver.value('DeviceObject'); device !== 0n && devices.length < 0x1000;) {
      devices.push(hex(device, 16));
      device = new TypedView(session, '_DEVICE_OBJECT', device).value('NextDevice');
    }
    for (let i = 0; i < devices.length; i += 4) print(`${devices.slice(i, i + 4).join('  ')}\n`);
    if (Number(flags) & 2) print(dispatchText(session, driver));
  },
};

function driverByName(session: Session, name: string): bigint | undefined {
  if (name.startsWith('\\')) return objectByPath(session, name);
  return objectByPath(session, `\\Driver\\${name}`) ?? objectByPath(session, `\\FileSystem\\${name}`);
}

/** Names of IRP_MJ codes in their order. Source: WDK, wdm.h. */
export const MAJOR_FUNCTIONS = [
  'CREATE', 'CREATE_NAMED_PIPE', 'CLOSE', 'READ', 'WRITE', 'QUERY_INFORMATION', 'SET_INFORMATION', 'QUERY_EA', 'SET_EA',
  'FLUSH_BUFFERS', 'QUERY_VOLUME_INFORMATION', 'SET_VOLUME_INFORMATION', 'DIRECTORY_CONTROL', 'FILE_SYSTEM_CONTROL',
  'DEVICE_CONTROL', 'INTERNAL_DEVICE_CONTROL', 'SHUTDOWN', 'LOCK_CONTROL', 'CLEANUP', 'CREATE_MAILSLOT', 'QUERY_SECURITY',
  'SET_SECURITY', 'POWER', 'SYSTEM_CONTROL', 'DEVICE_CHANGE', 'QUERY_QUOTA', 'SET_QUOTA', 'PNP',
]; // prettier-ignore

function dispatchText(session: Session, driver: TypedView): string {
  const routine = (field: string) => {
    const at = driver.value(field);
    return `${hex(at, 16)}\t${session.symbolText(at)}`;
  };
  let text = `\n\nDriverEntry:   ${routine('DriverInit')}\nDriverStartIo: ${routine('DriverStartIo')}\nDriverUnload:  ${routine('DriverUnload')}\n\nDispatch routines:\n`;
  MAJOR_FUNCTIONS.forEach(
    (name, i) => (text += `[${hex(i, 2)}] ${`IRP_MJ_${name}`.padEnd(35)}${routine(`MajorFunction[${i}]`)}\n`),
  );
  return text;
}

/** `!devobj`: a device object. */
export const deviceObject: Command = {
  names: ['!devobj'],
  run({ session, print }, args) {
    const given = args.trim();
    const at = given.startsWith('\\') ? objectByPath(session, given) : new Arguments(session, given).value();
    if (at === undefined) throw new CommandError(`Device object ${given} not found\n`);
    const device = new TypedView(session, '_DEVICE_OBJECT', at);
    const driver = device.value('DriverObject');
    const extension = new TypedView(session, '_DEVOBJ_EXTENSION', device.value('DeviceObjectExtension'));
    print(
      `Device object (${hex(at, 16)}) is for:\n ${objectAt(session, at).name} ${objectPath(session, objectAt(session, driver))} DriverObject ${hex(driver, 16)}\n`,
    );
    print(
      `Current Irp ${hex(device.value('CurrentIrp'), 8)} RefCount ${device.value('ReferenceCount')} Type ${hex(device.number('DeviceType'), 8)} Flags ${hex(device.number('Flags'), 8)}\n`,
    );
    print(
      `DevExt ${hex(device.value('DeviceExtension'), 16)} DevObjExt ${hex(extension.address, 16)} DevNode ${hex(extension.value('DeviceNode'), 16)}\n`,
    );
    const above = device.value('AttachedDevice');
    const below = extension.value('AttachedTo');
    if (above !== 0n) print(`AttachedDevice (Upper) ${hex(above, 16)} ${driverName(session, above)}\n`);
    if (below !== 0n) print(`AttachedTo (Lower) ${hex(below, 16)} ${driverName(session, below)}\n`);
  },
};

function driverName(session: Session, device: bigint): string {
  const driver = new TypedView(session, '_DEVICE_OBJECT', device).value('DriverObject');
  return objectPath(session, objectAt(session, driver));
}

/** `!devstack`: the stack a device is in. */
export const deviceStack: Command = {
  names: ['!devstack'],
  run({ session, print }, args) {
    const given = new Arguments(session, args).value();
    let top = given;
    for (let i = 0; i < 64; i++) {
      const above = new TypedView(session, '_DEVICE_OBJECT', top).value('AttachedDevice');
      if (above === 0n) break;
      top = above;
    }
    print('  !DevObj           !DrvObj            !DevExt           ObjectName\n');
    let node = 0n;
    for (let at = top, i = 0; at !== 0n && i < 64; i++) {
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
    if (given === 0n) print(`Dumping IopRootDeviceNode (= 0x${hex(at, 16)})\n`);
    for (const line of nodeLines(session, at, 0, withChildren)) print(line);
  },
};

const DEEPEST_NODE = 32;

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
  for (let child = node.value('Child'), i = 0; child !== 0n && i < 0x1000; i++) {
    yield* nodeLines(session, child, depth + 1, true);
    child = new TypedView(session, '_DEVICE_NODE', child).value('Sibling');
  }
}
