// Drivers and devices: what !drvobj, !devobj, !devstack and driverscan walk.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';
import { scanPool } from './objects.js';

/** What truth.json tells of drivers and devices. */
interface IoTruth {
  drivers: { name: string; address: string; module?: string; devices: string[] }[];
  devices: {
    address: string;
    name?: string;
    driver: string;
    attachedTo?: string;
    mounted?: string;
    passesTo?: string;
  }[];
  requests: {
    address: string;
    thread?: string;
    file?: string;
    driver: string;
    device: string;
    major: string;
    minor: number;
  }[];
  nodes: {
    address: string;
    instance: string;
    service?: string;
    pdo: string;
    parent?: string;
    state: string;
    problem?: number;
  }[];
}

const MAJOR_FUNCTIONS = 28;
const TYPE_DEVICE = 3n; // IO_TYPE_DEVICE
const TYPE_VPB = 10n; // IO_TYPE_VPB
const TYPE_EXTENSION = 13n; // IO_TYPE_DEVICE_OBJECT_EXTENSION
const TYPE_DRIVER = 4n; // IO_TYPE_DRIVER of wdm.h
const DRIVERSCAN_MINIMUM = 248;
const DISK_TYPES = [7n, 36n]; // FILE_DEVICE_DISK, FILE_DEVICE_VIRTUAL_DISK
const NAME_INFO = 2; // bit of OBJECT_HEADER.InfoMask
const MOUNTED = 1n; // VPB_MOUNTED

export function ioRules(opened: () => Kernel): void {
  const truth = (): IoTruth => (opened().truth as unknown as { io: IoTruth }).io;
  const driver = (address: string | bigint, path: string) =>
    opened().get(BigInt(address), '_DRIVER_OBJECT', path);
  const text = (structure: bigint, type: string, path: string) =>
    opened().space.unicode(structure + BigInt(offsetOf(type, path)));
  /** Module that holds an address. */
  const moduleAt = (address: bigint) =>
    opened().truth.modules.find(
      ({ base, size }) => address >= BigInt(base) && address < BigInt(base) + BigInt(size),
    )?.name;

  describe('driver objects', () => {
    it('are what they say, and named as truth has them', () => {
      expect(truth().drivers.length).toBeGreaterThan(15);
      for (const { name, address } of truth().drivers) {
        const object = BigInt(address);
        expect(driver(object, 'Type'), name).toBe(TYPE_DRIVER);
        expect(Number(driver(object, 'Size')), name).toBe(sizeOf('_DRIVER_OBJECT'));
        expect(text(object, '_DRIVER_OBJECT', 'DriverName')).toBe(name);
        const extension = driver(object, 'DriverExtension');
        expect(opened().get(extension, '_DRIVER_EXTENSION', 'DriverObject')).toBe(object);
        expect(name.endsWith(`\\${text(extension, '_DRIVER_EXTENSION', 'ServiceKeyName')}`)).toBe(true);
        const hardware = driver(object, 'HardwareDatabase');
        expect(opened().space.unicode(hardware)).toBe('\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM');
      }
    });

    it('lead to their module in the list of loaded ones', () => {
      const { truth: all } = opened();
      const entries = opened().list(
        opened().address('PsLoadedModuleList'),
        '_KLDR_DATA_TABLE_ENTRY',
        'InLoadOrderLinks',
      );
      const seen = new Set<string>();
      for (const { name, address, module } of truth().drivers) {
        const section = driver(address, 'DriverSection');
        if (module === undefined) {
          expect([section, driver(address, 'DriverStart'), driver(address, 'DriverInit')], name).toEqual([
            0n,
            0n,
            0n,
          ]);
          continue;
        }
        seen.add(module);
        expect(entries, name).toContain(section);
        const found = all.modules.find((candidate) => candidate.name === module)!;
        expect(driver(address, 'DriverStart'), name).toBe(BigInt(found.base));
        expect(Number(driver(address, 'DriverSize')), name).toBe(found.size);
        expect(driver(address, 'DriverInit'), name).toBe(
          opened().get(section, '_KLDR_DATA_TABLE_ENTRY', 'EntryPoint'),
        );
      }
      expect(seen.size).toBe(truth().drivers.filter(({ module }) => module !== undefined).length);
      for (const module of ['Ntfs', 'storport', 'disk', 'ACPI'].filter((name) =>
        all.modules.some((loaded) => loaded.name === name),
      ))
        expect(seen.has(module), module).toBe(module !== 'storport'); // a library of the drivers beside it
    });

    it('dispatch to code of a loaded module, never to none', () => {
      const first = BigInt(offsetOf('_DRIVER_OBJECT', 'MajorFunction'));
      for (const { name, address } of truth().drivers) {
        for (let major = 0n; major < MAJOR_FUNCTIONS; major++)
          expect(moduleAt(opened().space.u64(BigInt(address) + first + 8n * major)), name).toBeDefined();
        const fastIo = driver(address, 'FastIoDispatch');
        if (fastIo === 0n) continue;
        expect(Number(opened().get(fastIo, '_FAST_IO_DISPATCH', 'SizeOfFastIoDispatch'))).toBe(
          sizeOf('_FAST_IO_DISPATCH'),
        );
      }
    });

    it('are found by a scan of pool, each once', () => {
      const found = scanPool(opened(), {
        tag: 'Driv',
        minimumBytes: DRIVERSCAN_MINIMUM,
        type: 'Driver',
        isValid: (kernel, body) => kernel.get(body, '_DRIVER_OBJECT', 'Type') === TYPE_DRIVER,
      });
      expect(found.map(String).sort()).toEqual(
        truth()
          .drivers.map(({ address }) => String(BigInt(address)))
          .sort(),
      );
    });
  });

  describe('device objects', () => {
    const device = (address: string | bigint, path: string) =>
      opened().get(BigInt(address), '_DEVICE_OBJECT', path);
    const extension = (address: string | bigint, path: string) =>
      opened().get(device(address, 'DeviceObjectExtension'), '_DEVOBJ_EXTENSION', path);

    it('hang from their driver, the newest first', () => {
      for (const { name, address, devices } of truth().drivers) {
        const chain: bigint[] = [];
        for (let at = driver(address, 'DeviceObject'); at !== 0n; at = device(at, 'NextDevice'))
          chain.push(at);
        expect(chain, name).toEqual(devices.map(BigInt).reverse());
        for (const at of chain) expect(device(at, 'DriverObject'), name).toBe(BigInt(address));
      }
      expect(truth().devices.length).toBe(
        truth().drivers.reduce((sum, { devices }) => sum + devices.length, 0),
      );
    });

    it('have their extensions, and names in the namespace', () => {
      for (const { address, name } of truth().devices) {
        expect(device(address, 'Type')).toBe(TYPE_DEVICE);
        expect(extension(address, 'Type')).toBe(TYPE_EXTENSION);
        expect(extension(address, 'DeviceObject')).toBe(BigInt(address));
        const private_ = device(address, 'DeviceExtension');
        expect(private_ === 0n || private_ === BigInt(address) + BigInt(sizeOf('_DEVICE_OBJECT'))).toBe(true);
        expect(device(address, 'Size') >= BigInt(sizeOf('_DEVICE_OBJECT'))).toBe(true);
        expect(objectName(opened(), BigInt(address)), address).toBe(name?.slice(name.lastIndexOf('\\') + 1));
      }
    });

    it('stack up: each knows what it is attached to and what is attached to it', () => {
      const above = new Map(
        truth().devices.flatMap(({ address, attachedTo }) =>
          attachedTo === undefined ? [] : [[attachedTo, address]],
        ),
      );
      expect(above.size).toBeGreaterThan(10);
      for (const { address, attachedTo, passesTo } of truth().devices) {
        expect(extension(address, 'AttachedTo')).toBe(BigInt(attachedTo ?? 0));
        expect(device(address, 'AttachedDevice')).toBe(BigInt(above.get(address) ?? 0));
        const below = attachedTo ?? passesTo;
        expect(device(address, 'StackSize')).toBe(below === undefined ? 1n : device(below, 'StackSize') + 1n);
      }
    });

    it('with sectors have a parameter block, and the mounted file system in it', () => {
      let mounts = 0;
      for (const { address, mounted } of truth().devices) {
        const block = device(address, 'Vpb');
        if (block === 0n) {
          expect(mounted).toBeUndefined();
          continue;
        }
        expect(DISK_TYPES).toContain(device(address, 'DeviceType'));
        expect(opened().get(block, '_VPB', 'Type')).toBe(TYPE_VPB);
        expect(Number(opened().get(block, '_VPB', 'Size'))).toBe(sizeOf('_VPB'));
        expect(opened().get(block, '_VPB', 'RealDevice')).toBe(BigInt(address));
        expect(opened().get(block, '_VPB', 'DeviceObject')).toBe(BigInt(mounted ?? 0));
        expect(opened().get(block, '_VPB', 'Flags') & MOUNTED).toBe(mounted === undefined ? 0n : MOUNTED);
        if (mounted !== undefined) mounts++;
      }
      expect(mounts).toBeGreaterThan(0);
    });

    it('of file systems are registered, raw last', () => {
      const head = opened().address('IopDiskFileSystemQueueHead');
      const queued = opened().list(head, '_DEVICE_OBJECT', 'Queue.ListEntry');
      const drivers = queued.map((at) => text(device(at, 'DriverObject'), '_DRIVER_OBJECT', 'DriverName'));
      expect(drivers).toContain('\\FileSystem\\Ntfs');
      expect(drivers.at(-1)).toBe('\\FileSystem\\RAW');
    });
  });

  describe('the device tree', () => {
    const node = (address: string | bigint, path: string) =>
      opened().get(BigInt(address), '_DEVICE_NODE', path);
    const walk = (at: bigint, level: bigint): bigint[] => {
      const children: bigint[] = [];
      for (let child = node(at, 'Child'); child !== 0n; child = node(child, 'Sibling')) {
        expect(node(child, 'Parent')).toBe(at);
        children.push(child);
      }
      expect(node(at, 'LastChild')).toBe(children.at(-1) ?? 0n);
      expect(node(at, 'Level')).toBe(level);
      return [at, ...children.flatMap((child) => walk(child, level + 1n))];
    };

    it('from IopRootDeviceNode on is what truth says, and counted', () => {
      const found = walk(opened().pointer('IopRootDeviceNode'), 0n);
      expect(found).toEqual(truth().nodes.map(({ address }) => BigInt(address)));
      expect(opened().space.get(opened().address('IopNumberDeviceNodes'), '_LARGE_INTEGER', 'LowPart')).toBe(
        BigInt(found.length),
      );
    });

    it('names instances, services, states and problems, and leads to devices and back', () => {
      for (const { address, instance, service, pdo, parent, state, problem } of truth().nodes) {
        expect(text(BigInt(address), '_DEVICE_NODE', 'InstancePath')).toBe(instance);
        expect(text(BigInt(address), '_DEVICE_NODE', 'ServiceName')).toBe(service ?? '');
        expect(node(address, 'Parent')).toBe(BigInt(parent ?? 0));
        expect(Number(node(address, 'State'))).toBe(enumValue('_PNP_DEVNODE_STATE', state));
        expect(Number(node(address, 'Problem'))).toBe(problem ?? 0);
        expect(node(address, 'PhysicalDeviceObject')).toBe(BigInt(pdo));
        const extension = opened().get(BigInt(pdo), '_DEVICE_OBJECT', 'DeviceObjectExtension');
        expect(opened().get(extension, '_DEVOBJ_EXTENSION', 'DeviceNode')).toBe(BigInt(address));
      }
    });

    it('remembers the states before: the last one written is the previous state', () => {
      for (const { address } of truth().nodes) {
        const next = Number(node(address, 'StateHistoryEntry'));
        const history = BigInt(address) + BigInt(offsetOf('_DEVICE_NODE', 'StateHistory') + 4 * (next - 1));
        expect(opened().get(history, '_LARGE_INTEGER', 'LowPart')).toBe(node(address, 'PreviousState'));
      }
    });
  });

  describe('pending requests', () => {
    const irp = (address: string | bigint, path: string) => opened().get(BigInt(address), '_IRP', path);
    const location = (address: bigint, path: string) => opened().get(address, '_IO_STACK_LOCATION', path);
    const locationsOf = (address: string): bigint[] =>
      Array.from(
        { length: Number(irp(address, 'StackCount')) },
        (_, i) => BigInt(address) + BigInt(sizeOf('_IRP') + i * sizeOf('_IO_STACK_LOCATION')),
      );

    it('are packets with as many locations as their stack has drivers', () => {
      expect(truth().requests.length).toBeGreaterThan(0);
      for (const { address } of truth().requests) {
        const count = Number(irp(address, 'StackCount'));
        expect(irp(address, 'Type')).toBe(6n); // IO_TYPE_IRP
        expect(Number(irp(address, 'Size'))).toBe(sizeOf('_IRP') + count * sizeOf('_IO_STACK_LOCATION'));
        const current = Number(irp(address, 'CurrentLocation'));
        expect(current >= 1 && current <= count).toBe(true);
        expect(irp(address, 'Tail.Overlay.CurrentStackLocation')).toBe(locationsOf(address)[current - 1]);
      }
    });

    it('are at the driver that holds them, above whom only drivers of the stacks on the way', () => {
      for (const { address, device, driver: holder, major, minor, file } of truth().requests) {
        const locations = locationsOf(address);
        const used = locations.slice(Number(irp(address, 'CurrentLocation')) - 1);
        const last = used[0]!;
        expect(location(last, 'DeviceObject')).toBe(BigInt(device));
        expect(MAJORS[Number(location(last, 'MajorFunction'))]).toBe(major);
        expect(Number(location(last, 'MinorFunction'))).toBe(minor);
        expect(location(last, 'FileObject')).toBe(BigInt(file ?? 0));
        expect(location(last, 'Control') & 1n).toBe(1n); // SL_PENDING_RETURNED
        expect(
          text(
            opened().get(BigInt(device), '_DEVICE_OBJECT', 'DriverObject'),
            '_DRIVER_OBJECT',
            'DriverName',
          ),
        ).toBe(holder);
        for (const at of used) {
          const routine = location(at, 'CompletionRoutine');
          if (at === used.at(-1)) expect(routine).toBe(0n);
          else expect(moduleAt(routine)).toBeDefined();
        }
        const unused = locations.slice(0, Number(irp(address, 'CurrentLocation')) - 1);
        for (const at of unused) expect(location(at, 'DeviceObject')).toBe(0n);
        const cancel = irp(address, 'CancelRoutine');
        if (cancel !== 0n) expect(moduleAt(cancel)).toBeDefined();
      }
    });

    it("of a thread are on the thread's list, which holds no others", () => {
      const expected = new Map<string, bigint[]>();
      for (const { address, thread } of truth().requests)
        if (thread !== undefined) expected.set(thread, [...(expected.get(thread) ?? []), BigInt(address)]);
      for (const process of opened().truth.processes)
        for (const { address } of process.threads) {
          const head = BigInt(address) + BigInt(offsetOf('_ETHREAD', 'IrpList'));
          const listed = opened().list(head, '_IRP', 'ThreadListEntry');
          expect(listed).toEqual(expected.get(address) ?? []);
          for (const at of listed) expect(irp(at, 'Tail.Overlay.Thread')).toBe(BigInt(address));
        }
    });

    it('have files on a device of the stack, which their process has open', () => {
      for (const { file } of truth().requests) {
        if (file === undefined) continue;
        expect(opened().get(BigInt(file), '_FILE_OBJECT', 'Type')).toBe(5n); // IO_TYPE_FILE
        const device = opened().get(BigInt(file), '_FILE_OBJECT', 'DeviceObject');
        expect(truth().devices.map(({ address }) => BigInt(address))).toContain(device);
        const header = BigInt(file) - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
        expect(opened().get(header, '_OBJECT_HEADER', 'HandleCount')).toBe(1n);
      }
    });

    it('with an MDL describe their buffer frame by frame', () => {
      for (const { address } of truth().requests) {
        const mdl = irp(address, 'MdlAddress');
        if (mdl === 0n) continue;
        const get = (path: string) => opened().get(mdl, '_MDL', path);
        const start = get('StartVa');
        expect(start + get('ByteOffset')).toBe(get('MappedSystemVa'));
        const pages = (Number(get('Size')) - sizeOf('_MDL')) / 8;
        expect(pages).toBe(Math.ceil((Number(get('ByteOffset')) + Number(get('ByteCount'))) / 4096));
        for (let page = 0; page < pages; page++)
          expect(opened().space.u64(mdl + BigInt(sizeOf('_MDL') + 8 * page))).toBe(
            BigInt(opened().space.frameAt(start + BigInt(4096 * page))!),
          );
      }
    });
  });
}

/** IRP_MJ_* by number, as ntddk.h has those that truth names. */
const MAJORS = ('CREATE CREATE_NAMED_PIPE CLOSE READ WRITE QUERY_INFORMATION SET_INFORMATION QUERY_EA SET_EA ' +
  'FLUSH_BUFFERS QUERY_VOLUME_INFORMATION SET_VOLUME_INFORMATION DIRECTORY_CONTROL FILE_SYSTEM_CONTROL ' +
  'DEVICE_CONTROL INTERNAL_DEVICE_CONTROL SHUTDOWN LOCK_CONTROL CLEANUP CREATE_MAILSLOT QUERY_SECURITY ' +
  'SET_SECURITY POWER').split(' '); // prettier-ignore

/** Name that the object manager keeps in front of an object, if it has one. */
function objectName(kernel: Kernel, body: bigint): string | undefined {
  const header = body - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
  const mask = Number(kernel.get(header, '_OBJECT_HEADER', 'InfoMask'));
  if ((mask & NAME_INFO) === 0) return undefined;
  const offset = kernel.space.u8(kernel.address('ObpInfoMaskToOffset') + BigInt(mask & (NAME_INFO | 1)));
  const info = header - BigInt(offset);
  return kernel.space.unicode(info + BigInt(offsetOf('_OBJECT_HEADER_NAME_INFO', 'Name')));
}
