import { ExpressionError } from '../../expressions/scanner.js';
import { CommandError, type Command } from '../command.js';
import { helpOf } from '../help-texts.js';
import { descriptorTable } from '../descriptors.js';
import { analyze } from './analyze.js';
import { error } from './error.js';
import { list } from './list.js';
import { addressCommand } from './address.js';
import { peb, teb } from './environment.js';
import { irpFind } from './irp-find.js';
import { irp } from './irp.js';
import { apcs, dpcs } from './deferred-calls.js';
import { interruptTable, processorRegion } from './processor-region.js';
import { locks } from './locks.js';
import { ready } from './ready.js';
import { stacks } from './stacks.js';
import { vm } from './memory-manager.js';
import { memoryUsage } from './memory-usage.js';
import { poolUsed } from './pool-usage.js';
import { deviceNode } from './device-nodes.js';
import { deviceObject, deviceStack } from './devices.js';
import { driverObject } from './drivers.js';
import { handle } from './handle.js';
import { object } from './object.js';
import { pool, poolFind } from './pool.js';
import { process } from './process.js';
import { queuedLocks } from './queued-locks.js';
import { accessList, securityDescriptor, securityIdentifier } from './security.js';
import { processorInfo, systemInfo } from './system-info.js';
import { running } from './running.js';
import { sessions } from './sessions.js';
import { thread } from './thread.js';
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

/** Asked with -? each tells its help, as WinDbg's extensions do; without what it needs, how it is typed. */
const withUsage = (command: Command): Command => ({
  names: command.names,
  run(context, args, name) {
    if (/^[-/](?:\?|h)$/.test(args.trim())) return context.run(`.hh ${command.names[0]}`);
    try {
      command.run(context, args, name);
    } catch (error) {
      if (!(error instanceof ExpressionError) || args.trim() !== '') throw error;
      throw new CommandError(`Usage: ${helpOf(command).syntax}\n`);
    }
  },
});

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
].map(withUsage); // prettier-ignore
