export {
  frame32Of,
  programFunctions32,
  withoutWow64,
  WOW64_TRANSITION,
  wow64Dlls,
  wow64Module,
} from './wow64.js';
export { serviceNumber } from './image-set.js';
export { catalogue, catalogueFor, unloadedDrivers } from './catalogue/index.js';
export { notifyRoutines, trustRoutines, type NotifyRoutine } from './driver-routines/kernel-callbacks.js';
export { RUNTIME } from './runtime.js';
export type { ImageSet, LabImage, LabSection, LabSymbol } from './lab-image.js';
export type { CallSpec, FrameSpec, FunctionSpec, GlobalSpec, ModuleSpec } from './spec.js';
