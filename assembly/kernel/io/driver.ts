// Driver objects: one for each loaded driver and for those that are part of the kernel.
import { NT } from '../../generated/symbols';
import {
  DRIVER_EXTENSION,
  DRIVER_OBJECT,
  FAST_IO_DISPATCH,
  KLDR_DATA_TABLE_ENTRY,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, setField, write64 } from '../../memory/virtual';
import { listed } from '../../host-buffer';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';
import { createIoObject } from './io-object';

const TYPE_DRIVER: u32 = 4; // IO_TYPE_DRIVER
const MAJOR_FUNCTIONS: i32 = 28; // IRP_MJ_MAXIMUM_FUNCTION + 1
const DRIVER_TAG: u32 = 0x76697244; // 'Driv'
const IO_NAME_TAG: u32 = 0x6d4e6f49; // 'IoNm'

/** Offsets in the list of routines that the host passes. */
const ROUTINE_INIT: i32 = 0;
const ROUTINE_START_IO: i32 = 1;
const ROUTINE_UNLOAD: i32 = 2;
const ROUTINE_ADD_DEVICE: i32 = 3;
const ROUTINE_MAJOR: i32 = 4;

/**
 * Creates a driver object in an object directory. The exchange buffer holds its last name part, its whole name and
 * its service's name in UTF-16. `section` is the module's KLDR_DATA_TABLE_ENTRY, 0 for a driver inside the kernel.
 */
export function createDriver(
  typeIndex: u32,
  directory: u64,
  texts: usize,
  partBytes: u32,
  nameBytes: u32,
  serviceBytes: u32,
  section: u64,
  flags: u32,
): u64 {
  const body = offsetOf(DRIVER_OBJECT.SIZE);
  const extensionBytes = offsetOf(DRIVER_EXTENSION.SIZE);
  // The driver's extension lies right behind it, in the same block.
  const driver = createIoObject(directory, texts, partBytes, typeIndex, body + extensionBytes, DRIVER_TAG);
  const extension = driver + body;
  setField(driver, DRIVER_OBJECT.Type, TYPE_DRIVER);
  setField(driver, DRIVER_OBJECT.Size, body);
  setField(driver, DRIVER_OBJECT.Flags, flags);
  setField(driver, DRIVER_OBJECT.DriverExtension, extension);
  newUnicodeString(at(driver, DRIVER_OBJECT.DriverName), texts + partBytes, nameBytes, IO_NAME_TAG);
  setField(
    driver,
    DRIVER_OBJECT.HardwareDatabase,
    addressOf(NT.CmRegistryMachineHardwareDescriptionSystemName),
  );
  setField(extension, DRIVER_EXTENSION.DriverObject, driver);
  newUnicodeString(
    at(extension, DRIVER_EXTENSION.ServiceKeyName),
    texts + partBytes + nameBytes,
    serviceBytes,
    IO_NAME_TAG,
    NON_PAGED,
  );
  if (section != 0) {
    setField(driver, DRIVER_OBJECT.DriverSection, section);
    setField(driver, DRIVER_OBJECT.DriverStart, getField(section, KLDR_DATA_TABLE_ENTRY.DllBase));
    setField(driver, DRIVER_OBJECT.DriverSize, getField(section, KLDR_DATA_TABLE_ENTRY.SizeOfImage));
  }
  return driver;
}

/**
 * Sets a driver's routines from the list in the exchange buffer: entry point, StartIo, unload, AddDevice, then one
 * for each IRP_MJ_*. A major function of 0 is one the driver left as the I/O manager set it.
 */
export function setDriverRoutines(driver: u64): void {
  setField(driver, DRIVER_OBJECT.DriverInit, listed(ROUTINE_INIT));
  setField(driver, DRIVER_OBJECT.DriverStartIo, listed(ROUTINE_START_IO));
  setField(driver, DRIVER_OBJECT.DriverUnload, listed(ROUTINE_UNLOAD));
  setField(
    getField(driver, DRIVER_OBJECT.DriverExtension),
    DRIVER_EXTENSION.AddDevice,
    listed(ROUTINE_ADD_DEVICE),
  );
  const invalid = addressOf(NT.IopInvalidDeviceRequest);
  const table = at(driver, DRIVER_OBJECT.MajorFunction);
  for (let major = 0; major < MAJOR_FUNCTIONS; major++) {
    const routine = listed(ROUTINE_MAJOR + major);
    write64(table + u64(major) * 8, routine != 0 ? routine : invalid);
  }
}

/** Gives a driver the FAST_IO_DISPATCH whose routines are listed in the exchange buffer, in the structure's order. */
export function setFastIoRoutines(driver: u64, count: i32): void {
  const bytes = offsetOf(FAST_IO_DISPATCH.SIZE);
  const table = allocatePool(bytes, tag(0x46, 0x61, 0x73, 0x74), NON_PAGED, 0); // 'Fast'
  setField(table, FAST_IO_DISPATCH.SizeOfFastIoDispatch, bytes);
  const first = at(table, FAST_IO_DISPATCH.FastIoCheckIfPossible);
  for (let i = 0; i < count; i++) write64(first + u64(i) * 8, listed(i));
  setField(driver, DRIVER_OBJECT.FastIoDispatch, table);
}
