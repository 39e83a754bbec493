import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { LabImage, ModuleSpec } from '../../../sim/images/index.js';
import { PreparedImages } from '../../../sim/images/prepared/prepared-images.js';
import { withRuntime } from '../../../sim/images/runtime.js';
import { windows11_22000, windows11_22631 } from '../../../sim/machine/profile.js';
import { findSize, hardwareOf, type SizeName } from '../../../sim/machine/size.js';
import { loadScenario } from '../../../sim/scenarios/load-scenario.js';
import { labDriversOf } from '../../../sim/scenarios/lab-drivers.js';
import { imageSpecs, makeImages } from '../../../sim/world/machine-images.js';
import { populationOf, programsOf } from '../../../sim/world/population.js';
import { prepareAll } from '../../../sim/world/prepare-images.js';
import { programSpec, programSpecs } from '../../../sim/world/program-images.js';
import { programNames } from '../../../sim/world/programs.js';

const bytes = await prepareAll();
const prepared = new PreparedImages(bytes);
const drivers = labDriversOf(await loadScenario('pool-leak'));

const specsOf = (name: SizeName, profile = windows11_22631): Promise<ModuleSpec[]> => {
  const size = findSize(name);
  const programs = programsOf(populationOf(size, hardwareOf(size)));
  return imageSpecs(profile, size, drivers, programs);
};

/** Everything that an image tells. */
const told = (image: LabImage) => ({
  ...image,
  symbols: [...image.symbols],
  functions: image.functions,
  coldParts: [...image.coldParts],
  imports: image.imports,
  callSites: image.callSites(),
  calls: image.spec.functions.flatMap(({ name, calls = [] }) =>
    calls.map(({ to = 'nt!KeBugCheckEx' }) => [image.returnAddress(name, to), image.callSlot(name, to)]),
  ),
  rests: image.spec.functions.map(({ name }) => image.restAddress(name)),
});

it('keeps what the build wrote: build again where this fails', () => {
  const built = inflateRawSync(readFileSync(new URL('../../../build/images.bin', import.meta.url)));
  expect(Buffer.compare(built, bytes)).toBe(0);
});

it.each<SizeName>(['tiny', 'server'])(
  'gives the images that linking gives a machine of size %s',
  async (size) => {
    const specs = await specsOf(size);
    const linked = await makeImages(specs, undefined);
    const { images } = await makeImages(specs, prepared);
    expect(images.map(({ spec }) => spec)).toEqual(linked.images.map(({ spec }) => spec));
    for (const image of images) {
      const other = linked.get(image.spec.module);
      expect(Buffer.compare(image.file, other.file), image.spec.module).toBe(0);
      expect(told(image)).toEqual(told(other));
    }
    const notFound = specs.filter((spec) => !prepared.find(spec)).map(({ module }) => module);
    const own = drivers.map(({ module }) => module);
    // Without most drivers, fewer of their callbacks are in what they build on.
    expect(notFound.sort()).toEqual([...own, ...(size === 'tiny' ? ['Wdf01000', 'ndis', 'nt'] : [])].sort());
  },
);

it('has the image of every program, and the DLLs of 32-bit ones', async () => {
  const { version } = windows11_22631;
  const specs = programSpecs(programNames);
  expect(specs.some(({ machine, kind }) => machine === 'i386' && kind === 'dll')).toBe(true);
  for (const spec of specs)
    expect(prepared.find(withRuntime({ ...spec, version })), spec.module).toBeDefined();
});

it('links what an image was not prepared for', async () => {
  const specs = await specsOf('tiny', windows11_22000);
  expect(specs.filter((spec) => prepared.find(spec))).toEqual([]);
  const { images } = await makeImages(specs, prepared);
  const linked = await makeImages(specs, undefined);
  expect(images.map(({ pdb }) => pdb)).toEqual(linked.images.map(({ pdb }) => pdb));
});

it('takes no image whose specification has changed in anything', () => {
  const spec = withRuntime({ ...programSpec('C:\\Windows\\explorer.exe'), version: windows11_22631.version });
  expect(prepared.find(spec)).toBeDefined();
  const [first, ...rest] = spec.functions;
  expect(prepared.find({ ...spec, functions: [{ ...first!, exported: true }, ...rest] })).toBeUndefined();
  expect(prepared.find({ ...spec, description: `${spec.description}.` })).toBeUndefined();
});

it('takes none at all when a module has changed in what others see of it', async () => {
  const specs = await specsOf('classroom');
  expect(prepared.suits(specs)).toBe(true);
  const changed = (module: string, change: (spec: ModuleSpec) => Partial<ModuleSpec>) =>
    specs.map((spec) => (spec.module === module ? { ...spec, ...change(spec) } : spec));
  expect(prepared.suits(changed('nt', () => ({ description: 'Another' })))).toBe(true);
  expect(prepared.suits(changed('nt', ({ services }) => ({ services: { NtFirst: 0, ...services } })))).toBe(
    false,
  );
  expect(prepared.suits(changed('hal', () => ({ file: 'halmacpi.dll' })))).toBe(false);
});
