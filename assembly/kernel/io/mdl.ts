// Memory descriptor lists: which frames a buffer of a request lies in.
import { MDL } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { attachedRoot, setField, write64 } from '../../memory/virtual';
import { translate } from '../../paging/walk';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';

const SOURCE_IS_NONPAGED_POOL: u32 = 4; // MDL_SOURCE_IS_NONPAGED_POOL
const FRAME_BYTES: u32 = 8;

/** Describes a buffer of `bytes` bytes in nonpaged pool. Returns the MDL, whose frame numbers follow it. */
export function createMdl(buffer: u64, bytes: u32): u64 {
  const page = buffer & ~(u64(PAGE_SIZE) - 1);
  const offset = u32(buffer - page);
  const pages = (offset + bytes + u32(PAGE_SIZE) - 1) / u32(PAGE_SIZE);
  const size = offsetOf(MDL.SIZE) + pages * FRAME_BYTES;
  const mdl = allocatePool(size, tag(0x4d, 0x64, 0x6c, 0x20), NON_PAGED, 0); // 'Mdl '
  setField(mdl, MDL.Size, size);
  setField(mdl, MDL.MdlFlags, SOURCE_IS_NONPAGED_POOL);
  setField(mdl, MDL.MappedSystemVa, buffer);
  setField(mdl, MDL.StartVa, page);
  setField(mdl, MDL.ByteCount, bytes);
  setField(mdl, MDL.ByteOffset, offset);
  const frames = mdl + offsetOf(MDL.SIZE);
  for (let i: u32 = 0; i < pages; i++)
    write64(frames + u64(i) * FRAME_BYTES, translate(attachedRoot(), page + u64(i) * PAGE_SIZE) >> 12);
  return mdl;
}
