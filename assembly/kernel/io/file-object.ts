// File objects: what an open file is to the kernel, and the file system's part behind it, which all openings share.
import {
  DEVICE_OBJECT,
  DISPATCHER_HEADER,
  FILE_OBJECT,
  FSRTL_COMMON_FCB_HEADER,
  SECTION_OBJECT_POINTERS,
  UNICODE_STRING,
  VPB,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, initialiseList, setField } from '../../memory/virtual';
import { createObject } from '../objects/object';
import { allocatePool, freePool, NON_PAGED, PAGED, tag } from '../pool/pool';
import { EVENT_NOTIFICATION, EVENT_SYNCHRONIZATION, initialiseHeader } from '../scheduler/dispatcher';
import { newUnicodeString } from '../strings';
import { closeEndpoint } from './network';

const IO_TYPE_FILE: u32 = 5;
const FILE_TAG: u32 = 0x656c6946; // 'File'
const NAME_TAG: u32 = 0x6d4e6f49; // 'IoNm'
const OPEN_FLAGS: u32 = 0x40042; // FO_HANDLE_CREATED, FO_CACHE_SUPPORTED, FO_SYNCHRONOUS_IO
const CLEANUP_COMPLETE: u32 = 0x4000; // FO_CLEANUP_COMPLETE
const NODE_TYPE_DATA_STREAM: u32 = 0x0705; // what the file system calls a file's data
const STREAM_BYTES: u32 = 0x150; // a stream's control block: its documented header, then the file system's own
const CLUSTER: u64 = 4096;

let fileType: u32 = 0;

/** Tells the index of object type File. To be called before the first file object. */
export function initialiseFiles(typeIndex: u32): void {
  fileType = typeIndex;
}

/** Index of object type File. */
export function fileTypeIndex(): u32 {
  return fileType;
}

/**
 * Creates a FILE_OBJECT on `device` (0 where no driver stands behind it). `name` is the path's UTF-16 text relative
 * to the device, as `\Windows\System32\ntdll.dll`. The file is open for reading and has nothing in memory yet.
 */
export function createFileObject(device: u64, name: usize, nameBytes: u32): u64 {
  const file = createObject(fileType, offsetOf(FILE_OBJECT.SIZE), FILE_TAG, true);
  setField(file, FILE_OBJECT.Type, IO_TYPE_FILE);
  setField(file, FILE_OBJECT.Size, offsetOf(FILE_OBJECT.SIZE));
  setField(file, FILE_OBJECT.DeviceObject, device);
  if (device != 0) openOn(file, device);
  setField(file, FILE_OBJECT.ReadAccess, 1);
  setField(file, FILE_OBJECT.SharedRead, 1);
  setField(file, FILE_OBJECT.SharedDelete, 1);
  setField(file, FILE_OBJECT.Flags, OPEN_FLAGS);
  newUnicodeString(at(file, FILE_OBJECT.FileName), name, nameBytes, NAME_TAG);
  initialiseHeader(at(file, FILE_OBJECT.Lock), EVENT_SYNCHRONIZATION, offsetOf(DISPATCHER_HEADER.SIZE), 0);
  initialiseHeader(at(file, FILE_OBJECT.Event), EVENT_NOTIFICATION, offsetOf(DISPATCHER_HEADER.SIZE), 0);
  initialiseList(at(file, FILE_OBJECT.IrpList));
  return file;
}

/** A file on a device keeps the device, and the volume that is mounted there, from going away. */
function openOn(file: u64, device: u64): void {
  addToField(device, DEVICE_OBJECT.ReferenceCount, 1);
  const volume = getField(device, DEVICE_OBJECT.Vpb);
  if (volume == 0) return;
  setField(file, FILE_OBJECT.Vpb, volume);
  addToField(volume, VPB.ReferenceCount, 1);
}

/**
 * Gives a file object the file system's view of a file of `bytes` bytes: the stream's control block, and the pointers
 * to its sections, which the memory manager fills. Returns the SECTION_OBJECT_POINTERS.
 */
export function attachStream(file: u64, bytes: u64): u64 {
  const stream = allocatePool(STREAM_BYTES, tag(0x4e, 0x74, 0x66, 0x66), PAGED, 0); // 'Ntff'
  setField(stream, FSRTL_COMMON_FCB_HEADER.NodeTypeCode, NODE_TYPE_DATA_STREAM);
  setField(stream, FSRTL_COMMON_FCB_HEADER.NodeByteSize, STREAM_BYTES);
  setField(stream, FSRTL_COMMON_FCB_HEADER.IsFastIoPossible, 1);
  setField(stream, FSRTL_COMMON_FCB_HEADER.AllocationSize, (bytes + CLUSTER - 1) & ~(CLUSTER - 1));
  setField(stream, FSRTL_COMMON_FCB_HEADER.FileSize, bytes);
  setField(stream, FSRTL_COMMON_FCB_HEADER.ValidDataLength, bytes);
  setField(file, FILE_OBJECT.FsContext, stream);
  const pointers = allocatePool(
    offsetOf(SECTION_OBJECT_POINTERS.SIZE),
    tag(0x4e, 0x74, 0x66, 0x6e), // 'Ntfn'
    NON_PAGED,
    0,
  );
  setField(file, FILE_OBJECT.SectionObjectPointer, pointers);
  return pointers;
}

/** The last handle to a file is closed: only the memory manager still refers to it. */
export function completeCleanup(file: u64): void {
  setField(file, FILE_OBJECT.Flags, getField(file, FILE_OBJECT.Flags) | CLEANUP_COMPLETE);
}

/** What a file object's end leaves to be done: its device and volume may go away. */
export function deleteFile(file: u64): void {
  closeEndpoint(file);
  const device = getField(file, FILE_OBJECT.DeviceObject);
  if (device != 0) addToField(device, DEVICE_OBJECT.ReferenceCount, -1);
  const volume = getField(file, FILE_OBJECT.Vpb);
  if (volume != 0) addToField(volume, VPB.ReferenceCount, -1);
  freePool(getField(at(file, FILE_OBJECT.FileName), UNICODE_STRING.Buffer));
}
