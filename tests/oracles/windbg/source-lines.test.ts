// Every function of the lab's drivers in WinDbg's engine, down to the instruction: the line of each, the source that is
// shown for it, and the prototype. What is on some thread's stack has its parameters and locals, too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDriver } from '../../../sim/images/lab-drivers/index.js';
import { generateDump, type GeneratedDump, type TruthThread } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { stackFrames } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';

const SCENARIOS = { leaky: 'pool-leak', poller: 'busy-driver', clumsy: 'hung-filter' } as const;
/** What a line of `u` says of the source: `leaky!LeakyWorker+0x17 [C:\…\leaky.c @ 34]:`. */
const PLACE = /^(\w+)!([\w$]+)(?:\+0x([0-9a-f]+))? \[(.*) @ (\d+)\]:$/;
const INSTRUCTION = /^([0-9a-f]{8}`[0-9a-f]{8}) ([0-9a-f]+) +(\S+)(?: +(.*))?$/;

/** What an operand of `call` names: `leaky!LeakyAllocate (…)`, `qword ptr [leaky!_imp_nt!ExAllocatePool2 (…)]`. */
const CALLEE = /!(?:_imp_)?(\w+) \([0-9a-f`]+\)/;
/** A call in the sources; what is in capitals alone is a macro, and YieldProcessor is an instruction. */
const CALL = /\b(?!YieldProcessor)([A-Z]\w*[a-z]\w*)\(/g;

/** A function as its source file has it: found by its braces, not by what the driver's data says. */
interface Written {
  name: string;
  /** Number of the line with the opening brace, and of the one with the closing brace. */
  opens: number;
  closes: number;
  parameters: string[];
  locals: string[];
}

/** The functions of a C file in the lab's style: a heading, `{` and `}` on lines of their own. */
function functionsIn(lines: readonly string[]): Written[] {
  return lines.flatMap((heading, index): Written[] => {
    const [, name, parameters] = /^(?:static )?\w+ (\w+)\((.*)\)$/.exec(heading) ?? [];
    if (name === undefined || lines[index + 1] !== '{') return [];
    const closes = lines.indexOf('}', index) + 1;
    const body = lines.slice(index + 2, closes - 1);
    return [
      {
        name,
        opens: index + 2,
        closes,
        parameters: parameters!.split(', ').map((each) => each.split(' ').at(-1)!),
        locals: body.flatMap((line) => /^ {4}[A-Z][A-Z0-9_]+ (\w+)(?: = .*)?;/.exec(line)?.[1] ?? []),
      },
    ];
  });
}

describeWith([WINDBG], "source lines in WinDbg's engine", () => {
  describe.each(Object.entries(SCENARIOS))('of %s', (driver, scenario) => {
    let made: GeneratedDump;
    let session: EngineSession;
    let source: string[];
    let written: Written[];
    /** Sections of start-up code have left memory, and so has what lies in them. */
    let inMemory: Written[];
    let threads: TruthThread[];

    beforeAll(async () => {
      const memory = scenario === 'pool-leak' ? ['--memory', '128MiB'] : [];
      made = generateDump(['--scenario', scenario, '--machine', 'tiny', '--seed', '3', ...memory]);
      const sources = join(made.symbols, 'src');
      source = readFileSync(join(sources, driver, `${driver}.c`), 'utf8').split('\r\n');
      written = functionsIn(source);
      inMemory = written.filter(({ name }) => name !== 'DriverEntry');
      threads = made.truth.processes
        .flatMap((process) => process.threads)
        .filter(({ stack }) => stack.some((site) => site.startsWith(`${driver}!`)));
      session = await EngineSession.open(made.dump, made.symbols, made.symbols);
      await session.execute([`.srcpath Z:${sources.replaceAll('/', '\\')}`, '.lines', '.reload /f']);
    });
    afterAll(async () => {
      await session?.close();
      made?.remove();
    });

    it('are of every function that the driver has sources for', () => {
      const named = labDriver(driver).functions.filter((each) => each.source);
      expect(written.map(({ name }) => name).sort()).toEqual(named.map(({ name }) => name).sort());
      expect(written.length).toBeGreaterThan(4);
    });

    it('belong to instructions from the opening brace to the closing one, those of calls among them (u)', async () => {
      const answers = await session.execute(inMemory.map(({ name }) => `uf ${driver}!${name}`));
      inMemory.forEach(({ name, opens, closes }, index) => {
        const lines: { line: number; call: string | undefined }[] = [];
        let line = 0;
        for (const text of answers[index]!.split('\n')) {
          const [, , , , file, number] = PLACE.exec(text) ?? [];
          // uf: `  leaky!LeakyAllocate [C:\…\leaky.c @ 18]:`, then `   18 fffff806`… 48894c2408 mov …`
          if (number !== undefined) expect(file).toContain(`${driver}.c`);
          const [, at, rest] = /^ +(\d+) ([0-9a-f]{8}`[0-9a-f]{8} .*)$/.exec(text) ?? [];
          if (at === undefined) continue;
          line = Number(at);
          const [, , , mnemonic, operands] = INSTRUCTION.exec(rest!) ?? [];
          lines.push({ line, call: mnemonic === 'call' ? operands : undefined });
        }
        expect(lines.length, name).toBeGreaterThan(5);
        expect(lines[0]!.line, name).toBe(opens);
        expect(lines.at(-1)!.line, name).toBe(closes);
        for (const each of lines) expect(each.line >= opens && each.line <= closes, name).toBe(true);
        const calls = lines.flatMap(({ line: number, call }) => {
          const callee = call === undefined ? undefined : CALLEE.exec(call)?.[1];
          return callee === undefined ? [] : [{ number, callee }];
        });
        for (const { number, callee } of calls) expect(source[number - 1], name).toContain(`${callee}(`);
        const body = source.slice(opens - 1, closes).join('\n').replace(/\/\/.*/g, '').replace(/__except .*/g, ''); // prettier-ignore
        const said = [...body.matchAll(CALL)].map(([, callee]) => callee!);
        expect(calls.map(({ callee }) => callee).sort(), name).toEqual(said.sort());
      });
    });

    it('are shown around a function (lsa), the opening brace marked', async () => {
      const answers = await session.execute(inMemory.map(({ name }) => `lsa ${driver}!${name}`));
      inMemory.forEach(({ name, opens }, index) => {
        const lines = [...answers[index]!.matchAll(/^([> ])\s*(\d+): (.*)$/gm)];
        expect(lines.length, name).toBeGreaterThan(4);
        for (const [, , number, text] of lines) expect(text, name).toBe(source[Number(number) - 1]);
        expect(
          lines.filter(([, mark]) => mark === '>').map(([, , number]) => Number(number)),
          name,
        ).toEqual([opens]);
      });
    });

    it('stand in frames with parameters and locals of the source (kp, .frame, dv)', async () => {
      expect(threads.length).toBeGreaterThan(0);
      const seen = new Set<string>();
      for (const { address, stack } of threads) {
        const depths = stack.flatMap((site, depth) => (site.startsWith(`${driver}!`) ? [depth] : []));
        const [, shown, ...variables] = await session.execute([
          `.thread ${address}`,
          'kp',
          ...depths.flatMap((depth) => [`.frame 0n${depth}`, 'dv /t']),
        ]);
        const frames = stackFrames(shown!);
        depths.forEach((depth, index) => {
          const { site } = frames[depth]!;
          const [, name, parameters, file, line] =
            /!([\w$]+)\((.*?)\)\+?.*? \[(.*) @ (\d+)\]/.exec(site) ?? [];
          const function_ = written.find((each) => each.name === name);
          if (!function_) return; // what the compiler made of __except has no name in the source
          seen.add(name!);
          expect(file).toContain(`${driver}.c`);
          expect(Number(line)).toBeGreaterThanOrEqual(function_.opens);
          expect(Number(line)).toBeLessThanOrEqual(function_.closes);
          expect([...parameters!.matchAll(/(\w+) = /g)].map(([, each]) => each)).toEqual(
            function_.parameters,
          );
          const [frame, locals] = variables.slice(2 * index, 2 * index + 2);
          expect(frame).toContain(`${driver}!${name}`);
          const names = [...locals!.matchAll(/^.*?(\w+) = /gm)].map(([, each]) => each!);
          expect(names.sort(), name).toEqual([...function_.parameters, ...function_.locals].sort());
        });
      }
      expect(seen.size).toBeGreaterThan(0);
    });

    it('are of functions with prototypes (x)', async () => {
      const [shown] = await session.execute([`x /t /v ${driver}!*`]);
      for (const { name, parameters } of inMemory) {
        const [, types] = new RegExp(`${driver}!${name} \\((.*)\\)$`, 'm').exec(shown!) ?? [];
        expect(types?.split(', ').length, name).toBe(parameters.length);
        expect(types).not.toBe('void');
      }
    });
  });
});
