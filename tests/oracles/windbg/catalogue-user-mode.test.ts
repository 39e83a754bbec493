// Every function of every DLL and program that processes of a classroom machine have mapped, in WinDbg's engine, in
// the context of a process that has it: as catalogue.test.ts has it for the kernel's modules.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import type { LabImage } from '../../../sim/images/index.js';
import { generateDump, type GeneratedDump, type TruthProcess } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { listedModules } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { functionsOf, misnamed, missized, rangesOf, straying, unwoundOtherwise } from './walks/functions.js'; // prettier-ignore

interface Placed {
  image: LabImage;
  base: bigint;
}

/** Processes and the modules that are looked at in each, so that every module is looked at once. */
function visits(
  processes: readonly TruthProcess[],
  images: readonly LabImage[],
): { process: TruthProcess; modules: Placed[] }[] {
  const wanted = new Map(
    images
      .filter(({ spec }) => spec.kind !== 'kernel' && spec.kind !== 'driver' && spec.machine !== 'i386')
      .map((image) => [image.spec.file.toLowerCase(), image]),
  );
  const placedIn = (process: TruthProcess): Placed[] =>
    process.memory
      .filter(({ kind, file }) => kind === 'image' && !/\\SysWOW64\\/i.test(file!))
      .flatMap(({ start, file }) => {
        const image = wanted.get(file!.slice(file!.lastIndexOf('\\') + 1).toLowerCase());
        return image ? [{ image, base: BigInt(start) }] : [];
      });
  const found: { process: TruthProcess; modules: Placed[] }[] = [];
  for (const process of processes) {
    const modules = placedIn(process);
    if (modules.length > 0) found.push({ process, modules });
    for (const { image } of modules) wanted.delete(image.spec.file.toLowerCase());
  }
  return found;
}

describeWith([WINDBG], "the catalogue's functions of user mode in WinDbg's engine", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let looked: { process: TruthProcess; modules: Placed[] }[];
  const wrong: Record<'names' | 'exceptionData' | 'sizes' | 'code' | 'modules', string[]> = {
    names: [],
    exceptionData: [],
    sizes: [],
    code: [],
    modules: [],
  };

  beforeAll(async () => {
    made = generateDump(['--machine', 'classroom', '--seed', '5', '--user-pages']);
    session = await EngineSession.open(made.dump, made.symbols, made.symbols);
    const { kernel } = await createMachine({ machine: 'classroom', seed: 5 });
    looked = visits(made.truth.processes, kernel.images.images);
    for (const { process, modules } of looked) {
      const [, listed] = await session.execute([`.process /r /p ${process.address}`, 'lm']);
      const shown = new Map(listedModules(listed!).map(({ name, start }) => [name.toLowerCase(), start]));
      for (const { image, base } of modules)
        if (shown.get(image.spec.module.toLowerCase()) !== base)
          wrong.modules.push(`${process.name} ${image.spec.module}`);
      const known = modules.flatMap(({ image, base }) => functionsOf(image, base));
      const ranges = modules.flatMap(({ image, base }) => rangesOf(image, base));
      wrong.names.push(...(await misnamed(session, known)));
      wrong.exceptionData.push(...(await unwoundOtherwise(session, ranges)));
      wrong.code.push(...(await straying(session, known)));
      for (const module of modules) wrong.sizes.push(...(await missized(session, module)));
    }
  });
  afterAll(async () => {
    await session?.close();
    made?.remove();
  });

  it('are of more than forty DLLs and more than forty programs', () => {
    const modules = looked.flatMap((visit) => visit.modules);
    expect(modules.filter(({ image }) => image.spec.kind === 'dll').length).toBeGreaterThan(40);
    expect(modules.filter(({ image }) => image.spec.kind === 'program').length).toBeGreaterThan(40);
  });

  it('are in modules that lie where the truth says (.process /r /p, lm)', () =>
    expect(wrong.modules).toEqual([]));

  it('are where their names are (ln)', () => expect(wrong.names).toEqual([]));

  it('have exception data from end to end, code by code, where they have a frame (.fnent)', () =>
    expect(wrong.exceptionData).toEqual([]));

  it('have their sizes, and data has, too (x /t /v)', () => expect(wrong.sizes).toEqual([]));

  it('decode as code that stays inside (uf)', () => expect(wrong.code).toEqual([]));
});
