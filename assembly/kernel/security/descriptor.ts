// Security descriptors: kept once in pool and shared by the objects that have the same.
import { exchangeBuffer } from '../../host-buffer';
import { writeBytes } from '../../memory/virtual';
import { setObjectSecurity } from '../objects/object';
import { allocatePool, PAGED, tag } from '../pool/pool';

/**
 * Keeps the self-relative descriptor of `bytes` bytes in the exchange buffer as that of the objects which are created
 * from now on, where they have one; returns its address.
 */
export function useDescriptor(bytes: u32): u64 {
  const descriptor = allocatePool(bytes, tag(0x53, 0x65, 0x53, 0x64), PAGED, 0); // 'SeSd'
  writeBytes(descriptor, exchangeBuffer(), bytes);
  setObjectSecurity(descriptor);
  return descriptor;
}
