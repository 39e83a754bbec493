// Every function of every kernel module that a classroom machine has loaded, in WinDbg's engine: its name at its address
// (ln), its code to the last instruction (uf), its exception data (.fnent).
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import type { LabImage } from '../../../sim/images/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { PeFile } from '../images/pe-file.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';

const MINUTES = 60_000;
/** A line of disassembly; `???` stands where bytes are not there or are no instruction. */
const LINE = /^([0-9a-f]{8}`[0-9a-f]{8}) .*$/gm;

interface Known {
  name: string;
  address: bigint;
  size: number;
  rva: number;
  /** Whether it may go on in other functions. */
  leaves: boolean;
  /** Whether the file has exception data for it: all but leaf functions have. */
  hasFrame: boolean;
}

const tick = (value: bigint) =>
  value
    .toString(16)
    .padStart(16, '0')
    .replace(/^(.{8})/, '$1`');
const number = (text: string) => BigInt(`0x${text.replace('`', '')}`);

/** The functions of an image at its place in memory; those of INIT sections have left it. */
function functionsOf(image: LabImage, base: bigint): Known[] {
  const file = new PeFile(image.file);
  return image.spec.functions
    .filter(({ section }) => section !== 'INIT')
    .map(({ name, tail, template }) => {
      const { rva, size } = image.symbols.get(name)!;
      return {
        name: `${image.spec.module}!${name}`,
        address: base + BigInt(rva),
        size,
        rva,
        leaves: tail !== undefined || template !== undefined,
        hasFrame: file.functionAt(rva) !== undefined,
      };
    });
}

describeWith([WINDBG], "the catalogue's functions in WinDbg's engine", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let known: Known[];

  beforeAll(async () => {
    made = generateDump(['--machine', 'classroom', '--seed', '5']);
    session = await EngineSession.open(made.dump, made.symbols, made.symbols);
    const bases = new Map(made.truth.modules.map(({ name, base }) => [name, BigInt(base)]));
    const { kernel } = await createMachine({ machine: 'classroom', seed: 5 });
    known = kernel.images.images.flatMap((image) => {
      const base = bases.get(image.spec.module);
      return base === undefined || image.spec.kind === 'dll' ? [] : functionsOf(image, base);
    });
    await session.execute(['.reload /f']);
  }, 5 * MINUTES);
  afterAll(async () => {
    await session?.close();
    made?.remove();
  });

  it('are more than 400 of the kernel and those of more than 40 drivers', () => {
    const modules = new Set(known.map(({ name }) => name.replace(/!.*/, '')));
    expect(modules.size).toBeGreaterThan(41);
    expect(known.filter(({ name }) => name.startsWith('nt!')).length).toBeGreaterThan(400);
  });

  /** What is wrong with the answers to one command about each function; nothing, one hopes. */
  async function complaints(
    command: string,
    functions: readonly Known[],
    isRight: (answer: string, about: Known) => boolean,
  ): Promise<string[]> {
    const answers = await session.execute(
      functions.map(({ address }) => `${command} 0x${address.toString(16)}`),
    );
    return functions.flatMap((about, index) =>
      isRight(answers[index]!, about) ? [] : [`${about.name}: ${answers[index]!.slice(0, 300)}`],
    );
  }

  it(
    'are where their names are (ln)',
    async () => {
      const wrong = await complaints(
        'ln',
        known,
        (answer, { name, address }) =>
          answer.includes('Exact matches:') && answer.includes(`(${tick(address)})   ${name} `),
      );
      expect(wrong).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'have exception data from end to end where they have a frame (.fnent)',
    async () => {
      const wrong = await complaints('.fnent', known.filter(({ hasFrame }) => hasFrame), (answer, { rva, size }) => {
        const [, begin = '0', end = '0'] = /BeginAddress\s+= (\S+)\s+EndAddress\s+= (\S+)/.exec(answer) ?? [];
        return number(begin) === BigInt(rva) && number(end) === BigInt(rva + size);
      }); // prettier-ignore
      expect(wrong).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'decode as code that stays inside (uf)',
    async () => {
      const wrong = await complaints('uf', known, (answer, { address, size, leaves }) => {
        const lines = [...answer.matchAll(LINE)].map(([line, at]) => ({ line, at: number(at!) }));
        const inside = lines.filter(({ at }) => at >= address && at < address + BigInt(size));
        // The engine takes the import that a function ends with a jump through for code, and goes on there.
        const stays = leaves || inside.length === lines.length;
        return stays && inside.some(({ at }) => at === address) && !inside.some(({ line }) => line.includes('???'));
      }); // prettier-ignore
      expect(wrong).toEqual([]);
    },
    5 * MINUTES,
  );
});
