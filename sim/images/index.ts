export { buildImages, serviceNumber } from './build.js';
export { catalogue, catalogueFor, unloadedDrivers } from './catalogue/index.js';
export { notifyRoutines, trustRoutines, type NotifyRoutine } from './driver-routines/kernel-callbacks.js';
export { RUNTIME } from './runtime.js';
export { labDriver, labDriverNames } from './lab-drivers/index.js';
export type { ImageSet, LabImage, LabSection, LabSymbol } from './lab-image.js';
export type { CallSpec, FrameSpec, FunctionSpec, GlobalSpec, ModuleSpec } from './spec.js';
