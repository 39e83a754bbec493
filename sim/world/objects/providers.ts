import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/trace-providers.json';

/** Creates the entries of event tracing's providers; returns their addresses. */
export function createProviders(kernel: Kernel): bigint[] {
  return Object.values(data.providers).map((guid) => {
    kernel.core.putBytes(guidBytes(guid));
    return kernel.core.exports.traceCreateProvider();
  });
}

/** Bytes of a GUID's text: the first three parts little-endian, the others as written. */
function guidBytes(guid: string): Uint8Array {
  const digits = guid.replaceAll('-', '');
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (at) => parseInt(digits.slice(at * 2, at * 2 + 2), 16));
}
