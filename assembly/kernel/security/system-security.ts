// What the system's own objects and processes are secured with: its SID, and the access that others have to it.
import { NT } from '../../generated/symbols';
import { exchangeBuffer } from '../../host-buffer';
import { write64, writeBytes } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

/** Keeps the SID of the system and the DACL of its objects, which lie one after the other in the exchange buffer. */
export function publishSystemSecurity(sidBytes: u32, daclBytes: u32): void {
  const sid = allocatePool(sidBytes, tag(0x53, 0x65, 0x53, 0x69), PAGED, 0); // 'SeSi'
  writeBytes(sid, exchangeBuffer(), sidBytes);
  write64(addressOf(NT.SeLocalSystemSid), sid);
  const dacl = allocatePool(daclBytes, tag(0x53, 0x65, 0x41, 0x63), PAGED, 0); // 'SeAc'
  writeBytes(dacl, exchangeBuffer() + sidBytes, daclBytes);
  write64(addressOf(NT.SeSystemDefaultDacl), dacl);
}
