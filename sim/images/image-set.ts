import type { ImageSet, LabImage } from './lab-image.js';
import { withRuntime } from './runtime.js';
import type { ModuleSpec } from './spec.js';

/** Numbers of GUI services start here: bits 12 and up choose the service table. */
const GUI_SERVICES = 0x1000;

/** What a module needs to know of the others. */
export interface LinkScope {
  /** File name of a module. Throws when there is none of the name. */
  fileOf(module: string): string;
  serviceNumber(name: string): number;
  /** 4-byte arguments of `module!Function`, of 32-bit code; 0 where the data does not say. */
  argumentsOf(target: string): number;
}

/**
 * The images of a set of modules, each with its runtime, and made by `make`.
 * Throws, naming module and symbol, when something refers to what does not exist or is not exported.
 */
export function imageSet(
  specs: readonly ModuleSpec[],
  make: (spec: ModuleSpec, scope: LinkScope) => LabImage,
): ImageSet {
  const modules = new Map(specs.map((spec) => [spec.module, spec]));
  const services = serviceNumbers(specs);
  const scope: LinkScope = {
    fileOf(module) {
      const spec = modules.get(module);
      if (!spec) throw new Error(`there is no module ${module}`);
      return spec.file;
    },
    serviceNumber(name) {
      const number = services.get(name);
      if (number === undefined) throw new Error(`there is no system service ${name}`);
      return number;
    },
    argumentsOf(target) {
      const [module = '', name] = target.split(/!(.*)/s);
      return modules.get(module)?.functions.find((each) => each.name === name)?.arguments ?? 0;
    },
  };
  const images = specs.map((spec) => make(spec, scope));
  const byModule = new Map(images.map((image) => [image.spec.module, image]));
  const exportsOf = exportNames(modules);
  for (const image of images) checkImports(image, exportsOf);
  const add = (specWithoutRuntime: ModuleSpec): LabImage => {
    const spec = withRuntime(specWithoutRuntime);
    const image = make(spec, scope);
    checkImports(image, exportsOf);
    modules.set(spec.module, spec);
    images.push(image);
    byModule.set(spec.module, image);
    return image;
  };
  return {
    add,
    images,
    get(module) {
      const image = byModule.get(module);
      if (!image) throw new Error(`there is no module ${module}`);
      return image;
    },
  };
}

/** Numbers of the system services of all modules; where two have one of a name, the first module's. */
function serviceNumbers(specs: readonly ModuleSpec[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const { module, services = {} } of specs)
    Object.keys(services).forEach((name, index) => {
      if (!numbers.has(name)) numbers.set(name, firstService(module) + index);
    });
  return numbers;
}

function firstService(module: string): number {
  return module === 'nt' ? 0 : GUI_SERVICES;
}

/** Number by which user mode asks for a system service of a module; `undefined` when the module has none of the name. */
export function serviceNumber({ module, services }: ModuleSpec, name: string): number | undefined {
  const index = Object.keys(services ?? {}).indexOf(name);
  return index < 0 ? undefined : index + firstService(module);
}

function checkImports(image: LabImage, exportsOf: (module: string) => ReadonlySet<string>): void {
  for (const { module, symbol } of image.imports)
    if (!exportsOf(module).has(symbol))
      throw new Error(`${image.spec.module} imports ${module}!${symbol}, which is not exported`);
}

/** Names that each module exports, found when they are first asked for. */
function exportNames(modules: ReadonlyMap<string, ModuleSpec>): (module: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (module) => {
    let names = known.get(module);
    if (!names) {
      const { functions = [], globals = [] } = modules.get(module) ?? {};
      names = new Set([...functions, ...globals].filter(({ exported }) => exported).map(({ name }) => name));
      known.set(module, names);
    }
    return names;
  };
}
