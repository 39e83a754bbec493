import { catalogue } from './catalogue/index.js';
import type { ImageSet, LabImage } from './lab-image.js';
import { linkImage, type LinkScope } from './link.js';
import type { ModuleSpec } from './spec.js';

/** Numbers of GUI services start here: bits 12 and up choose the service table. */
const GUI_SERVICES = 0x1000;

/**
 * Makes the images of a set of modules, by default the whole lab kernel and ntdll. A pure function of its argument.
 * Throws, naming module and symbol, when something refers to what does not exist or is not exported.
 */
export function buildImages(specs: readonly ModuleSpec[] = catalogue): ImageSet {
  const modules = new Map(specs.map((spec) => [spec.module, spec]));
  const scope: LinkScope = {
    fileOf(module) {
      const spec = modules.get(module);
      if (!spec) throw new Error(`there is no module ${module}`);
      return spec.file;
    },
    serviceNumber(name) {
      for (const spec of specs) {
        const number = serviceNumber(spec, name);
        if (number !== undefined) return number;
      }
      throw new Error(`there is no system service ${name}`);
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

/** Number by which user mode asks for a system service of a module; `undefined` when the module has none of the name. */
export function serviceNumber({ module, services }: ModuleSpec, name: string): number | undefined {
  const index = Object.keys(services ?? {}).indexOf(name);
  return index < 0 ? undefined : index + (module === 'nt' ? 0 : GUI_SERVICES);
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
