// Drivers and devices: what !drvobj, !devobj, !devstack, !devnode and driverscan walk.
import { describe, expect, it } from 'vitest';
import { ioTruth, moduleAt, textIn } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';
import { scanPool } from './objects.js';

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
  const truth = () => ioTruth(opened());
  const text = (structure: bigint, type: string, path: string) => textIn(opened(), structure, type, path);
  const moduleOf = (address: bigint) => moduleAt(opened(), address);
  const driver = (address: string | bigint, path: string) =>
    opened().get(BigInt(address), '_DRIVER_OBJECT', path);

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
          expect(moduleOf(opened().space.u64(BigInt(address) + first + 8n * major)), name).toBeDefined();
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

    it('was given memory, ports and interrupts as truth says, where the machine has no memory and something is connected', () => {
      const kernel = opened();
      const partsOf = (list: bigint) => {
        expect(kernel.get(list, '_CM_RESOURCE_LIST', 'Count')).toBe(1n);
        const full = list + BigInt(offsetOf('_CM_RESOURCE_LIST', 'List'));
        const partial = full + BigInt(offsetOf('_CM_FULL_RESOURCE_DESCRIPTOR', 'PartialResourceList'));
        const first = partial + BigInt(offsetOf('_CM_PARTIAL_RESOURCE_LIST', 'PartialDescriptors'));
        return Array.from(
          { length: Number(kernel.get(partial, '_CM_PARTIAL_RESOURCE_LIST', 'Count')) },
          (_, i) => first + BigInt(20 * i),
        );
      };
      const part = (at: bigint, path: string) => kernel.get(at, '_CM_PARTIAL_RESOURCE_DESCRIPTOR', path);
      const start = (at: bigint) =>
        kernel.space.u64(at + BigInt(offsetOf('_CM_PARTIAL_RESOURCE_DESCRIPTOR', 'u.Memory.Start')));
      const kinds = new Map<string, number>();
      for (const { address, resources } of truth().nodes) {
        const [raw, translated] = [node(address, 'ResourceList'), node(address, 'ResourceListTranslated')];
        if (resources.length === 0) {
          expect([raw, translated]).toEqual([0n, 0n]);
          continue;
        }
        const parts = partsOf(translated);
        expect(partsOf(raw).map((at) => part(at, 'Type'))).toEqual(parts.map((at) => part(at, 'Type')));
        const found = parts.map((at) => {
          const type = Number(part(at, 'Type'));
          if (type !== 2)
            return {
              kind: type === 3 ? 'memory' : 'port',
              start: `0x${start(at).toString(16).padStart(16, '0')}`,
              bytes: Number(part(at, 'u.Memory.Length')),
            };
          const processor = kernel.truth.processors.findIndex(({ address: block }) => {
            const get = (path: string) => kernel.get(BigInt(block), '_KPRCB', path);
            return (
              get('Group') === part(at, 'u.Interrupt.Group') &&
              get('GroupSetMember') === part(at, 'u.Interrupt.Affinity')
            );
          });
          const vector = Number(part(at, 'u.Interrupt.Vector'));
          expect(
            truth().interrupts.some((each) => each.vector === vector && each.processor === processor),
          ).toBe(true);
          return { kind: 'interrupt', vector, irql: Number(part(at, 'u.Interrupt.Level')), processor };
        });
        expect(found).toEqual(resources);
        for (const { kind } of resources) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        for (const { kind, start: at } of resources)
          if (kind === 'memory') expect(kernel.dump.has(Number(BigInt(at!) >> 12n))).toBe(false);
      }
      expect([...kinds.keys()].sort()).toEqual(expect.arrayContaining(['interrupt', 'memory']));
    });

    it('remembers the states before: the last one written is the previous state', () => {
      for (const { address } of truth().nodes) {
        const next = Number(node(address, 'StateHistoryEntry'));
        const history = BigInt(address) + BigInt(offsetOf('_DEVICE_NODE', 'StateHistory') + 4 * (next - 1));
        expect(opened().get(history, '_LARGE_INTEGER', 'LowPart')).toBe(node(address, 'PreviousState'));
      }
    });
  });
}

/** Name that the object manager keeps in front of an object, if it has one. */
function objectName(kernel: Kernel, body: bigint): string | undefined {
  const header = body - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
  const mask = Number(kernel.get(header, '_OBJECT_HEADER', 'InfoMask'));
  if ((mask & NAME_INFO) === 0) return undefined;
  const offset = kernel.space.u8(kernel.address('ObpInfoMaskToOffset') + BigInt(mask & (NAME_INFO | 1)));
  const info = header - BigInt(offset);
  return kernel.space.unicode(info + BigInt(offsetOf('_OBJECT_HEADER_NAME_INFO', 'Name')));
}
