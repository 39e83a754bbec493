// The filter manager: what !fltkd.filters, !fltkd.volumes and minifilter scanners walk.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { publicSymbols } from './pdb-publics.js';

interface FilterTruth {
  name: string;
  address: string;
  altitude: string;
  instances: { address: string; name: string; volume: string }[];
}

const OPERATIONS = 50; // of _CALLBACK_CTRL
const FIRST_MAJOR = 22; // place of IRP_MJ_CREATE among them
const LAST_OPERATION = 0x80n; // IRP_MJ_OPERATION_END of fltKernel.h

export function filterRules(opened: () => Kernel): void {
  const truth = () => (opened().truth as unknown as { io: { filters: FilterTruth[] } }).io.filters;
  const unicode = (structure: bigint, type: string, path: string) =>
    opened().space.unicode(structure + BigInt(offsetOf(type, path)));
  const at = (structure: bigint, type: string, path: string) => structure + BigInt(offsetOf(type, path));
  const filters = (frame: bigint) =>
    opened().list(at(frame, '_FLTP_FRAME', 'RegisteredFilters.rList'), '_FLT_FILTER', 'Base.PrimaryLink');
  const volumes = (frame: bigint) =>
    opened().list(at(frame, '_FLTP_FRAME', 'AttachedVolumes.rList'), '_FLT_VOLUME', 'Base.PrimaryLink');
  const frames = (): bigint[] => {
    const module = opened().truth.modules.find(({ name }) => name === 'FLTMGR')!;
    const { pdb, guid, age } = { ...module.pdb, pdb: module.pdb.name };
    const path = join(opened().symbolsFolder, pdb, `${guid}${age.toString(16)}`, pdb);
    const globals = BigInt(module.base) + BigInt(publicSymbols(path).get('FltGlobals')!);
    expect(opened().get(globals, '_GLOBALS', 'FrameList.rCount')).toBe(1n);
    return opened().list(at(globals, '_GLOBALS', 'FrameList.rList'), '_FLTP_FRAME', 'Links');
  };

  describe('minifilters', () => {
    it('are registered in one frame, by altitude, as truth has them', () => {
      const [frame, ...more] = frames();
      expect(more).toEqual([]);
      const found = filters(frame!);
      expect(found).toEqual(truth().map(({ address }) => BigInt(address)));
      expect(opened().get(frame!, '_FLTP_FRAME', 'RegisteredFilters.rCount')).toBe(BigInt(found.length));
      const altitudes = found.map((filter) => Number(unicode(filter, '_FLT_FILTER', 'DefaultAltitude')));
      expect(altitudes).toEqual([...altitudes].sort((a, b) => b - a));
      for (const [i, filter] of found.entries()) {
        expect(unicode(filter, '_FLT_FILTER', 'Name')).toBe(truth()[i]!.name);
        expect(String(altitudes[i])).toBe(truth()[i]!.altitude);
        expect(opened().get(filter, '_FLT_FILTER', 'Frame')).toBe(frame);
        const driver = opened().get(filter, '_FLT_FILTER', 'DriverObject');
        expect(unicode(driver, '_DRIVER_OBJECT', 'DriverName').endsWith(`\\${truth()[i]!.name}`)).toBe(true);
      }
    });

    it('have their instances, on their own list and on that of the volume', () => {
      const [frame] = frames();
      const onVolumes = new Map<bigint, string>();
      for (const volume of volumes(frame!)) {
        const head = at(volume, '_FLT_VOLUME', 'InstanceList.rList');
        const listed = opened().list(head, '_FLT_INSTANCE', 'Base.PrimaryLink');
        expect(opened().get(volume, '_FLT_VOLUME', 'InstanceList.rCount')).toBe(BigInt(listed.length));
        for (const instance of listed) {
          expect(opened().get(instance, '_FLT_INSTANCE', 'Volume')).toBe(volume);
          onVolumes.set(instance, unicode(volume, '_FLT_VOLUME', 'DeviceName'));
        }
      }
      for (const { address, instances } of truth()) {
        const head = at(BigInt(address), '_FLT_FILTER', 'InstanceList.rList');
        const listed = opened().list(head, '_FLT_INSTANCE', 'FilterLink');
        expect(listed).toEqual(instances.map((instance) => BigInt(instance.address)));
        for (const [i, instance] of listed.entries()) {
          expect(unicode(instance, '_FLT_INSTANCE', 'Name')).toBe(instances[i]!.name);
          expect(onVolumes.get(instance)).toBe(instances[i]!.volume);
          expect(opened().get(instance, '_FLT_INSTANCE', 'Filter')).toBe(BigInt(address));
          onVolumes.delete(instance);
        }
      }
      expect(onVolumes.size).toBe(0);
    });

    it('see the operations that they registered, through nodes on the lists of each volume', () => {
      for (const { address, instances } of truth()) {
        const wanted: number[] = [];
        let entry = opened().get(BigInt(address), '_FLT_FILTER', 'Operations');
        for (; ; entry += BigInt(sizeOf('_FLT_OPERATION_REGISTRATION'))) {
          const major = opened().get(entry, '_FLT_OPERATION_REGISTRATION', 'MajorFunction');
          if (major === LAST_OPERATION) break;
          wanted.push(Number(major) + FIRST_MAJOR);
        }
        expect(wanted.length).toBeGreaterThan(0);
        for (const instance of instances) {
          const self = BigInt(instance.address);
          const volume = opened().get(self, '_FLT_INSTANCE', 'Volume');
          for (let place = 0; place < OPERATIONS; place++) {
            const node = opened().space.u64(at(self, '_FLT_INSTANCE', 'CallbackNodes') + BigInt(8 * place));
            expect(node !== 0n).toBe(wanted.includes(place));
            if (node === 0n) continue;
            const head = at(volume, '_FLT_VOLUME', 'Callbacks.OperationLists') + BigInt(16 * place);
            expect(opened().list(head, '_CALLBACK_NODE', 'CallbackLinks')).toContain(node);
            expect(opened().get(node, '_CALLBACK_NODE', 'Instance')).toBe(self);
          }
        }
      }
    });

    it('sit above volumes through devices of the filter manager', () => {
      const [frame] = frames();
      expect(volumes(frame!).length).toBeGreaterThan(0);
      for (const volume of volumes(frame!)) {
        const device = opened().get(volume, '_FLT_VOLUME', 'DeviceObject');
        const driver = opened().get(device, '_DEVICE_OBJECT', 'DriverObject');
        expect(unicode(driver, '_DRIVER_OBJECT', 'DriverName')).toBe('\\FileSystem\\FltMgr');
        const disk = opened().get(volume, '_FLT_VOLUME', 'DiskDeviceObject');
        if (disk === 0n) continue;
        const vpb = opened().get(disk, '_DEVICE_OBJECT', 'Vpb');
        const extension = opened().get(device, '_DEVICE_OBJECT', 'DeviceObjectExtension');
        expect(opened().get(vpb, '_VPB', 'DeviceObject')).toBe(
          opened().get(extension, '_DEVOBJ_EXTENSION', 'AttachedTo'),
        );
      }
    });
  });
}
