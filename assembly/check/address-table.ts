// Sets of addresses with a number for each: what a check must remember between two walks.
import { allocateTable } from '../memory/arena';

const ENTRY_BYTES: u32 = 16; // u64 address (0: empty), u64 number
const FIRST_CAPACITY: u32 = 4096;

/** Addresses, each with a number. Its memory is kept for the next check. */
export class AddressTable {
  private table: usize = 0;
  private capacity: u32 = 0;
  private used: u32 = 0;

  /** Makes the table empty. */
  clear(): void {
    if (this.table == 0) this.grow(FIRST_CAPACITY);
    else memory.fill(this.table, 0, usize(this.capacity) * ENTRY_BYTES);
    this.used = 0;
  }

  get size(): u32 {
    return this.used;
  }

  /** Number of slots; some are empty. */
  get slots(): u32 {
    return this.capacity;
  }

  /** Address in a slot, 0 when it is empty. The order of slots is nobody's. */
  keyAt(slot: u32): u64 {
    return load<u64>(this.table + usize(slot) * ENTRY_BYTES);
  }

  has(address: u64): bool {
    return load<u64>(this.slot(address)) != 0;
  }

  /** Number of an address; 0 when it is not in the table. */
  get(address: u64): u64 {
    return load<u64>(this.slot(address), 8);
  }

  /** Sets the number of an address other than 0. */
  set(address: u64, number: u64): void {
    let slot = this.slot(address);
    if (load<u64>(slot) == 0) {
      if (++this.used > this.capacity / 2) {
        this.grow(this.capacity * 2);
        slot = this.slot(address);
      }
      store<u64>(slot, address);
    }
    store<u64>(slot, number, 8);
  }

  /** Adds to the number of an address, which is 0 at first. */
  add(address: u64, number: u64): void {
    this.set(address, this.get(address) + number);
  }

  private slot(address: u64): usize {
    let index = u32(((address >> 4) * 0x9e3779b97f4a7c15) >> 32) & (this.capacity - 1);
    let at = this.table + usize(index) * ENTRY_BYTES;
    while (load<u64>(at) != 0 && load<u64>(at) != address) {
      index = (index + 1) & (this.capacity - 1);
      at = this.table + usize(index) * ENTRY_BYTES;
    }
    return at;
  }

  private grow(capacity: u32): void {
    const old = this.table;
    const end = old + usize(this.capacity) * ENTRY_BYTES;
    this.table = allocateTable(usize(capacity) * ENTRY_BYTES);
    this.capacity = capacity;
    for (let at = old; at < end; at += ENTRY_BYTES) {
      const key = load<u64>(at);
      if (key == 0) continue;
      const slot = this.slot(key);
      store<u64>(slot, key);
      store<u64>(slot, load<u64>(at, 8), 8);
    }
  }
}
