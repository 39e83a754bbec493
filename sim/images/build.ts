import { catalogue } from './catalogue/index.js';
import type { ImageSet, LabImage } from './lab-image.js';
import { linkImage, type LinkScope } from './link.js';
import type { ModuleSpec } from './spec.js';

/**
 * Makes the images of a set of modules, by default the whole lab kernel and ntdll. A pure function of its argument.
 * Throws, naming module and symbol, when something refers to what does not exist or is not exported.
 */
export function buildImages(specs: readonly ModuleSpec[] = catalogue): ImageSet {
  const modules = new Map(specs.map((spec) => [spec.module, spec]));
  const services = specs.flatMap((spec) => Object.keys(spec.services ?? {}));
  const scope: LinkScope = {
    fileOf(module) {
      const spec = modules.get(module);
      if (!spec) throw new Error(`there is no module ${module}`);
      return spec.file;
    },
    serviceNumber(name) {
      const number = services.indexOf(name);
      if (number < 0) throw new Error(`there is no system service ${name}`);
      return number;
    },
  };
  const images = specs.map((spec) => linkImage(spec, scope));
  const byModule = new Map(images.map((image) => [image.spec.module, image]));
  for (const image of images) checkImports(image, byModule);
  return {
    images,
    get(module) {
      const image = byModule.get(module);
      if (!image) throw new Error(`there is no module ${module}`);
      return image;
    },
  };
}

function checkImports(image: LabImage, byModule: ReadonlyMap<string, LabImage>): void {
  for (const { module, symbol } of image.imports) {
    const spec = byModule.get(module)?.spec;
    const exported = [...(spec?.functions ?? []), ...(spec?.globals ?? [])].some(
      (candidate) => candidate.name === symbol && candidate.exported,
    );
    if (!exported) throw new Error(`${image.spec.module} imports ${module}!${symbol}, which is not exported`);
  }
}
