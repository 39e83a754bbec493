import type { GeneratedDump } from '../support/generated-dump.js';
import { frameOf } from '../oracles/readers/address-space.js';
import { ioTruth } from '../oracles/readers/io-truth.js';
import { Kernel } from '../oracles/readers/kernel.js';
import { offsetOf, sizeOf } from '../oracles/readers/layouts.js';
import type { Field, Mutant } from './mutant.js';
import type { Random } from './mutations.js';

const PRESENT = 1n;
const LARGE = 1n << 7n;
const FRAME = 0x000ffffffffff000n;
const ENTRIES = 512;
const MOST_TABLES = 400;
const KDBG_BYTES = 0x380;

/** Where in a dump's file what debuggers walk lies. */
export class KernelFields {
  readonly #kernel: Kernel;
  /** Words of structures, by what they are of. */
  readonly structures: readonly (readonly Field[])[];
  /** Page tables that map memory: where each is in the file, and its frame. */
  readonly #tables: { at: number; frame: number }[] = [];
  readonly #chains: UnwindPlace[];

  constructor(dump: GeneratedDump) {
    this.#kernel = new Kernel(dump);
    this.structures = this.#structures().filter((fields) => fields.length > 0);
    this.#findTables();
    this.#chains = unwindPlaces(this.#kernel, (at) => this.fileOffset(at));
  }

  /** Place of an address in the file; `undefined` when its page is not there. */
  fileOffset(at: bigint): number | undefined {
    const frame = this.#kernel.space.frameAt(at);
    const page = frame === undefined ? undefined : this.#kernel.dump.offsetOfFrame(frame);
    return page === undefined ? undefined : page + Number(at & 0xfffn);
  }

  #words(at: bigint, bytes: number): Field[] {
    const fields: Field[] = [];
    for (let offset = 0; offset < bytes; offset += 8) {
      const place = this.fileOffset(at + BigInt(offset));
      if (place !== undefined) fields.push({ at: place, bytes: 8 });
    }
    return fields;
  }

  #structures(): Field[][] {
    const kernel = this.#kernel;
    const { truth } = kernel;
    const of = (type: string, addresses: readonly bigint[], most = sizeOf(type)) =>
      addresses.filter((at) => at !== 0n).flatMap((at) => this.#words(at, Math.min(sizeOf(type), most)));
    const pointer = (type: string, field: string) =>
      kernel.processes.map((process) => kernel.get(process, type, field));
    const { drivers, devices, nodes, requests } = ioTruth(kernel);
    const addresses = (list: readonly { address: string }[]) => list.map(({ address }) => BigInt(address));
    const threads = truth.processes.flatMap((process) => addresses(process.threads));
    const modules = kernel.list(
      kernel.address('PsLoadedModuleList'),
      '_KLDR_DATA_TABLE_ENTRY',
      'InLoadOrderLinks',
    );
    const header = BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
    const resources = kernel.list(
      kernel.address('ExpSystemResourcesList'),
      '_ERESOURCE',
      'SystemResourcesList',
    );
    return [
      this.#words(kernel.dump.u64('KdDebuggerDataBlock'), KDBG_BYTES),
      of('_EPROCESS', kernel.processes),
      of('_ETHREAD', threads),
      of('_KLDR_DATA_TABLE_ENTRY', modules),
      of('_KPRCB', addresses(truth.processors)),
      of('_HANDLE_TABLE', pointer('_EPROCESS', 'ObjectTable')),
      pointer('_EPROCESS', 'ObjectTable').flatMap((table) =>
        this.#words(kernel.get(table, '_HANDLE_TABLE', 'TableCode') & ~7n, 0x1000),
      ),
      this.#trees(pointer('_EPROCESS', 'VadRoot.Root')),
      of(
        '_TOKEN',
        truth.processes.map(({ token }) => BigInt(token.address)),
      ),
      of(
        '_OBJECT_HEADER',
        truth.namedObjects.map(({ address }) => BigInt(address) - header),
      ),
      of('_OBJECT_DIRECTORY', addresses(truth.namedObjects.filter(({ type }) => type === 'Directory'))),
      of('_DRIVER_OBJECT', addresses(drivers)),
      of('_DEVICE_OBJECT', addresses(devices)),
      of('_DEVICE_NODE', addresses(nodes)),
      of('_IRP', addresses(requests)),
      of('_ERESOURCE', resources),
      this.#words(kernel.address('ExPoolState'), 0x800),
      this.#words(kernel.base, 0x400),
      [
        'PsActiveProcessHead',
        'PsLoadedModuleList',
        'ExpSystemResourcesList',
        'MmPfnDatabase',
        'ObpRootDirectoryObject',
        'ObTypeIndexTable',
        'KiProcessorBlock',
        'MmPhysicalMemoryBlock',
        'IopRootDeviceNode',
        'PoolTrackTable',
        'PoolTrackTableSize',
        'PoolBigPageTable',
        'PoolBigPageTableSize',
        'ExPoolTagTables',
        'KeNumberProcessors',
        'KeMaximumIncrement',
      ].flatMap(
        // prettier-ignore
        (name) => (kernel.has(name) ? this.#words(kernel.address(name), 0x20) : []),
      ),
      this.#words(kernel.pointer('MmPhysicalMemoryBlock'), 0x60),
    ];
  }

  /** Links of the first nodes of trees of VADs. */
  #trees(roots: readonly bigint[]): Field[] {
    const kernel = this.#kernel;
    const found: bigint[] = [];
    const queue = roots.filter((root) => root !== 0n);
    for (let at = queue.shift(); at !== undefined && found.length < 200; at = queue.shift()) {
      found.push(at);
      for (const side of ['Left', 'Right']) {
        const child = kernel.get(at, '_RTL_BALANCED_NODE', side);
        if (child !== 0n) queue.push(child);
      }
    }
    return found.flatMap((at) => this.#words(at, sizeOf('_MMVAD')));
  }

  #findTables(): void {
    const { space, dump } = this.#kernel;
    const seen = new Set<number>();
    const queue: [frame: number, level: number][] = [[space.root, 4]];
    for (let next = queue.shift(); next && this.#tables.length < MOST_TABLES; next = queue.shift()) {
      const [frame, level] = next;
      const at = dump.offsetOfFrame(frame);
      if (at === undefined || seen.has(frame)) continue;
      seen.add(frame);
      this.#tables.push({ at, frame });
      for (let index = 0; index < ENTRIES && level > 1; index++) {
        const entry = space.entry(frame, index);
        if ((entry & PRESENT) !== 0n && (entry & LARGE) === 0n) queue.push([frameOf(entry), level - 1]);
      }
    }
  }

  /** Page tables that lead to page tables, to themselves, to large pages and to nowhere. */
  disturbTables(mutant: Mutant, random: Random): void {
    for (let i = 1 + random(6); i > 0; i--) {
      const table = this.#tables[random(this.#tables.length)]!;
      const index = this.#usedEntry(table.at, random);
      const field: Field = { at: table.at + index * 8, bytes: 8 };
      const old = mutant.get(field);
      const other = this.#tables[random(this.#tables.length)]!;
      const to = random(3) === 0 ? table.frame : other.frame;
      const values = [
        (old & ~FRAME) | PRESENT | (BigInt(to) << 12n),
        old ^ LARGE,
        old | FRAME,
        0n,
        old ^ PRESENT,
      ];
      mutant.put(field, values[random(values.length + 2)] ?? values[0]!);
    }
  }

  #usedEntry(at: number, random: Random): number {
    const start = random(ENTRIES);
    for (let i = 0; i < ENTRIES; i++) {
      const index = (start + i) % ENTRIES;
      if (this.#kernel.dump.view.getBigUint64(at + index * 8, true) !== 0n) return index;
    }
    return start;
  }

  /** Unwind data that is chained to itself or to others, with codes that never end. */
  disturbUnwinding(mutant: Mutant, random: Random): void {
    for (let i = 1 + random(3); i > 0; i--) {
      const place = this.#chains[random(this.#chains.length)]!;
      const other = this.#chains[random(this.#chains.length)]!;
      if (random(3) > 0) {
        // Version 1 with UNW_FLAG_CHAININFO, no codes: a RUNTIME_FUNCTION follows at once.
        mutant.put({ at: place.info, bytes: 4 }, 0x21n);
        const to = random(2) === 0 ? place : other;
        for (let word = 0; word < 3; word++)
          mutant.put(
            { at: place.info + 4 + word * 4, bytes: 4 },
            mutant.get({ at: to.entry + word * 4, bytes: 4 }),
          );
      } else {
        const at = random(2) === 0 ? place.info + random(24) : place.entry + random(12);
        mutant.setByte(at, random(256));
      }
    }
  }
}

/** A function's RUNTIME_FUNCTION and UNWIND_INFO, by where they are in the file. */
interface UnwindPlace {
  entry: number;
  info: number;
}

const DIRECTORIES = 0x88n; // from the PE signature
const EXCEPTIONS = 3n;
const ENTRY_BYTES = 12;

/** Of the functions of nt that stand on stacks. */
function unwindPlaces(kernel: Kernel, fileOffset: (at: bigint) => number | undefined): UnwindPlace[] {
  const { space, base, truth } = kernel;
  const directory = base + BigInt(space.u32(base + 0x3cn)) + DIRECTORIES + EXCEPTIONS * 8n;
  const [table, bytes] = [base + BigInt(space.u32(directory)), space.u32(directory + 4n)];
  const sites = truth.processes.flatMap(({ threads }) => threads.flatMap(({ stack }) => stack));
  const names = new Set(
    sites.map((site) => /^nt!(\w+)/.exec(site)?.[1] ?? '').filter((name) => kernel.has(name)),
  );
  const starts = new Set([...names].map((name) => Number(kernel.address(name) - base)));
  const places: UnwindPlace[] = [];
  for (let offset = 0; offset < bytes; offset += ENTRY_BYTES) {
    const at = table + BigInt(offset);
    if (!starts.has(space.u32(at))) continue;
    const [entry, info] = [fileOffset(at), fileOffset(base + BigInt(space.u32(at + 8n)))];
    if (entry !== undefined && info !== undefined) places.push({ entry, info });
  }
  return places;
}
