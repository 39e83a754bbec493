import type { EngineSession } from './session.js';

const PAGE = 4096n;
const PAGES_AT_ONCE = 512;

/** Where a member is, as `dt` says. */
export interface Member {
  offset: number;
  /** As printed: `Ptr64 _KTHREAD`, `Uint4B`, `_LIST_ENTRY`, `Pos 20, 44 Bits`. */
  type: string;
  /** Lowest bit and number of bits of a bit field. */
  bits?: { position: number; count: number };
}

const WIDTHS: Readonly<Record<string, number>> = { UChar: 1, Char: 1, Int: 4, Long: 4, Wchar: 2, Bool: 1 };

/** Bytes of a member that holds a number. */
function width(type: string): number {
  if (type.startsWith('Ptr64')) return 8;
  const sized = /^U?[Ii]nt(\d)B/.exec(type);
  return sized ? Number(sized[1]) : (WIDTHS[type.split(' ')[0]!] ?? 0);
}

/** The kernel's, unless the name says whose. */
const qualified = (name: string) => (name.includes('!') ? name : `nt!${name}`);
/** `ndis!` of what stands behind it; nothing of the kernel's. */
const moduleOf = (path: string) => /^\w+!/.exec(path)?.[0] ?? '';

/**
 * A dump's memory read through WinDbg's engine, by the types of the PDB beside it: every offset and every bit
 * position is what the engine's `dt` prints. Pages once read are kept.
 */
export class TypedMemory {
  readonly session: EngineSession;
  readonly #layouts = new Map<string, Map<string, Member>>();
  readonly #members = new Map<string, Member>();
  readonly #sizes = new Map<string, number>();
  readonly #symbols = new Map<string, bigint>();
  readonly #pages = new Map<bigint, Buffer>();

  constructor(session: EngineSession) {
    this.session = session;
  }

  /** Learns members, `_EPROCESS.UniqueProcessId` or `_MMVAD_SHORT.u.VadFlags.VadType`, of module `nt` or as `module!_TYPE.Member`. */
  async learn(...paths: string[]): Promise<void> {
    for (const path of paths) {
      const [type, ...names] = path.split('.');
      await this.#learn(path, type!, names);
    }
  }

  async #learn(path: string, type: string, names: readonly string[]): Promise<Member> {
    const known = this.#members.get(path);
    if (known) return known;
    let offset = 0;
    let member: Member | undefined;
    let prefix = type;
    for (let rest = names; rest.length > 0; rest = rest.slice(1)) {
      member = (await this.#membersOf(prefix)).get(rest[0]!);
      if (!member) throw new Error(`WinDbg knows no member ${rest[0]} of ${prefix}`);
      offset += member.offset;
      const isUnnamed = member.type.includes('<unnamed');
      prefix = isUnnamed ? `${prefix}.${rest[0]}` : `${moduleOf(path)}${member.type}`;
    }
    if (!member) throw new Error(`${path} names no member`);
    const found = { ...member, offset };
    this.#members.set(path, found);
    return found;
  }

  /** Members of a type, or of an unnamed one by the path to it. */
  async #membersOf(path: string): Promise<Map<string, Member>> {
    const known = this.#layouts.get(path);
    if (known) return known;
    const [type, ...names] = path.split('.');
    const command =
      names.length === 0 ? `dt ${qualified(type!)}` : `dt ${qualified(type!)} ${names.join('.')}.`;
    const [text] = await this.session.execute([command]);
    const indent = 3 * (names.length + 1);
    const members = new Map<string, Member>();
    let inside = names.length === 0;
    for (const line of text!.split('\n')) {
      const match = /^( +)\+0x([0-9a-f]+) (\S+)\s*: ?(.*)$/.exec(line);
      if (!match) continue;
      const [, spaces, offset, name, kind] = match;
      if (spaces!.length === indent - 3 && names.length > 0) inside = name === names.at(-1);
      if (!inside || spaces!.length !== indent) continue;
      const bits = /^Pos (\d+), (\d+) Bits?/.exec(kind!);
      members.set(name!, {
        offset: parseInt(offset!, 16),
        type: kind!,
        ...(bits ? { bits: { position: Number(bits[1]), count: Number(bits[2]) } } : {}),
      });
    }
    this.#layouts.set(path, members);
    return members;
  }

  /** Size of a type in bytes. */
  async size(type: string): Promise<number> {
    const known = this.#sizes.get(type);
    if (known !== undefined) return known;
    const [text] = await this.session.execute([`?? sizeof(${qualified(type)})`]);
    const size = Number(/0x[0-9a-f]+/.exec(text!)?.[0] ?? NaN);
    if (!(size > 0)) throw new Error(`WinDbg knows no size of ${type}: ${text}`);
    this.#sizes.set(type, size);
    return size;
  }

  /** Address of `nt!name`, or of `module!name`. */
  async symbol(name: string): Promise<bigint> {
    const known = this.#symbols.get(name);
    if (known !== undefined) return known;
    const [text] = await this.session.execute([`? ${qualified(name)}`]);
    const value = /= ([0-9a-f]{8})`([0-9a-f]{8})$/m.exec(text!);
    if (!value) throw new Error(`WinDbg knows no ${qualified(name)}: ${text}`);
    const address = BigInt(`0x${value[1]}${value[2]}`);
    this.#symbols.set(name, address);
    return address;
  }

  /** Offset of a member learnt before. */
  offset(path: string): bigint {
    return BigInt(this.#member(path).offset);
  }

  #member(path: string): Member {
    const member = this.#members.get(path);
    if (!member) throw new Error(`${path} has not been learnt`);
    return member;
  }

  /** Reads the pages that hold these ranges, those it has not read yet. */
  async fetch(ranges: Iterable<{ address: bigint; length: number | bigint }>): Promise<void> {
    const missing = new Set<bigint>();
    for (const { address, length } of ranges)
      for (let page = address & ~(PAGE - 1n); page < address + BigInt(length); page += PAGE)
        if (!this.#pages.has(page)) missing.add(page);
    const pages = [...missing];
    for (let at = 0; at < pages.length; at += PAGES_AT_ONCE) {
      const part = pages.slice(at, at + PAGES_AT_ONCE);
      const bytes = await this.session.read(part.map((address) => ({ address, length: Number(PAGE) })));
      part.forEach((page, i) => this.#pages.set(page, bytes[i]!));
    }
  }

  /** Structures of a type at these addresses: reads what holds them. */
  async fetchAll(type: string, addresses: Iterable<bigint>): Promise<void> {
    const length = await this.size(type);
    await this.fetch([...addresses].map((address) => ({ address, length })));
  }

  /** Bytes of pages that were fetched. @throws Error when the engine could not read them */
  bytes(address: bigint, length: number): Buffer {
    const parts: Buffer[] = [];
    for (let at = address; at < address + BigInt(length);) {
      const page = at & ~(PAGE - 1n);
      const bytes = this.#pages.get(page);
      if (!bytes) throw new Error(`${at.toString(16)} has not been fetched`);
      const from = Number(at - page);
      const part = bytes.subarray(from, Math.min(Number(PAGE), from + Number(address + BigInt(length) - at)));
      if (part.length === 0) throw new Error(`WinDbg cannot read ${at.toString(16)}`);
      parts.push(part);
      at += BigInt(part.length);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  u64(address: bigint): bigint {
    return this.bytes(address, 8).readBigUInt64LE();
  }

  /** A member of the structure at `address`: a number, pointer or bit field. */
  get(address: bigint, path: string): bigint {
    const { offset, type, bits } = this.#member(path);
    const at = address + BigInt(offset);
    if (bits) {
      // The engine prints no width for a bit field; the bytes from the one with its first bit on hold it.
      const first = BigInt(bits.position >> 3);
      const length = ((bits.position & 7) + bits.count + 7) >> 3;
      const bytes = this.bytes(at + first, length);
      let value = 0n;
      for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
      return (value >> BigInt(bits.position & 7)) & ((1n << BigInt(bits.count)) - 1n);
    }
    const length = width(type);
    if (length === 0) throw new Error(`${path} is no number but ${type}`);
    const bytes = this.bytes(at, length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return value;
  }

  /** Structures on a circular list, by the path of their LIST_ENTRY; reads each. @throws when it does not come back */
  async list(head: bigint, type: string, link: string, limit = 1_000_000): Promise<bigint[]> {
    await this.learn(link, '_LIST_ENTRY.Flink', '_LIST_ENTRY.Blink');
    await this.fetchAll('_LIST_ENTRY', [head]);
    const found: bigint[] = [];
    let before = head;
    for (let at = this.get(head, '_LIST_ENTRY.Flink'); at !== head;) {
      if (found.length >= limit) throw new Error(`the list at ${head.toString(16)} does not end`);
      const structure = at - this.offset(link);
      await this.fetchAll(type, [structure]);
      if (this.get(at, '_LIST_ENTRY.Blink') !== before) throw new Error(`${at.toString(16)}: Blink is wrong`);
      found.push(structure);
      before = at;
      at = this.get(at, '_LIST_ENTRY.Flink');
    }
    return found;
  }

  /** Text of the UNICODE_STRING at `address`. */
  async text(address: bigint): Promise<string> {
    await this.learn('_UNICODE_STRING.Length', '_UNICODE_STRING.Buffer');
    await this.fetchAll('_UNICODE_STRING', [address]);
    const length = Number(this.get(address, '_UNICODE_STRING.Length'));
    const buffer = this.get(address, '_UNICODE_STRING.Buffer');
    await this.fetch([{ address: buffer, length }]);
    return length === 0 ? '' : this.bytes(buffer, length).toString('utf16le');
  }
}
