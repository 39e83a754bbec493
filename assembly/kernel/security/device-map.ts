// Device maps: where the drive letters of a log-on are looked up, its own directory first and then the global one.
import {
  DEVICE_MAP,
  EPROCESS,
  EX_FAST_REF,
  OBJECT_DIRECTORY,
  OBJECT_SYMBOLIC_LINK,
} from '../../generated/types';
import { addToField, at, getField, setField, write8 } from '../../memory/virtual';
import { offsetOf } from '../../layout/fields';
import { referenceObject } from '../objects/object';
import { allocatePool, PAGED, tag } from '../pool/pool';

const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
const DRIVE_FIXED: u8 = 3; // DRIVE_FIXED of the Windows API

/**
 * Creates the device map of a directory. `global` is the directory \GLOBAL??, `globalMap` its map (0 for itself).
 * Both directories lead to their maps.
 */
export function createDeviceMap(directory: u64, global: u64, globalMap: u64): u64 {
  const map = allocatePool(offsetOf(DEVICE_MAP.SIZE), tag(0x4f, 0x62, 0x44, 0x6d), PAGED, 0); // 'ObDm'
  setField(map, DEVICE_MAP.DosDevicesDirectory, directory);
  setField(map, DEVICE_MAP.GlobalDosDevicesDirectory, global);
  setField(map, DEVICE_MAP.GlobalDeviceMap, globalMap);
  setField(map, DEVICE_MAP.ReferenceCount, 1);
  setField(directory, OBJECT_DIRECTORY.DeviceMap, map);
  referenceObject(directory, 1);
  return map;
}

/** Says in a device map that it has the drive of a symbolic link. */
export function addDrive(map: u64, link: u64): void {
  const index = getField(link, OBJECT_SYMBOLIC_LINK.DosDeviceDriveIndex) - 1; // 1 is A:
  setField(map, DEVICE_MAP.DriveMap, getField(map, DEVICE_MAP.DriveMap) | (u64(1) << index));
  write8(at(map, DEVICE_MAP.DriveType) + index, DRIVE_FIXED);
}

/** Lets a process look devices up in a map. */
export function assignDeviceMap(process: u64, map: u64): void {
  setField(at(process, EPROCESS.DeviceMap), EX_FAST_REF.Value, map | FAST_REFERENCES);
  addToField(map, DEVICE_MAP.ReferenceCount, 1 + FAST_REFERENCES);
}
