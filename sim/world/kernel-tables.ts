import { trustRoutines } from '../images/index.js';
import type { Kernel } from '../machine/machine.js';
import formats from '../profiles/formats/kernel-frames.json';

const POINTER_BYTES = 8n;
/** What says where a table of services is, and how many it has. */
const DESCRIPTOR = formats.types._KSERVICE_TABLE_DESCRIPTOR;

/** Fills tables of the kernel whose entries lie in other modules: they register themselves while they start. */
export function fillKernelTables({ core, loaded }: Kernel): void {
  const { exports } = core;
  const trust = loaded.address('nt!SeCiCallbacks');
  exports.memoryWritePointer(trust, BigInt(trustRoutines.length + 1) * POINTER_BYTES); // the table's size comes first
  for (const [index, routine] of trustRoutines.entries())
    exports.memoryWritePointer(trust + BigInt(index + 1) * POINTER_BYTES, loaded.address(routine));

  const windows = loaded.address('nt!KeServiceDescriptorTableShadow') + BigInt(DESCRIPTOR.size);
  const services = Object.keys(loaded.get('win32k').image.spec.services ?? {}).length;
  const field = (name: keyof typeof DESCRIPTOR.fields) =>
    windows + BigInt(DESCRIPTOR.fields[name][0] as number);
  exports.memoryWritePointer(field('Base'), loaded.address('win32k!W32pServiceTable'));
  exports.memoryWritePointer(field('Limit'), BigInt(services));
}
