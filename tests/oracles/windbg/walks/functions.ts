// What an image's catalogue and its file say of functions, and what WinDbg's engine says of the same.
import type { LabImage } from '../../../../sim/images/index.js';
import { PeFile } from '../../images/pe-file.js';
import type { EngineSession } from '../session.js';

/** A line of disassembly; `???` stands where bytes are not there or are no instruction. */
const LINE = /^([0-9a-f]{8}`[0-9a-f]{8}) .*$/gm;

export interface Known {
  name: string;
  address: bigint;
  size: number;
  rva: number;
  /** Whether it may go on in other functions. */
  leaves: boolean;
  /** The unwind data of the file, as .fnent prints it; none for leaf functions. */
  unwind: string[] | undefined;
}

const tick = (value: bigint) =>
  value
    .toString(16)
    .padStart(16, '0')
    .replace(/^(.{8})/, '$1`');
/** `prv func   fffff806`271424b0   12 <function> Ntfs!NtfsFsdPnp (void)` */
const SYMBOL = /^prv (func|global) +([0-9a-f`]{17}) +([0-9a-f]+) .*?\w!(\S+) (?:\(|=)/gm;
const UNWIND_LINE =
  /^ +(version .*|frame reg .*|[0-9a-f]{2}: offs [0-9a-f]+, unwind op [0-9a-f]+, op info [0-9a-f]+)/gm;
const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString(16) : value);
const number = (text: string) => BigInt(`0x${text.replace('`', '')}`);

/** The functions of an image at its place in memory; those of INIT sections have left it. */
export function functionsOf(image: LabImage, base: bigint): Known[] {
  const file = new PeFile(image.file);
  return image.spec.functions
    .filter(({ section }) => section !== 'INIT')
    .map(({ name, tail, template, cold }) => {
      const { rva, size } = image.symbols.get(name)!;
      return {
        name: `${image.spec.module}!${name}`,
        address: base + BigInt(rva),
        size,
        rva,
        leaves: tail !== undefined || template !== undefined || cold !== undefined,
        unwind: unwindLines(file, rva),
      };
    });
}

/** What has exception data of an image: functions, and the parts of functions that have some of their own. */
export function rangesOf(image: LabImage, base: bigint): Known[] {
  const file = new PeFile(image.file);
  return functionsOf(image, base).flatMap((about) =>
    file.functions
      .filter(({ begin }) => begin >= about.rva && begin < about.rva + about.size)
      .map(({ begin, end }) => ({
        ...about,
        address: base + BigInt(begin),
        rva: begin,
        size: end - begin,
        unwind: chainLines(file, begin),
      })),
  );
}

/** As {@link unwindLines}, with those of the function in whose unwind data that of a part goes on. */
function chainLines(file: PeFile, rva: number): string[] {
  const outer = file.continued(file.functionAt(rva)!);
  return [...unwindLines(file, rva)!, ...(outer ? chainLines(file, outer.begin) : [])];
}

/** Slots that each operation takes; a large allocation takes a third for its 32 bits. */
const SLOTS = [1, 2, 1, 1, 2, 3, 2, 3, 2, 3, 1];

/** Version, flags, sizes and codes of the unwind data of the function at `rva`, from the bytes of the file. */
function unwindLines(file: PeFile, rva: number): string[] | undefined {
  const range = file.functionAt(rva);
  if (!range) return undefined;
  const info = range.unwind;
  const hex = (value: number) => value.toString(16);
  const [head, prolog, codes, frame] = [0, 1, 2, 3].map((offset) => file.u8(info + offset)) as [number, number, number, number]; // prettier-ignore
  const lines = [`version ${head & 7}, flags ${head >> 3}, prolog ${hex(prolog)}, codes ${hex(codes)}`];
  if ((frame & 15) !== 0) lines.push(`frame reg ${frame & 15}, frame offs ${hex((frame >> 4) * 16)}h`);
  for (let slot = 0; slot < codes;) {
    const at = info + 4 + 2 * slot;
    const [operation, operand] = [file.u8(at + 1) & 15, file.u8(at + 1) >> 4];
    const number = hex(slot).padStart(2, '0');
    lines.push(`${number}: offs ${hex(file.u8(at))}, unwind op ${hex(operation)}, op info ${hex(operand)}`);
    slot += SLOTS[operation]! + (operation === 1 ? operand : 0);
  }
  return lines;
}

/** What is wrong with the engine's answers to one command about each function; nothing, one hopes. */
async function wrongAnswers(
  session: EngineSession,
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

/** Functions that `ln` does not find at their places under their names. */
export function misnamed(session: EngineSession, functions: readonly Known[]): Promise<string[]> {
  return wrongAnswers(
    session,
    'ln',
    functions,
    // The engine names a module as its file is spelled, which the case may tell from the catalogue's name.
    (answer, { name, address }) =>
      answer.includes('Exact matches:') &&
      answer.toLowerCase().includes(`(${tick(address)})   ${name} `.toLowerCase()),
  );
}

/** Functions and parts of them whose exception data `.fnent` shows in another way than the file has it. */
export function unwoundOtherwise(session: EngineSession, ranges: readonly Known[]): Promise<string[]> {
  return wrongAnswers(session, '.fnent', ranges, (answer, { rva, size, unwind }) => {
    const [, begin = '0', end = '0'] = /BeginAddress\s+= (\S+)\s+EndAddress\s+= (\S+)/.exec(answer) ?? [];
    const lines = [...answer.matchAll(UNWIND_LINE)].map(([, line]) => line!.replace(/ \(r\w+\)/, ''));
    const isWhole = number(begin) === BigInt(rva) && number(end) === BigInt(rva + size);
    return isWhole && lines.join() === unwind!.join();
  });
}

/** Functions whose code `uf` does not decode, or follows out of them where it should not. */
export function straying(session: EngineSession, functions: readonly Known[]): Promise<string[]> {
  return wrongAnswers(session, 'uf', functions, (answer, { address, size, leaves }) => {
    const lines = [...answer.matchAll(LINE)].map(([line, at]) => ({ line, at: number(at!) }));
    const inside = lines.filter(({ at }) => at >= address && at < address + BigInt(size));
    // The engine takes the import that a function ends with a jump through for code, and goes on there.
    const stays = leaves || inside.length === lines.length;
    return stays && inside.some(({ at }) => at === address) && !inside.some(({ line }) => line.includes('???'));
  }); // prettier-ignore
}

/** Functions and data of an image that `x /t /v` shows elsewhere, in another size or not at all. */
export async function missized(
  session: EngineSession,
  { image, base }: { image: LabImage; base: bigint },
): Promise<string[]> {
  const { module, functions, globals } = image.spec;
  const [answer] = await session.execute([`x /t /v ${module}!*`]);
  const shown = new Map(
    [...answer!.matchAll(SYMBOL)].map(([, kind, at, size, name]) => [
      name!,
      { kind: kind!, address: number(at!), size: parseInt(size!, 16) },
    ]),
  );
  const isRight = (name: string, kind: string, size: number) => {
    const seen = shown.get(name);
    const address = base + BigInt(image.symbols.get(name)!.rva);
    return seen?.kind === kind && seen.address === address && seen.size === size;
  };
  return [
    ...functions
      .filter(({ section }) => section !== 'INIT')
      .filter(({ name, labels = [] }) => {
        const { rva, size } = image.symbols.get(name)!;
        // A function with a name inside it ends there.
        const inside = labels.map((label) => image.symbols.get(label.name)!.rva - rva);
        return !isRight(name, 'func', Math.min(size, ...inside));
      }),
    ...globals.filter(({ name, size }) => !isRight(name, 'global', size)),
  ].map(({ name }) => `${module}!${name}: ${JSON.stringify(shown.get(name), bigints)}`);
}
