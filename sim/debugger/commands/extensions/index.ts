import type { Command } from '../command.js';
import { descriptorTable } from '../descriptors.js';
import { analyze, error, list } from './analyze.js';
import { addressCommand } from './address.js';
import { peb, teb } from './environment.js';
import { irp, irpFind } from './irp.js';
import { apcs, dpcs } from './deferred-calls.js';
import { interruptTable, locks, processorRegion } from './kernel-state.js';
import { vm } from './memory-manager.js';
import { memoryUsage } from './memory-usage.js';
import { poolUsed } from './pool-usage.js';
import { deviceNode, deviceObject, deviceStack } from './devices.js';
import { driverObject } from './drivers.js';
import { handle, object } from './objects.js';
import { pool, poolFind } from './pool.js';
import { process } from './process.js';
import { queuedLocks } from './queued-locks.js';
import { accessList, securityDescriptor, securityIdentifier } from './security.js';
import { processorInfo, systemInfo } from './system-info.js';
import { ready, running } from './running.js';
import { sessions } from './sessions.js';
import { stacks, thread } from './thread.js';
import { timer } from './timers.js';
import { pfn, physicalToVirtual, pte, virtualToPhysical } from './translation.js';
import { token } from './token.js';
import { vad } from './vad.js';
import { whatis } from './whatis.js';

const ofKernel: readonly Command[] = [
  analyze, process, thread, sessions, stacks, running, ready, locks, object,
  driverObject, deviceObject, deviceStack, deviceNode, irp, irpFind, vad,
  pte, virtualToPhysical, physicalToVirtual, pfn, vm, memoryUsage, poolUsed, pool, poolFind, token,
  processorRegion, interruptTable, descriptorTable, dpcs, apcs, timer, queuedLocks, processorInfo, systemInfo,
  securityDescriptor, accessList, securityIdentifier,
]; // prettier-ignore

/** Says that a dump of a process has nothing of it before anything is printed. */
const needsKernel = ({ names, run }: Command): Command => ({
  names,
  run(context, args, name) {
    context.session.requireKernel();
    run(context, args, name);
  },
});

/** Commands that WinDbg has in extensions: they read the system's structures by the PDB's types. */
export const extensions: readonly Command[] = [
  ...ofKernel.map(needsKernel),
  error, list, handle, whatis, addressCommand, peb, teb,
]; // prettier-ignore
