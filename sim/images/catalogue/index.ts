import type { MachineSize } from '../../machine/size.js';
import { expandDll, expandDriver, type CompactDll, type CompactDriver } from '../compact.js';
import type { ModuleSpec } from '../spec.js';
import acpi from './acpi.json';
import { withCallGraph, withColdParts, withCookies } from './call-graph.js';
import classpnp from './classpnp.json';
import disk from './disk.json';
import dlls from './dlls.json';
import drivers from './drivers.json';
import dxgkrnl from './dxgkrnl.json';
import dxgmms2 from './dxgmms2.json';
import fltmgr from './fltmgr.json';
import hal from './hal.json';
import hvix64 from './hvix64.json';
import mountmgr from './mountmgr.json';
import ndis from './ndis.json';
import netio from './netio.json';
import nt from './nt.json';
import ntdll from './ntdll.json';
import ntfs from './ntfs.json';
import partmgr from './partmgr.json';
import pci from './pci.json';
import stornvme from './stornvme.json';
import storport from './storport.json';
import tcpip from './tcpip.json';
import volmgr from './volmgr.json';
import volsnap from './volsnap.json';
import win32k from './win32k.json';
import win32kbase from './win32kbase.json';
import win32kfull from './win32kfull.json';
import win32u from './win32u.json';

/** Kernel modules that have a file of their own: the kernel, and drivers that threads stand in. */
const special = [
  nt, hal, fltmgr, acpi, pci, partmgr, volmgr, mountmgr, stornvme, storport, ntfs, ndis, netio, tcpip, volsnap, disk,
  classpnp, dxgkrnl, win32k, win32kbase, win32kfull, dxgmms2,
] as unknown as readonly ModuleSpec[]; // prettier-ignore
const compact = drivers.drivers as readonly (CompactDriver & { essential?: boolean })[];
const ordinary = new Set(compact.filter(({ essential }) => !essential).map(({ module }) => module));
const kernelModules = new Map<string, ModuleSpec>([
  ...special.map((spec) => [spec.module, withColdParts(withCookies(withCallGraph(spec)))] as const),
  ...compact.map((driver) => [driver.module, expandDriver(driver, drivers.kinds)] as const),
]);

/**
 * The modules of the lab's kernel in load order, then the DLLs through which user mode enters it, the hypervisor, and
 * ntdll. Names are those that Windows modules make public; what the functions do is our own.
 */
export const catalogue: readonly ModuleSpec[] = [
  ...drivers.order.map((name) => kernelModules.get(name)!),
  win32u as unknown as ModuleSpec,
  ...dlls.dlls.map((dll) => expandDll(dll as CompactDll)),
  hvix64 as unknown as ModuleSpec,
  ntdll as unknown as ModuleSpec,
];

/** Drivers that a machine has unloaded since it booted: name, bytes, and seconds after the boot. */
export const unloadedDrivers: readonly { file: string; size: number; at: number }[] = drivers.unloaded;

/** The modules of a machine of a size: small ones do without drivers that nothing refers to. */
export function catalogueFor({ drivers: wanted }: MachineSize): readonly ModuleSpec[] {
  return wanted === 'all' ? catalogue : catalogue.filter(({ module }) => !ordinary.has(module));
}
