import { trustRoutines } from '../images/index.js';
import type { Kernel } from '../machine/machine.js';

const POINTER_BYTES = 8n;
const DESCRIPTOR_BYTES = 32n; // of a table of services: base, counters, limit, argument table
const LIMIT_AT = 16n;

/** Fills tables of the kernel whose entries lie in other modules: they register themselves while they start. */
export function fillKernelTables({ core, loaded }: Kernel): void {
  const { exports } = core;
  const trust = loaded.address('nt!SeCiCallbacks');
  exports.memoryWritePointer(trust, BigInt(trustRoutines.length + 1) * POINTER_BYTES); // the table's size comes first
  for (const [index, routine] of trustRoutines.entries())
    exports.memoryWritePointer(trust + BigInt(index + 1) * POINTER_BYTES, loaded.address(routine));

  const windows = loaded.address('nt!KeServiceDescriptorTableShadow') + DESCRIPTOR_BYTES;
  const services = Object.keys(loaded.get('win32k').image.spec.services ?? {}).length;
  exports.memoryWritePointer(windows, loaded.address('win32k!W32pServiceTable'));
  exports.memoryWritePointer(windows + LIMIT_AT, BigInt(services));
}
