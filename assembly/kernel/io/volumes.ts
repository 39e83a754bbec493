// Volumes: parameter blocks that bind a file system's device to the volume it has mounted, and registered file systems.
import { NT } from '../../generated/symbols';
import { DEVICE_OBJECT, DEVOBJ_EXTENSION, VPB } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, insertTail, setField, writeBytes } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const TYPE_VPB: u32 = 10; // IO_TYPE_VPB
const MOUNTED: u32 = 1; // VPB_MOUNTED
const DIRECT_WRITES_ALLOWED: u32 = 0x20; // VPB_DIRECT_WRITES_ALLOWED

let systemVolume: u64 = 0;

/** DEVICE_OBJECT of the volume that Windows is on; 0 as long as there is none. */
export function systemVolumeDevice(): u64 {
  return systemVolume;
}

/** Makes `device` the one that files of Windows' own volume are opened on. */
export function setSystemVolume(device: u64): void {
  systemVolume = device;
}

/** Gives a device that a file system can be mounted on its volume parameter block. */
export function createVpb(device: u64): u64 {
  const block = allocatePool(offsetOf(VPB.SIZE), tag(0x56, 0x70, 0x62, 0x20), NON_PAGED, 0); // 'Vpb '
  setField(block, VPB.Type, TYPE_VPB);
  setField(block, VPB.Size, offsetOf(VPB.SIZE));
  setField(block, VPB.RealDevice, device);
  setField(device, DEVICE_OBJECT.Vpb, block);
  setField(getField(device, DEVICE_OBJECT.DeviceObjectExtension), DEVOBJ_EXTENSION.Vpb, block);
  return block;
}

/** Mounts the file system's device `mounted` on the volume `device`. `label` is UTF-16 text in host memory. */
export function mountVolume(device: u64, mounted: u64, serial: u32, label: usize, labelBytes: u32): void {
  const block = getField(device, DEVICE_OBJECT.Vpb);
  setField(block, VPB.Flags, MOUNTED | DIRECT_WRITES_ALLOWED);
  setField(block, VPB.DeviceObject, mounted);
  setField(block, VPB.SerialNumber, serial);
  setField(block, VPB.VolumeLabelLength, labelBytes);
  writeBytes(at(block, VPB.VolumeLabel), label, labelBytes);
  addToField(block, VPB.ReferenceCount, 1); // the mount's own
}

/** Queues of registered file systems, by the kind of device they mount. */
export const enum FileSystemQueue {
  Disk,
  CdRom,
  Network,
  Tape,
}

/** Registers a file system by its control device, as nt!IoRegisterFileSystem does. The last one is tried last. */
export function registerFileSystem(device: u64, queue: FileSystemQueue): void {
  let head = addressOf(NT.IopDiskFileSystemQueueHead);
  if (queue == FileSystemQueue.CdRom) head = addressOf(NT.IopCdRomFileSystemQueueHead);
  if (queue == FileSystemQueue.Network) head = addressOf(NT.IopNetworkFileSystemQueueHead);
  if (queue == FileSystemQueue.Tape) head = addressOf(NT.IopTapeFileSystemQueueHead);
  insertTail(head, at(device, DEVICE_OBJECT.Queue_ListEntry));
  addToField(device, DEVICE_OBJECT.ReferenceCount, 1);
}
