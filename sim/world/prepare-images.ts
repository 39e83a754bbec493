import { imageSet } from '../images/image-set.js';
import { LinkedImage } from '../images/linked-image.js';
import type { LinkedData } from '../images/linked-data.js';
import { prepareImages } from '../images/prepared/prepare.js';
import { windows11_22631 } from '../machine/profile.js';
import { findSize } from '../machine/size.js';
import { imageSpecs } from './machine-images.js';
import { programNames } from './programs.js';

/** Links what a machine of the default profile may have, all drivers and all programs, for a file beside the code. */
export async function prepareAll(): Promise<Uint8Array> {
  const { link } = await import('../images/link.js'); // as a boot does that needs it
  const linked: LinkedData[] = [];
  const specs = await imageSpecs(windows11_22631, findSize('server'), [], programNames);
  imageSet(specs, (spec, scope) => {
    const data = link(spec, scope);
    linked.push(data);
    return new LinkedImage(data);
  });
  return prepareImages(linked);
}
