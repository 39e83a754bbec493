// What truth.json tells of drivers, devices and requests, and what rules about them share.
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';

/** What truth.json tells of drivers and devices. */
export interface IoTruth {
  drivers: { name: string; address: string; module?: string; devices: string[] }[];
  devices: {
    address: string;
    name?: string;
    driver: string;
    attachedTo?: string;
    mounted?: string;
    passesTo?: string;
    timer?: { address: string; routine: string };
  }[];
  requests: {
    address: string;
    isCompleted?: true;
    thread?: string;
    file?: string;
    paging?: {
      direction: 'in' | 'out';
      thread: string;
      mdl: string;
      event?: string;
      firstPage: number;
      pages: number;
    };
    driver: string;
    device: string;
    major: string;
    minor: number;
  }[];
  nodes: {
    address: string;
    instance: string;
    service?: string;
    pdo: string;
    parent?: string;
    state: string;
    problem?: number;
    resources: {
      kind: string;
      start?: string;
      bytes?: number;
      vector?: number;
      irql?: number;
      processor?: number;
    }[];
  }[];
  interrupts: { address: string; processor: number; vector: number; routine: string }[];
  timers: { dpc: string; routine: string; periodMs: number; processor: number; device?: string }[];
}

export function ioTruth(kernel: Kernel): IoTruth {
  return (kernel.truth as unknown as { io: IoTruth }).io;
}

/** Module that holds an address. */
export function moduleAt(kernel: Kernel, address: bigint): string | undefined {
  return kernel.truth.modules.find(
    ({ base, size }) => address >= BigInt(base) && address < BigInt(base) + BigInt(size),
  )?.name;
}

/** Text of a UNICODE_STRING in a structure. */
export function textIn(kernel: Kernel, structure: bigint, type: string, path: string): string {
  return kernel.space.unicode(structure + BigInt(offsetOf(type, path)));
}
