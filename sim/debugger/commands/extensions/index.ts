import type { Command } from '../command.js';
import { analyze, error, list } from './analyze.js';
import { peb, teb } from './environment.js';
import { irp, irpFind } from './irp.js';
import { apcs, dpcs, interruptTable, locks, processorRegion } from './kernel-state.js';
import { memoryUsage, poolUsed, vm } from './memory-manager.js';
import { deviceNode, deviceObject, deviceStack, driverObject, handle, object } from './objects.js';
import { process } from './process.js';
import { ready, running, stacks, thread } from './thread.js';
import { pfn, physicalToVirtual, pte, virtualToPhysical } from './translation.js';
import { vad } from './vad.js';

/** Commands that WinDbg has in extensions: they read the kernel's structures by the PDB's types. */
export const extensions: readonly Command[] = [
  analyze, error, list, process, thread, stacks, running, ready, locks, handle, object,
  driverObject, deviceObject, deviceStack, deviceNode, irp, irpFind, vad, peb, teb,
  pte, virtualToPhysical, physicalToVirtual, pfn, vm, memoryUsage, poolUsed,
  processorRegion, interruptTable, dpcs, apcs,
]; // prettier-ignore
