import type { DumpPrefix } from '../dump-prefix.js';
import type { HandleReading } from '../readings.js';
import { sizeOf, structure } from '../structure.js';

/** The process's handles. Names come first; each type's is written once. */
export function writeHandles(prefix: DumpPrefix, handles: readonly HandleReading[]): void {
  const size = sizeOf('MINIDUMP_HANDLE_DESCRIPTOR_2');
  const descriptors = handles.map((handle) =>
    structure('MINIDUMP_HANDLE_DESCRIPTOR_2', {
      Handle: handle.handle,
      TypeNameRva: prefix.string(handle.type, true),
      ObjectNameRva: handle.name === '' ? 0 : prefix.string(handle.name),
      Attributes: handle.attributes,
      GrantedAccess: handle.access,
      HandleCount: handle.handleCount,
      PointerCount: handle.pointerCount,
    }),
  );
  const header = {
    SizeOfHeader: sizeOf('MINIDUMP_HANDLE_DATA_STREAM'),
    SizeOfDescriptor: size,
    NumberOfDescriptors: handles.length,
  };
  prefix.stream('HandleDataStream', structure('MINIDUMP_HANDLE_DATA_STREAM', header), ...descriptors);
}
