import type { Profile } from './profile.js';
import type { Core } from './core.js';

/** Regions of the kernel's half, as the core counts them: `Region` in assembly/memory/address-space.ts. */
const REGIONS = [
  'PfnDatabase',
  'NonPagedPool',
  'PagedPool',
  'SystemCache',
  'SystemPtes',
  'Kasan',
  'UltraZero',
  'Cfg',
  'HyperSpace',
  'KernelStacks',
  'PageTables',
  'Session',
  'SecureNonPagedPool',
  'KernelShadowStacks',
  'SystemImages',
];
/** Of those that a build does not have. */
const NO_REGION = 0xffffffffffffffffn;

/** Enters the regions in nt!MiState, each in the place that the build has for it. */
export function publishRegions(core: Core, { enums }: Profile): void {
  const places = enums._MI_ASSIGNED_REGION_TYPES;
  core.putList(REGIONS.map((name) => BigInt(places[`AssignedRegion${name}`] ?? NO_REGION)));
  core.exports.kernelPublishRegions();
}
