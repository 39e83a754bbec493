// Addresses of the kernel's functions and globals that the core itself needs.
import { SYMBOL_COUNT } from '../generated/symbols';

const addresses = new StaticArray<u64>(SYMBOL_COUNT);

/** Where the host writes the addresses: SYMBOL_COUNT u64. */
export function symbolTable(): usize {
  return changetype<usize>(addresses);
}

/** Address of a kernel symbol. */
export function addressOf(symbol: i32): u64 {
  return unchecked(addresses[symbol]);
}
