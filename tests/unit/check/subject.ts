// A machine to break: finds structures by short paths, changes one field, and puts it back.
import { createMachine, type LabMachine, type MachineOptions } from '../../../sim/index.js';
import { field, offsetOf, sizeOf, type Field } from '../../oracles/readers/layouts.js';

const U64 = (1n << 64n) - 1n;
const PAGE_SHIFT = 12n;
const POINTER: Field = { offset: 0, bytes: 8 };
const BUCKETS = 37n;
const MDL_BYTES = BigInt(sizeOf('_MDL'));
const LOW_48 = 0x0000ffffffffffffn;

/** One field of one structure. */
export interface Place {
  address: bigint;
  field: Field;
  /** Frame of the PML4 that it is read through, where that is not the kernel's. */
  root?: number;
}

export class Subject {
  private constructor(readonly machine: LabMachine) {}

  static async boot(seed = 1, options: MachineOptions = {}): Promise<Subject> {
    return new Subject(await createMachine({ machine: 'tiny', seed, ...options }));
  }

  private get core() {
    return this.machine.kernel.core;
  }

  symbol(name: string): bigint {
    return this.machine.kernel.loaded.address(`nt!${name}`);
  }

  /** Does something with other page tables in place of the kernel's. */
  private under<T>(root: number | undefined, action: () => T): T {
    if (root === undefined) return action();
    const { memoryAttach } = this.core.exports;
    const before = memoryAttach(root);
    try {
      return action();
    } finally {
      memoryAttach(before);
    }
  }

  /** Bytes at an address. @throws when they are not mapped */
  read(address: bigint, bytes: number, root?: number): bigint {
    return this.under(root, () => this.bytesAt(address, bytes));
  }

  private bytesAt(address: bigint, bytes: number): bigint {
    const mapped = this.core.exports.memoryRead(address, bytes);
    if (mapped !== bytes) throw new Error(`0x${address.toString(16)} is not mapped`);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.core.exchange.getUint8(i));
    return value;
  }

  write(address: bigint, bytes: number, value: bigint, root?: number): void {
    const raw = Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    this.core.putBytes(raw);
    this.under(root, () => this.core.exports.memoryWrite(address, bytes));
  }

  /**
   * Finds a field. A path starts with `nt!Name`, `process N`, `user N` (process N, whose user space the path goes through),
   * `session N …` (another start, which is looked at as process N sees it),
   * `wow64` (the first process of 32-bit code, and its user space), `wow64 thread` (its first thread), `wow64 registers` (what is kept of that
   * one's 32-bit registers),
   * `hive N`, `block \\Path` and `key \\Path` (control block and node of an open key), `cell N \\Path` (the cell whose
   * index is at offset N of its node), `value \\Path` (its first value), `thread N M` (thread M of process N), `pfn X` or `pte X`
   * (the MMPFN or PTE of frame or address X, or of the start in parentheses), `tracker Tag` (the tag's row of pool),
   * `big` (the first large pool allocation in its table), `view N` (the first view of process N), `token N` (that of process N), `irp` (the first request on
   * a thread's list), `completed` (the first one that its driver has completed), `paging in` or `paging out` (the one that moves pages so), `moved in` or `moved out` (the MMPFN of the first page that it moves), `locked` (the MDL of the first request that has locked pages of user mode) or `locked frame` (the MMPFN of its first page), `mutant` (the first one that a thread owns), `message` (the first one whose reply a thread waits for), `ended` (the first thread that has ended), `interrupt` (the first one that is connected), `device S` (the node of service S's first device), `state Standby` (the first thread in a state), `processor N` (its KPRCB), `apc` (the first one of user mode on a thread's list), `timer` (the first one on a thread's list), `transition` (the MMPFN of the first page in transition), `object \\Path` or
   * `hypervisor` (its globals, in its own address space), `entry \\Path` (an object in the namespace, its directory entry), and goes on with fields: ` / ` leads into
   * the structure that the field is, ` -> ` to what it points at, ` <- ` back to the structure that has the field there.
   */
  find(path: string): Place {
    const [start = '', ...steps] = path.split(/ (\/|->|<-) /);
    const root = this.rootOf(start);
    const within = root === undefined ? {} : { root };
    let place: Place = { address: this.start(start), field: POINTER, ...within };
    for (let i = 0; i < steps.length; i += 2) {
      const found = fieldOf(steps[i + 1]!);
      const offset = BigInt(found.offset);
      // What a start names is there itself; what a field names it points at.
      const from =
        steps[i] === '->' || (steps[i] === '<-' && i > 0)
          ? this.read(place.address, place.field.bytes === 4 ? 4 : 8, root)
          : place.address;
      place = { address: steps[i] === '<-' ? from - offset : from + offset, field: found, ...within };
    }
    return place;
  }

  private start(text: string): bigint {
    const [kind = '', ...rest] = text.split(' ');
    if (kind.includes('!')) return this.machine.kernel.loaded.address(kind);
    if (kind === 'session') return this.start(rest.slice(1).join(' '));
    if (kind === 'wow64' && rest[0] === 'registers') return this.registers32();
    if (kind === 'wow64') return rest[0] === 'thread' ? this.wow64.threads[0]!.address : this.wow64.address;
    if (kind === 'hive') return this.registry.hives.hives[Number(rest[0])]!.address;
    if (kind === 'block') return this.registry.keys.get(rest.join(' '))!;
    if (kind === 'key') return this.key(rest.join(' '));
    if (kind === 'cell') return this.cellOf(rest.slice(1).join(' '), Number(rest[0]));
    if (kind === 'value') return this.valueOf(rest.join(' '));
    if (kind === 'hypervisor') return this.core.exports.hypervisorGlobals();
    const inner = /\((.*)\)$/.exec(text);
    if (kind === 'pfn') return this.pfn(inner ? this.frameOf(this.start(inner[1]!)) : Number(rest[0]));
    if (kind === 'pte') return this.pte(inner ? this.start(inner[1]!) : BigInt(rest[0]!));
    if (kind === 'tracker') return this.tracker(rest.join(' '));
    if (kind === 'token') return this.token(this.machine.stage.processes[Number(rest[0])]!.address);
    if (kind === 'irp') return this.firstOf('_ETHREAD', 'IrpList', '_IRP', 'ThreadListEntry');
    if (kind === 'completed')
      return this.machine.stage.io.requests.all.find(({ isCompleted }) => isCompleted)!.address;
    if (kind === 'paging') return this.move(rest[0]!).irp;
    if (kind === 'moved') return this.pfn(this.frameOfMdl(this.move(rest[0]!).mdl));
    if (kind === 'locked')
      return rest[0] === 'frame' ? this.pfn(this.frameOfMdl(this.locked())) : this.locked();
    if (kind === 'mutant') return this.firstOf('_KTHREAD', 'MutantListHead', '_KMUTANT', 'MutantListEntry');
    if (kind === 'apc') return this.firstOf('_KTHREAD', 'ApcState.ApcListHead', '_KAPC', 'ApcListEntry', 16n);
    if (kind === 'timer')
      return this.firstOf('_ETHREAD', 'ActiveTimerListHead', '_ETIMER', 'ActiveTimerListEntry');
    if (kind === 'ended')
      return this.machine.stage.processes.flatMap(({ endedThreads }) => endedThreads)[0]!.address;
    if (kind === 'interrupt') return this.machine.stage.io.interrupts[0]!.address;
    if (kind === 'device')
      return this.machine.stage.io.nodes.find(({ service }) => service === rest[0])!.address;
    if (kind === 'state') return this.threadIn(rest[0]!);
    if (kind === 'processor') return this.core.exports.processorBlock(Number(rest[0]));
    if (kind === 'message') return this.message();
    if (kind === 'transition') return this.transition();
    if (kind === 'object') return this.read(this.entry(rest.join(' ')) + 8n, 8);
    if (kind === 'entry') return this.entry(rest.join(' '));
    if (kind === 'big') return this.bigPool();
    if (kind === 'view')
      return this.view(this.find(`process ${rest[0]} / EPROCESS.VadRoot.Root -> MMVAD.Core`).address)!;
    const process = this.machine.stage.processes[Number(rest[0])]!;
    return kind === 'thread' ? process.threads[Number(rest[1])]!.address : process.address;
  }

  /** Page tables that a start asks for. */
  private rootOf(start: string): number | undefined {
    const [kind, which] = start.split(' ');
    if (kind === 'hypervisor') return this.core.exports.hypervisorRoot();
    if (kind === 'wow64') return this.tablesOf(this.wow64.address);
    if (kind === 'user' || kind === 'session')
      return this.tablesOf(this.machine.stage.processes[Number(which)]!.address);
    return ['hive', 'key', 'cell', 'value'].includes(kind!)
      ? this.tablesOf(this.registry.hives.process)
      : undefined;
  }

  private get wow64() {
    const { processes } = this.machine.stage;
    return processes.find(({ program, modules }) => program.wow64 && modules.length > 0)!;
  }

  private registers32(): bigint {
    const root = this.tablesOf(this.wow64.address);
    const { address } = this.find('wow64 thread / KTHREAD.Teb -> TEB.TlsSlots');
    return this.read(address + 8n, 8, root);
  }

  private tablesOf(process: bigint): number {
    return Number(this.read(process + BigInt(offsetOf('_KPROCESS', 'DirectoryTableBase')), 8) >> PAGE_SHIFT);
  }

  private get registry() {
    return this.machine.stage.objects.registry;
  }

  /** The CM_KEY_NODE of a key that is open. */
  private key(path: string): bigint {
    const block = this.registry.keys.get(path)!;
    const at = (name: string) => block + BigInt(offsetOf('_CM_KEY_CONTROL_BLOCK', name));
    return this.contents(this.read(at('KeyHive'), 8), this.read(at('KeyCell'), 4));
  }

  /** Contents of the cell whose index stands in a key's node at an offset. */
  private cellOf(path: string, offset: number): bigint {
    const hive = this.read(
      this.registry.keys.get(path)! + BigInt(offsetOf('_CM_KEY_CONTROL_BLOCK', 'KeyHive')),
      8,
    );
    const root = this.tablesOf(this.registry.hives.process);
    return this.contents(hive, this.read(this.key(path) + BigInt(offset), 4, root));
  }

  /** The CM_KEY_VALUE of a key's first value. */
  private valueOf(path: string): bigint {
    const block = this.registry.keys.get(path)!;
    const hive = this.read(block + BigInt(offsetOf('_CM_KEY_CONTROL_BLOCK', 'KeyHive')), 8);
    const list = this.cellOf(path, offsetOf('_CM_KEY_NODE', 'ValueList') + 4);
    return this.contents(hive, this.read(list, 4, this.tablesOf(this.registry.hives.process)));
  }

  /** Address of the contents of a stable cell. */
  private contents(hive: bigint, cell: bigint): bigint {
    const dual = hive + BigInt(offsetOf('_HHIVE', 'Storage'));
    const table = this.read(this.read(dual + BigInt(offsetOf('_DUAL', 'Map')), 8), 8);
    const entry = table + (cell >> PAGE_SHIFT) * BigInt(sizeOf('_HMAP_ENTRY'));
    const bin = this.read(entry + BigInt(offsetOf('_HMAP_ENTRY', 'PermanentBinAddress')), 8) & ~15n;
    return bin + this.read(entry + BigInt(offsetOf('_HMAP_ENTRY', 'BlockOffset')), 8) + (cell & 0xfffn) + 4n;
  }

  private tracker(tag: string): bigint {
    const key = BigInt(Buffer.from(tag, 'latin1').readUInt32LE());
    const rows = this.read(this.symbol('PoolTrackTableSize'), 8);
    let row = this.read(this.symbol('PoolTrackTable'), 8);
    for (let i = 0n; i < rows; i++, row += BigInt(sizeOf('_POOL_TRACKER_TABLE')))
      if (this.read(row, 4) === key) return row;
    throw new Error(`no row for tag ${tag}`);
  }

  private token(process: bigint): bigint {
    return this.read(process + BigInt(offsetOf('_EPROCESS', 'Token')), 8) & ~15n; // an EX_FAST_REF
  }

  /** The MDL of the first request that has locked pages of user mode. */
  private locked(): bigint {
    for (const { address } of this.machine.stage.io.requests.all) {
      const mdl = this.read(address + BigInt(offsetOf('_IRP', 'MdlAddress')), 8);
      if (mdl !== 0n && this.read(mdl + BigInt(offsetOf('_MDL', 'Process')), 8) !== 0n) return mdl;
    }
    throw new Error('no request has locked pages of user mode');
  }

  private frameOfMdl(mdl: bigint): number {
    return Number(this.read(mdl + MDL_BYTES, 8));
  }

  /** The request that moves pages `in` or `out`, and its MDL. */
  private move(direction: string): { irp: bigint; mdl: bigint } {
    const { all } = this.machine.stage.io.requests;
    const { address, move } = all.find((one) => one.move?.isWrite === (direction === 'out'))!;
    return { irp: address, mdl: move!.mdl };
  }

  /** The first structure on the first thread's list that has any; `more` bytes beyond the field is the list's head. */
  private firstOf(thread: string, head: string, type: string, link: string, more = 0n): bigint {
    for (const { address } of this.machine.stage.processes.flatMap(({ threads }) => threads)) {
      const at = address + BigInt(offsetOf(thread, head)) + more;
      const first = this.read(at, 8);
      if (first !== at) return first - BigInt(offsetOf(type, link));
    }
    throw new Error(`no thread has any ${type} in ${head}`);
  }

  private threadIn(state: string): bigint {
    const { processes } = this.machine.stage;
    const thread = processes.flatMap(({ threads }) => threads).find((each) => each.state === state);
    if (!thread) throw new Error(`no thread is ${state}`);
    return thread.address;
  }

  private message(): bigint {
    for (const { address, waitReason } of this.machine.stage.processes.flatMap(({ threads }) => threads)) {
      const message = this.read(address + BigInt(offsetOf('_ETHREAD', 'AlpcMessage')), 8);
      if (waitReason === 'WrLpcReply' && message !== 0n) return message;
    }
    throw new Error('no thread waits for the reply to a message');
  }

  /** A frame on a list that says which PTE it was mapped by, and is no section's. */
  private transition(): bigint {
    const frames = this.core.exports.machineFrames();
    for (let pfn = 1; pfn < frames; pfn++) {
      const at = this.pfn(pfn);
      if (this.core.exports.memoryRead(at, 48) !== 48) continue;
      const { exchange } = this.core;
      const location = exchange.getUint8(34) & 7;
      const isPrototype = exchange.getBigUint64(40, true) >> 63n === 1n;
      if ((location === 2 || location === 3) && exchange.getBigUint64(8, true) !== 0n && !isPrototype)
        return at;
    }
    throw new Error('no page is in transition');
  }

  /** The OBJECT_DIRECTORY_ENTRY of a path. */
  private entry(path: string): bigint {
    let directory = this.read(this.symbol('ObpRootDirectoryObject'), 8);
    let entry = 0n;
    for (const part of path.split('\\').slice(1)) {
      entry = this.entriesOf(directory).find((one) => this.nameOf(this.read(one + 8n, 8)) === part) ?? 0n;
      if (entry === 0n) throw new Error(`no ${part} in ${path}`);
      directory = this.read(entry + 8n, 8);
    }
    return entry;
  }

  private entriesOf(directory: bigint): bigint[] {
    const found: bigint[] = [];
    for (let bucket = 0n; bucket < BUCKETS; bucket++)
      for (let at = this.read(directory + bucket * 8n, 8); at !== 0n; at = this.read(at, 8)) found.push(at);
    return found;
  }

  /** Name of an object: its name info lies before its header, and before that its creator's if it has one. */
  private nameOf(body: bigint): string {
    const header = body - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
    const mask = this.read(header + BigInt(offsetOf('_OBJECT_HEADER', 'InfoMask')), 1);
    const creator = (mask & 1n) === 0n ? 0 : sizeOf('_OBJECT_HEADER_CREATOR_INFO');
    const name = header - BigInt(creator + sizeOf('_OBJECT_HEADER_NAME_INFO')) + 8n;
    const length = Number(this.read(name, 2));
    this.core.exports.memoryRead(this.read(name + 8n, 8), length);
    return Buffer.from(this.core.view(this.core.exports.exchangeBuffer(), length)).toString('utf16le');
  }

  private bigPool(): bigint {
    let entry = this.read(this.symbol('PoolBigPageTable'), 8);
    while ((this.read(entry, 8) & 1n) !== 0n) entry += BigInt(sizeOf('_POOL_TRACKER_BIG_PAGES'));
    return entry;
  }

  /** The first descriptor of a view in the tree at `node`. */
  private view(node: bigint): bigint | undefined {
    if (node === 0n) return undefined;
    const link = (name: string) => this.read(node + BigInt(offsetOf('_RTL_BALANCED_NODE', name)), 8);
    const { offset } = field('_MMVAD_SHORT', 'u.VadFlags.PrivateMemory');
    const isPrivate = (this.read(node + BigInt(offset), 4) >> 21n) & 1n;
    return this.view(link('Left')) ?? (isPrivate === 0n ? node : this.view(link('Right')));
  }

  private frameOf(address: bigint): number {
    return Number(this.machine.walk(address).physical! >> PAGE_SHIFT);
  }

  private pfn(frame: number): bigint {
    return this.read(this.symbol('MmPfnDatabase'), 8) + BigInt(frame) * BigInt(sizeOf('_MMPFN'));
  }

  private pte(address: bigint): bigint {
    return this.read(this.symbol('MmPteBase'), 8) + ((address & LOW_48) >> PAGE_SHIFT) * 8n;
  }

  /** Value of a field. */
  get({ address, field: { bytes, firstBit = 0, bits }, root }: Place): bigint {
    const whole = this.read(address, bytes, root);
    return bits === undefined ? whole : (whole >> BigInt(firstBit)) & ((1n << BigInt(bits)) - 1n);
  }

  /** Sets a field; bit fields keep their neighbours. */
  set({ address, field: { bytes, firstBit = 0, bits }, root }: Place, value: bigint): void {
    if (bits === undefined) return this.write(address, bytes, value & U64, root);
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(firstBit);
    this.write(
      address,
      bytes,
      (this.read(address, bytes, root) & ~mask) | ((value << BigInt(firstBit)) & mask),
      root,
    );
  }

  /** The value that `to` asks for: a number, `+n`, `-n`, `^n` (bits turned over), or `address of` a place. */
  changed(place: Place, to: string): bigint {
    if (to.startsWith('address of ')) return this.find(to.slice('address of '.length)).address;
    const now = this.get(place);
    const number = BigInt(to.replace(/^[-+^]/, ''));
    if (to.startsWith('+')) return now + number;
    if (to.startsWith('-')) return now - number;
    return to.startsWith('^') ? now ^ number : number;
  }
}

/** `EPROCESS.Pcb.State`, or `@56` for the 64 bits at an offset that no symbols name: fields of structures inside are reached by their own names. */
function fieldOf(name: string): Field {
  if (name.startsWith('@')) return { ...POINTER, offset: Number(name.slice(1)) };
  const dot = name.indexOf('.');
  if (dot < 0) throw new Error(`${name} is no field`);
  const [type, path] = [`_${name.slice(0, dot)}`, name.slice(dot + 1)];
  try {
    return field(type, path);
  } catch {
    return { offset: offsetOf(type, path), bytes: 0 };
  }
}
