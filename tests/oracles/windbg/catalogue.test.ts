// Every function of every kernel module that a classroom machine has loaded, in WinDbg's engine: its name at its address
// (ln), its code to the last instruction (uf), its exception data (.fnent), its size (x); and the same of all data.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import type { LabImage } from '../../../sim/images/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { functionsOf, misnamed, missized, rangesOf, straying, unwoundOtherwise, type Known } from './walks/functions.js'; // prettier-ignore

describeWith([WINDBG], "the catalogue's functions in WinDbg's engine", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let modules: { image: LabImage; base: bigint }[];
  let known: Known[];

  beforeAll(async () => {
    made = generateDump(['--machine', 'classroom', '--seed', '5']);
    session = await EngineSession.open(made.dump, made.symbols, made.symbols);
    const bases = new Map(made.truth.modules.map(({ name, base }) => [name, BigInt(base)]));
    const { kernel } = await createMachine({ machine: 'classroom', seed: 5 });
    modules = kernel.images.images.flatMap((image) => {
      const base = bases.get(image.spec.module);
      return base === undefined || image.spec.kind === 'dll' ? [] : [{ image, base }];
    });
    known = modules.flatMap(({ image, base }) => functionsOf(image, base));
    await session.execute(['.reload /f']);
  });
  afterAll(async () => {
    await session?.close();
    made?.remove();
  });

  it('are more than 400 of the kernel and those of more than 40 drivers', () => {
    const modules = new Set(known.map(({ name }) => name.replace(/!.*/, '')));
    expect(modules.size).toBeGreaterThan(41);
    expect(known.filter(({ name }) => name.startsWith('nt!')).length).toBeGreaterThan(400);
  });

  it('are where their names are (ln)', async () => expect(await misnamed(session, known)).toEqual([]));

  it('have exception data from end to end, code by code, where they have a frame (.fnent)', async () => {
    const framed = modules.flatMap(({ image, base }) => rangesOf(image, base));
    expect(await unwoundOtherwise(session, framed)).toEqual([]);
  });

  it('have their sizes, and data has, too (x /t /v)', async () => {
    for (const module of modules) expect(await missized(session, module)).toEqual([]);
  });

  it('decode as code that stays inside (uf)', async () => expect(await straying(session, known)).toEqual([]));
});
