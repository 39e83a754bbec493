// What threads call themselves.
import { ETHREAD, UNICODE_STRING } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { setField, writeBytes } from '../../memory/virtual';
import { allocatePool, NON_PAGED } from '../pool/pool';

const NAME_TAG: u32 = 0x6d4e6854; // 'ThNm'

/** Gives a thread a name (SetThreadDescription); `name` is UTF-16 text in host memory. */
export function nameThread(thread: u64, name: usize, bytes: u32): void {
  const header = offsetOf(UNICODE_STRING.SIZE);
  const block = allocatePool(header + bytes, NAME_TAG, NON_PAGED, 0);
  writeBytes(block + header, name, bytes);
  setField(block, UNICODE_STRING.Length, bytes);
  setField(block, UNICODE_STRING.MaximumLength, bytes);
  setField(block, UNICODE_STRING.Buffer, block + header);
  setField(thread, ETHREAD.ThreadName, block);
}
