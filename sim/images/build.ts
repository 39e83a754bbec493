import { catalogue } from './catalogue/index.js';
import { imageSet } from './image-set.js';
import type { ImageSet } from './lab-image.js';
import { linkImage } from './link.js';
import { withRuntime } from './runtime.js';
import type { ModuleSpec } from './spec.js';

/** Links the images of a set of modules, by default the whole lab kernel and ntdll. A pure function of its argument. */
export function buildImages(modules: readonly ModuleSpec[] = catalogue): ImageSet {
  return imageSet(modules.map(withRuntime), linkImage);
}
