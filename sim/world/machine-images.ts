import { withDriverRoutines } from '../images/driver-routines/index.js';
import { imageSet } from '../images/image-set.js';
import { catalogueFor, type ModuleSpec } from '../images/index.js';
import type { ImageSet, LabImage } from '../images/lab-image.js';
import { withPinnedKernel } from '../images/pinned/pinned-image.js';
import type { PreparedImages } from '../images/prepared/prepared-images.js';
import { withRuntime } from '../images/runtime.js';
import type { Profile } from '../machine/profile.js';
import type { MachineSize } from '../machine/size.js';
import { programSpecs } from './program-images.js';

/** Specifications of all images of a machine on which some drivers of the lab's and some programs are. */
export async function imageSpecs(
  profile: Profile,
  size: MachineSize,
  labDrivers: readonly ModuleSpec[],
  programs: readonly string[],
): Promise<ModuleSpec[]> {
  const pinned = await profile.pinned?.();
  const catalogue = pinned ? withPinnedKernel(catalogueFor(size), pinned) : catalogueFor(size);
  const specs = withDriverRoutines([...catalogue, ...labDrivers, ...programSpecs(programs)]);
  return specs.map((spec) => withRuntime({ ...spec, version: profile.version }));
}

/** The images of a machine. The linker is loaded only when one of them was not prepared. */
export async function makeImages(
  specs: readonly ModuleSpec[],
  prepared: PreparedImages | undefined,
): Promise<ImageSet> {
  const known = prepared?.suits(specs) ? prepared : undefined;
  const find = (spec: ModuleSpec): LabImage | undefined => known?.find(spec);
  if (specs.every(find)) return imageSet(specs, (spec) => find(spec) ?? notPrepared(spec));
  const { linkImage } = await import('../images/link.js');
  return imageSet(specs, (spec, scope) => find(spec) ?? linkImage(spec, scope));
}

function notPrepared({ module }: ModuleSpec): never {
  throw new Error(`${module} was to be prepared when the project was built`);
}
