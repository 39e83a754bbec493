import { createMachine, type LabMachine } from '../../../sim/index.js';

/** One booted machine for tests that only look. */
export const machine: LabMachine = await createMachine({ machine: 'tiny', seed: 5 });
export const { core } = machine.kernel;

const PAGE = 4096;

/** A frame's bytes, copied. */
export function frame(pfn: number): DataView {
  core.exports.memoryReadPhysical(pfn);
  return new DataView(core.view(core.exports.exchangeBuffer(), PAGE).slice().buffer);
}

/** Bytes at a virtual address of the attached process, copied; fewer where they end unmapped. */
export function bytes(address: bigint, length: number): DataView {
  const mapped = core.exports.memoryRead(address, length);
  return new DataView(core.view(core.exports.exchangeBuffer(), mapped).slice().buffer);
}

export function pointer(address: bigint): bigint {
  return bytes(address, 8).getBigUint64(0, true);
}

/** Address of a kernel symbol. */
export function symbol(name: string): bigint {
  return machine.kernel.loaded.address(`nt!${name}`);
}
