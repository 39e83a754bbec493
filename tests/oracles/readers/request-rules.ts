// Requests that drivers hold, and devices in use: what !irp, !thread and !idt show of them.
import { describe, expect, it } from 'vitest';
import { ioTruth, moduleAt, textIn } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { scanPool } from './objects.js';

/** IRP_MJ_* by number, as ntddk.h has those that truth names. */
const MAJORS = ('CREATE CREATE_NAMED_PIPE CLOSE READ WRITE QUERY_INFORMATION SET_INFORMATION QUERY_EA SET_EA ' +
  'FLUSH_BUFFERS QUERY_VOLUME_INFORMATION SET_VOLUME_INFORMATION DIRECTORY_CONTROL FILE_SYSTEM_CONTROL ' +
  'DEVICE_CONTROL INTERNAL_DEVICE_CONTROL SHUTDOWN LOCK_CONTROL CLEANUP CREATE_MAILSLOT QUERY_SECURITY ' +
  'SET_SECURITY POWER').split(' '); // prettier-ignore

export function requestRules(opened: () => Kernel): void {
  const truth = () => ioTruth(opened());
  const text = (structure: bigint, type: string, path: string) => textIn(opened(), structure, type, path);
  const moduleOf = (address: bigint) => moduleAt(opened(), address);

  describe('pending requests', () => {
    const irp = (address: string | bigint, path: string) => opened().get(BigInt(address), '_IRP', path);
    const location = (address: bigint, path: string) => opened().get(address, '_IO_STACK_LOCATION', path);
    const locationsOf = (address: string): bigint[] =>
      Array.from(
        { length: Number(irp(address, 'StackCount')) },
        (_, i) => BigInt(address) + BigInt(sizeOf('_IRP') + i * sizeOf('_IO_STACK_LOCATION')),
      );

    const pending = () => truth().requests.filter(({ isCompleted }) => !isCompleted);
    /** A completed request's APC lies over its thread. */
    const threadOf = (at: bigint) =>
      irp(at, 'CurrentLocation') > irp(at, 'StackCount') ? 'Tail.Apc.Thread' : 'Tail.Overlay.Thread';

    it('are packets with as many locations as their stack has drivers', () => {
      expect(truth().requests.length).toBeGreaterThan(0);
      for (const { address, isCompleted } of truth().requests) {
        const count = Number(irp(address, 'StackCount'));
        expect(irp(address, 'Type')).toBe(6n); // IO_TYPE_IRP
        expect(Number(irp(address, 'Size'))).toBe(sizeOf('_IRP') + count * sizeOf('_IO_STACK_LOCATION'));
        const current = Number(irp(address, 'CurrentLocation'));
        if (isCompleted) {
          expect(current).toBe(count + 2);
          continue;
        }
        expect(current >= 1 && current <= count).toBe(true);
        expect(irp(address, 'Tail.Overlay.CurrentStackLocation')).toBe(locationsOf(address)[current - 1]);
      }
    });

    it('are at the driver that holds them, above whom only drivers of the stacks on the way', () => {
      for (const { address, device, driver: holder, major, minor, file } of pending()) {
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
          else expect(moduleOf(routine)).toBeDefined();
        }
        const unused = locations.slice(0, Number(irp(address, 'CurrentLocation')) - 1);
        for (const at of unused) expect(location(at, 'DeviceObject')).toBe(0n);
        const cancel = irp(address, 'CancelRoutine');
        if (cancel !== 0n) expect(moduleOf(cancel)).toBeDefined();
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
          for (const at of listed) expect(irp(at, threadOf(at))).toBe(BigInt(address));
        }
    });

    it('that are completed are empty, and their APC is queued to their thread', () => {
      for (const { address, thread } of truth().requests.filter(({ isCompleted }) => isCompleted)) {
        const apc = BigInt(address) + BigInt(offsetOf('_IRP', 'Tail.Apc'));
        const head = BigInt(thread!) + BigInt(offsetOf('_KTHREAD', 'ApcState.ApcListHead'));
        expect(opened().list(head, '_KAPC', 'ApcListEntry')).toContain(apc);
        expect(opened().get(apc, '_KAPC', 'KernelRoutine')).toBe(opened().address('IopCompleteRequest'));
        for (const at of locationsOf(address)) expect(location(at, 'FileObject')).toBe(0n);
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

  describe('devices in use', () => {
    it('count the files that are open on them, and the registrations of file systems', () => {
      const files = scanPool(opened(), {
        tag: 'File',
        minimumBytes: 0x100,
        type: 'File',
        isValid: (kernel, body) => kernel.get(body, '_FILE_OBJECT', 'Type') === 5n,
      });
      const open = new Map<bigint, bigint>();
      const count = (device: bigint) => open.set(device, (open.get(device) ?? 0n) + 1n);
      for (const file of files) count(opened().get(file, '_FILE_OBJECT', 'DeviceObject'));
      for (const kind of ['Disk', 'CdRom', 'Network', 'Tape']) {
        const head = opened().address(`Iop${kind}FileSystemQueueHead`);
        opened().list(head, '_DEVICE_OBJECT', 'Queue.ListEntry').forEach(count);
      }
      for (const { address, name } of truth().devices)
        expect([name, opened().get(BigInt(address), '_DEVICE_OBJECT', 'ReferenceCount')]).toEqual([
          name,
          open.get(BigInt(address)) ?? 0n,
        ]);
    });

    it('have timers on the list of the I/O manager, which calls a routine of their drivers each second', () => {
      const timed = truth().devices.filter(({ timer }) => timer !== undefined);
      expect(timed.length).toBeGreaterThan(0);
      const head = opened().address('IopTimerQueueHead');
      const listed = opened().list(head, '_IO_TIMER', 'TimerList');
      expect(listed).toEqual(timed.map(({ timer }) => BigInt(timer!.address)));
      timed.forEach(({ address, timer }, index) => {
        const get = (path: string) => opened().get(listed[index]!, '_IO_TIMER', path);
        expect([get('Type'), get('TimerFlag'), get('DeviceObject')]).toEqual([9n, 1n, BigInt(address)]);
        expect(moduleOf(get('TimerRoutine'))).toBe(timer!.routine.slice(0, timer!.routine.indexOf('!')));
        expect(opened().get(BigInt(address), '_DEVICE_OBJECT', 'Timer')).toBe(listed[index]);
      });
    });

    it('interrupt through objects of their vectors, which lead to their driver', () => {
      const entry = BigInt(sizeOf('_KIDTENTRY64'));
      for (const { address, processor, vector, routine } of truth().interrupts) {
        const get = (path: string) => opened().get(BigInt(address), '_KINTERRUPT', path);
        expect([Number(get('Vector')), Number(get('Number')), get('Connected')]).toEqual([
          vector,
          processor,
          1n,
        ]);
        expect(moduleOf(get('ServiceRoutine'))).toBe(routine.slice(0, routine.indexOf('!')));
        const block = BigInt(opened().truth.processors[processor]!.address);
        const objects = block + BigInt(offsetOf('_KPRCB', 'InterruptObject'));
        expect(opened().space.u64(objects + BigInt(8 * vector))).toBe(BigInt(address));
        const control = block - BigInt(offsetOf('_KPCR', 'Prcb'));
        const gate = opened().get(control, '_KPCR', 'IdtBase') + entry * BigInt(vector);
        const part = (path: string) => opened().get(gate, '_KIDTENTRY64', path);
        const handler = part('OffsetLow') | (part('OffsetMiddle') << 16n) | (part('OffsetHigh') << 32n);
        expect(handler).toBe(opened().address('KiIsrLinkage'));
      }
    });
  });
}
