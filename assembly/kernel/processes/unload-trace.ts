// ntdll!RtlpUnloadEventTrace: the DLLs that a process has unloaded, for debuggers that find stale pointers into them.
import { RTL_UNLOAD_EVENT_TRACE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, read32, setField, write32, writeBytes } from '../../memory/virtual';
import { sharedImage } from '../sections/shared-image';

const ENTRIES: u32 = 64; // RTL_UNLOAD_EVENT_TRACE_NUMBER; the first one is used again after the last
const MOST_NAME: u32 = 62; // bytes, so that a zero follows

/**
 * Notes that the attached process has unloaded an image. `trace` and `index` are where ntdll keeps its trace and the
 * number of events so far; `text` is the file's name in UTF-16, and the two halves of its version follow it.
 */
export function noteUnloadedModule(trace: u64, index: u64, image: i32, text: usize, nameBytes: u32): void {
  const shared = sharedImage(image);
  const sequence = read32(index);
  const entry = trace + u64(sequence % ENTRIES) * offsetOf(RTL_UNLOAD_EVENT_TRACE.SIZE);
  setField(entry, RTL_UNLOAD_EVENT_TRACE.BaseAddress, shared.base);
  setField(entry, RTL_UNLOAD_EVENT_TRACE.SizeOfImage, shared.size);
  setField(entry, RTL_UNLOAD_EVENT_TRACE.Sequence, sequence);
  setField(entry, RTL_UNLOAD_EVENT_TRACE.TimeDateStamp, shared.timeStamp);
  setField(entry, RTL_UNLOAD_EVENT_TRACE.CheckSum, shared.checkSum);
  writeBytes(at(entry, RTL_UNLOAD_EVENT_TRACE.ImageName), text, min(nameBytes, MOST_NAME));
  writeBytes(at(entry, RTL_UNLOAD_EVENT_TRACE.Version), text + nameBytes, 8);
  write32(index, sequence + 1);
}
