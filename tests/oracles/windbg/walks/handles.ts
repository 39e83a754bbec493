import type { TypedMemory } from '../typed-memory.js';

export interface WalkedHandle {
  value: number;
  /** Body of the object. */
  object: bigint;
  type: string;
  access: number;
}

const ENTRIES_A_PAGE = 256n;
const POINTERS_A_PAGE = 512n;
const VALUES_AN_ENTRY = 4;
const PAGE = 4096;
const KERNEL_HALF = 0xffff000000000000n;

/** Names of the object types by index, from nt!ObTypeIndexTable. */
async function typeNames(memory: TypedMemory): Promise<Map<number, string>> {
  await memory.learn('_OBJECT_TYPE.Name', '_OBJECT_TYPE.Index');
  const table = await memory.symbol('ObTypeIndexTable');
  await memory.fetch([{ address: table, length: 256 * 8 }]);
  const names = new Map<number, string>();
  for (let index = 2; index < 256; index++) {
    const type = memory.u64(table + BigInt(index) * 8n);
    if (type === 0n) break;
    await memory.fetchAll('_OBJECT_TYPE', [type]);
    if (Number(memory.get(type, '_OBJECT_TYPE.Index')) !== index)
      throw new Error(`type ${index} says otherwise`);
    names.set(index, await memory.text(type + memory.offset('_OBJECT_TYPE.Name')));
  }
  return names;
}

/** Reads handle tables of one, two and three levels and the headers of what they name. */
export class HandleWalk {
  readonly #memory: TypedMemory;
  readonly #types: ReadonlyMap<number, string>;
  readonly #cookie: number;

  private constructor(memory: TypedMemory, types: ReadonlyMap<number, string>, cookie: number) {
    this.#memory = memory;
    this.#types = types;
    this.#cookie = cookie;
  }

  static async begin(memory: TypedMemory): Promise<HandleWalk> {
    await memory.learn(
      '_EPROCESS.ObjectTable',
      '_HANDLE_TABLE.TableCode',
      '_HANDLE_TABLE.NextHandleNeedingPool',
      '_HANDLE_TABLE_ENTRY.LowValue',
      '_HANDLE_TABLE_ENTRY.ObjectPointerBits',
      '_HANDLE_TABLE_ENTRY.GrantedAccessBits',
      '_OBJECT_HEADER.TypeIndex',
      '_OBJECT_HEADER.HandleCount',
      '_OBJECT_HEADER.PointerCount',
      '_OBJECT_HEADER.Body',
    );
    const cookie = await memory.symbol('ObHeaderCookie');
    await memory.fetch([{ address: cookie, length: 1 }]);
    return new HandleWalk(memory, await typeNames(memory), memory.bytes(cookie, 1)[0]!);
  }

  /** The handles of a process, by value. */
  async ofProcess(process: bigint): Promise<WalkedHandle[]> {
    const table = this.#memory.get(process, '_EPROCESS.ObjectTable');
    return table === 0n ? [] : this.ofTable(table);
  }

  async ofTable(table: bigint): Promise<WalkedHandle[]> {
    const memory = this.#memory;
    await memory.fetchAll('_HANDLE_TABLE', [table]);
    const code = memory.get(table, '_HANDLE_TABLE.TableCode');
    let pages = [code & ~7n];
    for (let level = Number(code & 7n); level > 0; level--) {
      await memory.fetch(pages.map((address) => ({ address, length: PAGE })));
      pages = pages.flatMap((page) => {
        const below: bigint[] = [];
        for (let i = 0n; i < POINTERS_A_PAGE; i++) {
          const next = memory.u64(page + i * 8n);
          if (next === 0n) break;
          below.push(next);
        }
        return below;
      });
    }
    await memory.fetch(pages.map((address) => ({ address, length: PAGE })));
    const entrySize = BigInt(await memory.size('_HANDLE_TABLE_ENTRY'));
    const entries = pages.flatMap((page, index) =>
      Array.from({ length: Number(ENTRIES_A_PAGE) }, (_, i) => ({
        value: (index * Number(ENTRIES_A_PAGE) + i) * VALUES_AN_ENTRY,
        at: page + BigInt(i) * entrySize,
      })),
    );
    const used = entries
      .filter(({ at }) => memory.get(at, '_HANDLE_TABLE_ENTRY.ObjectPointerBits') !== 0n)
      .map(({ value, at }) => ({
        value,
        header: (memory.get(at, '_HANDLE_TABLE_ENTRY.ObjectPointerBits') << 4n) | KERNEL_HALF,
        access: Number(memory.get(at, '_HANDLE_TABLE_ENTRY.GrantedAccessBits')),
      }));
    await memory.fetchAll(
      '_OBJECT_HEADER',
      used.map(({ header }) => header),
    );
    return used.map(({ value, header, access }) => ({
      value,
      object: header + memory.offset('_OBJECT_HEADER.Body'),
      type: this.typeOf(header),
      access,
    }));
  }

  /** Type of the object whose header is at an address. */
  typeOf(header: bigint): string {
    const encoded = Number(this.#memory.get(header, '_OBJECT_HEADER.TypeIndex'));
    const index = encoded ^ this.#cookie ^ Number((header >> 8n) & 0xffn);
    const name = this.#types.get(index);
    if (name === undefined) throw new Error(`object header ${header.toString(16)} is of no type (${index})`);
    return name;
  }
}
