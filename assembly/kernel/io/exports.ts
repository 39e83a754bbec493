// What the host asks of the I/O system, by noun: a part of the core's surface.

// Drivers and devices.
export { initialiseIo as ioInitialise } from './io-manager';
export {
  createDriver as driverCreate,
  setDriverRoutines as driverSetRoutines,
  setFastIoRoutines as driverSetFastIo,
} from './driver';
export {
  createDevice as deviceCreate,
  deviceExtension,
  attachDevice as deviceAttach,
  setTransferRules as deviceSetTransferRules,
  passRequestsTo as devicePassTo,
  stackSizeOf as deviceStackSize,
  referenceDevice as deviceReference,
} from './device';
export { startIoTimer as deviceStartTimer } from './io-timer';
export { connectInterrupt as interruptConnect } from './interrupt';
export { assignResources as deviceAssignResources } from './device-resources';
export { createDeviceNode as deviceCreateNode } from './device-node';
export {
  createVpb as volumeCreateVpb,
  mountVolume as volumeMount,
  setSystemVolume as volumeSetSystem,
  systemVolumeDevice as volumeSystem,
  registerFileSystem as volumeRegisterFileSystem,
} from './volumes';
export {
  createIrp as irpCreate,
  createSystemBuffer as irpCreateBuffer,
  countIssued as irpCountIssued,
} from './irp';
export { renew as irpRenew, listRequests as irpListRenewed } from '../scheduler/requests';
export { createMdl as irpCreateMdl, createUserMdl as irpCreateUserMdl } from './mdl';
export { openFileHandle as fileOpenHandle, referenceFile as fileReference, fileEvent } from './file-handle';

// What the network and graphics adapters count.
export {
  initialiseNetwork as networkInitialise,
  openEndpoint as networkOpenEndpoint,
  readNetwork as networkRead,
} from './network';
export {
  initialiseGraphics as graphicsInitialise,
  openGraphics as graphicsOpen,
  graphicsTime,
} from './graphics';

// The filter manager.
export {
  createFilterFrame as filterCreateFrame,
  registerFilter as filterRegister,
  attachFilterVolume as filterAttachVolume,
  attachFilterInstance as filterAttachInstance,
} from './filter-manager';
