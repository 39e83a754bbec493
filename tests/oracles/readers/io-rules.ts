// Drivers and devices: what !drvobj, !devobj, !devstack and driverscan walk.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { scanPool } from './objects.js';

/** What truth.json tells of drivers and devices. */
interface IoTruth {
  drivers: { name: string; address: string; module?: string; devices: string[] }[];
}

const MAJOR_FUNCTIONS = 28;
const TYPE_DRIVER = 4n; // IO_TYPE_DRIVER of wdm.h
const DRIVERSCAN_MINIMUM = 248;

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
}
