import type { Core } from '../../machine/core.js';
import { sortedSubkeys, type RegistryKey } from './registry-tree.js';
import { encodeValue, VALUE_TYPES, type RegistryValue } from './value.js';

/** Storages of a hive, as bit 31 of a cell's index tells them. */
const STABLE = 0;
const VOLATILE = 1;
/** KEY_*: flags of keys. */
const HIVE_EXIT = 2;
const HIVE_ENTRY = 4;
const NO_DELETE = 8;
const SYMBOLIC_LINK = 0x10;
const COMPRESSED_NAME = 0x20;
const NO_PARENT = 0xffffffff; // HCELL_NIL
const VALUE_HEADER = 12;

/** Times of the last write to keys, FILETIME. */
interface Times {
  readonly stable: bigint;
  readonly volatile: bigint;
}

/** Whether a key is another hive's root. */
type IsElsewhere = (key: RegistryKey) => boolean;

/** Writes a tree of keys to the cells of a new hive. */
export class HiveWriter {
  readonly #core: Core;
  readonly #descriptor: Uint8Array;
  readonly #times: Times;
  /** Cells of the descriptor, by storage: each has its own. */
  readonly #security = new Map<number, number>();
  /** Cells of keys where another hive begins, by the path in upper case. */
  readonly links = new Map<string, number>();

  /** @param descriptor self-relative security descriptor of all keys */
  constructor(core: Core, descriptor: Uint8Array, times: Times) {
    this.#core = core;
    this.#descriptor = descriptor;
    this.#times = times;
    core.exports.hiveBegin(times.stable);
  }

  /** Writes a hive's root, called `name`, and all below it, but for keys that `isElsewhere`; returns the root's cell. */
  write(root: RegistryKey, name: string, isElsewhere: IsElsewhere): number {
    return this.#key({ ...root, name }, NO_PARENT, HIVE_ENTRY | NO_DELETE, isElsewhere);
  }

  #key(key: RegistryKey, parent: number, flags: number, isElsewhere: IsElsewhere): number {
    const { exports } = this.#core;
    const storage = key.isVolatile ? VOLATILE : STABLE;
    const security = this.#securityOf(storage);
    const link = key.values.has('SymbolicLinkValue') ? SYMBOLIC_LINK : 0;
    const [characters, classBytes] = this.#core.putTexts(
      { text: key.name, wide: false },
      { text: key.className ?? '', wide: true },
    );
    const time = key.isVolatile ? this.#times.volatile : this.#times.stable;
    const all = flags | link | COMPRESSED_NAME;
    const cell = exports.hiveAddKey(parent, storage, all, time, security, characters!, classBytes!);
    if (key.values.size > 0) this.#values(cell, [...key.values]);
    const subkeys = sortedSubkeys(key);
    for (const isVolatile of [false, true]) {
      const below = subkeys.filter((subkey) => subkey.isVolatile === isVolatile);
      if (below.length === 0) continue;
      const cells = below.map((subkey) =>
        isElsewhere(subkey) ? this.#link(subkey, cell) : this.#key(subkey, cell, 0, isElsewhere),
      );
      const { exchange } = this.#core;
      cells.forEach((each, index) => exchange.setUint32(index * 4, each, true));
      exports.hiveSetSubkeys(cell, isVolatile ? VOLATILE : STABLE, cells.length);
    }
    return cell >>> 0;
  }

  #link({ name, path }: RegistryKey, parent: number): number {
    const [characters] = this.#core.putTexts({ text: name, wide: false });
    const flags = HIVE_EXIT | NO_DELETE | COMPRESSED_NAME;
    const cell = this.#core.exports.hiveAddLink(parent, flags, this.#times.stable, characters!) >>> 0;
    this.links.set(path.toUpperCase(), cell);
    return cell;
  }

  #securityOf(storage: number): number {
    let cell = this.#security.get(storage);
    if (cell === undefined) {
      this.#core.putBytes(this.#descriptor);
      cell = this.#core.exports.hiveAddSecurity(storage, this.#descriptor.length);
      this.#security.set(storage, cell);
    }
    return cell;
  }

  #values(cell: number, values: readonly (readonly [string, RegistryValue])[]): void {
    const { exchange, exports } = this.#core;
    let at = 0;
    for (const [name, value] of values) {
      const data = encodeValue(value);
      [VALUE_TYPES[value.type], name.length, data.length].forEach((word, index) =>
        exchange.setUint32(at + index * 4, word, true),
      );
      at += VALUE_HEADER;
      for (let i = 0; i < name.length; i++) exchange.setUint8(at++, name.charCodeAt(i));
      for (const byte of data) exchange.setUint8(at++, byte);
    }
    exports.hiveSetValues(cell, values.length);
  }
}
