// Requests that drivers hold, and devices in use: what !irp, !thread and !idt show of them.
import { describe, expect, it } from 'vitest';
import { ioTruth, moduleAt, textIn } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';
import { scanPool } from './objects.js';
import { PfnDatabase } from './pfn-database.js';

/** IRP_MJ_* by number, as ntddk.h has those that truth names. */
const MAJORS = ('CREATE CREATE_NAMED_PIPE CLOSE READ WRITE QUERY_INFORMATION SET_INFORMATION QUERY_EA SET_EA ' +
  'FLUSH_BUFFERS QUERY_VOLUME_INFORMATION SET_VOLUME_INFORMATION DIRECTORY_CONTROL FILE_SYSTEM_CONTROL ' +
  'DEVICE_CONTROL INTERNAL_DEVICE_CONTROL SHUTDOWN LOCK_CONTROL CLEANUP CREATE_MAILSLOT QUERY_SECURITY ' +
  'SET_SECURITY POWER').split(' '); // prettier-ignore

/** _MMLISTS.TransitionPage. */
const TRANSITION_PAGE = 7;
/** Bits of MMPFNENTRY1: WriteInProgress and ReadInProgress. */
const IN_PROGRESS = 0x28;

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
      for (const { address, device, driver: holder, major, minor, file, paging } of pending()) {
        const locations = locationsOf(address);
        const used = locations.slice(Number(irp(address, 'CurrentLocation')) - 1);
        const last = used[0]!;
        expect(location(last, 'DeviceObject')).toBe(BigInt(device));
        expect(MAJORS[Number(location(last, 'MajorFunction'))]).toBe(major);
        expect(Number(location(last, 'MinorFunction'))).toBe(minor);
        // Below a file system nobody knows whose page it is.
        expect(location(last, 'FileObject')).toBe(paging ? 0n : BigInt(file ?? 0));
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
      for (const { file, paging } of truth().requests) {
        if (file === undefined || paging) continue;
        expect(opened().get(BigInt(file), '_FILE_OBJECT', 'Type')).toBe(5n); // IO_TYPE_FILE
        const device = opened().get(BigInt(file), '_FILE_OBJECT', 'DeviceObject');
        expect(truth().devices.map(({ address }) => BigInt(address))).toContain(device);
        const header = BigInt(file) - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
        expect(opened().get(header, '_OBJECT_HEADER', 'HandleCount')).toBe(1n);
      }
    });

    it('that move pages describe frames on their way, whose prototype PTEs are those of the file, and somebody waits', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const moves = truth().requests.filter(({ paging }) => paging);
      expect(moves.map(({ paging }) => paging!.direction)).toEqual(['in', 'out']);
      const seen = new Set<number>();
      for (const { address, file, major, paging } of moves) {
        const { direction, thread, mdl, event, firstPage, pages } = paging!;
        expect(major).toBe(direction === 'in' ? 'READ' : 'WRITE');
        expect(irp(address, 'MdlAddress')).toBe(BigInt(mdl));
        expect(irp(address, 'Tail.Overlay.Thread')).toBe(BigInt(thread));
        expect(irp(address, 'Tail.Overlay.OriginalFileObject')).toBe(BigInt(file!));
        expect(irp(address, 'Flags') & 3n).toBe(3n); // IRP_NOCACHE, IRP_PAGING_IO
        expect(irp(address, 'RequestorMode')).toBe(0n);
        expect(irp(address, 'UserEvent')).toBe(BigInt(event ?? 0));
        expect(kernel.get(irp(address, 'UserIosb'), '_IO_STATUS_BLOCK', 'Information')).toBe(0n);
        // Who asked told the file system of the file and the place in it.
        const top = locationsOf(address).at(-1)!;
        expect(location(top, 'FileObject')).toBe(BigInt(file!));
        expect(location(top, 'Parameters.Read.ByteOffset.QuadPart')).toBe(BigInt(firstPage) << 12n);
        const get = (path: string) => kernel.get(BigInt(mdl), '_MDL', path);
        expect([get('ByteOffset'), get('ByteCount')]).toEqual([0n, BigInt(pages) << 12n]);
        expect(get('MdlFlags')).toBe(direction === 'in' ? 0x42n : 2n); // MDL_PAGES_LOCKED, MDL_IO_PAGE_READ
        const pointers = kernel.get(BigInt(file!), '_FILE_OBJECT', 'SectionObjectPointer');
        const area = kernel.get(pointers, '_SECTION_OBJECT_POINTERS', 'DataSectionObject');
        const segment = kernel.get(area, '_CONTROL_AREA', 'Segment');
        const first = kernel.get(segment, '_SEGMENT', 'PrototypePte') + BigInt(firstPage) * 8n;
        for (let page = 0; page < pages; page++) {
          const frame = Number(kernel.space.u64(BigInt(mdl) + BigInt(sizeOf('_MDL') + 8 * page)));
          const state = (path: string) => kernel.get(pfns.addressOf(frame), '_MMPFN', path);
          expect(seen.has(frame)).toBe(false);
          seen.add(frame);
          expect(kernel.dump.has(frame)).toBe(false);
          const { location: where, referenceCount, pteAddress, prototype } = pfns.entry(frame);
          expect([where, referenceCount, prototype]).toEqual([TRANSITION_PAGE, 1, true]);
          expect([state('u3.e1.ReadInProgress'), state('u3.e1.WriteInProgress')]).toEqual(
            direction === 'in' ? [1n, 0n] : [0n, 1n],
          );
          expect(pteAddress).toBe(first + BigInt(8 * page));
          const entry = kernel.space.u64(pteAddress);
          expect(entry & 0xc01n).toBe(0x800n); // not valid, no prototype, in transition
          expect(Number((entry >> 12n) & 0xffffffffffn)).toBe(frame);
          // The view that it is seen through has an entry that leads to the prototype PTE.
          const viewed = kernel.space.u64(
            pfns.pteAddress({ address: get('StartVa') + BigInt(page << 12), level: 1 }),
          );
          expect(viewed & 0x401n).toBe(0x400n);
          expect(viewed >> 16n).toBe(BigInt.asUintN(48, pteAddress));
        }
        if (event === undefined) continue;
        expect(kernel.get(BigInt(event), '_DISPATCHER_HEADER', 'SignalState')).toBe(0n);
        const waiting = kernel.list(
          BigInt(event) + BigInt(offsetOf('_DISPATCHER_HEADER', 'WaitListHead')),
          '_KWAIT_BLOCK',
          'WaitListEntry',
        );
        expect(waiting.map((block) => kernel.get(block, '_KWAIT_BLOCK', 'Thread'))).toEqual([BigInt(thread)]);
        expect(Number(kernel.get(BigInt(thread), '_KTHREAD', 'WaitReason'))).toBe(
          enumValue('_KWAIT_REASON', 'WrPageIn'),
        );
      }
      // Nobody else's page is on its way.
      const isOnItsWay = (state: number) => (state & 7) === TRANSITION_PAGE || (state & IN_PROGRESS) !== 0;
      const all = pfns.framesWith(Number(kernel.dump.bitmap64('Pages')), isOnItsWay);
      expect(all).toEqual([...seen].sort((x, y) => x - y));
    });

    it('with an MDL describe their buffer frame by frame', () => {
      for (const { address, paging } of truth().requests) {
        const mdl = irp(address, 'MdlAddress');
        if (mdl === 0n || paging) continue;
        const get = (path: string) => opened().get(mdl, '_MDL', path);
        if (get('Process') !== 0n) continue; // a buffer of user mode, whose pages are locked
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

  describe('buffers of user mode that requests have locked', () => {
    it('are pages of the process of who asked, held once more for each MDL, and counted', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const held = new Map<number, number>();
      const counts = new Map<bigint, bigint>();
      for (const { address } of truth().requests) {
        const irp = (path: string) => kernel.get(BigInt(address), '_IRP', path);
        const mdl = irp('MdlAddress');
        const get = (path: string) => kernel.get(mdl, '_MDL', path);
        if (mdl === 0n || get('Process') === 0n) continue;
        const process = get('Process');
        expect(kernel.get(irp('Tail.Overlay.Thread'), '_KTHREAD', 'Process')).toBe(process);
        expect(irp('UserBuffer')).toBe(get('StartVa') + get('ByteOffset'));
        expect([get('MdlFlags'), get('MappedSystemVa')]).toEqual([0x82n, 0n]); // pages locked, for a write
        const space = kernel.spaceOf(process);
        const pages = Math.ceil(Number(get('ByteOffset') + get('ByteCount')) / 4096);
        for (let page = 0; page < pages; page++) {
          const frame = Number(kernel.space.u64(mdl + BigInt(sizeOf('_MDL') + 8 * page)));
          expect(frame).toBe(space.frameAt(get('StartVa') + BigInt(4096 * page)));
          held.set(frame, (held.get(frame) ?? 0) + 1);
        }
        counts.set(process, (counts.get(process) ?? 0n) + BigInt(pages));
      }
      for (const [frame, locks] of held) expect(pfns.entry(frame).referenceCount).toBe(1 + locks);
      for (const process of kernel.processes)
        expect(kernel.get(process, '_EPROCESS', 'NumberOfLockedPages')).toBe(counts.get(process) ?? 0n);
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
