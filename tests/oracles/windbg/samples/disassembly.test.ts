// Every kind of instruction as WinDbg's engine shows it: forms of our own, and code of Wine's that a compiler has made.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, tool } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { compiler, removeDumps, shellOn, wine, writeDumps } from './wine-dumps.js';

const lister = tool('x86_64-w64-mingw32-nm');
const LEAST_FORMS = 440;
/** Of what the engine shows at the start of each page of ntdll's code; pages begin amidst an instruction now and then. */
const LEAST_ALIKE = 0.999;
const PAGES = 0x60;
const LINE = /^([0-9a-f]{8}`[0-9a-f]{8} [0-9a-f]{2,}) *(.*)$/;
/** What addresses are called depends on symbols; of several exports at one address the engine takes any. */
const NAME = /\S+![^\s\]]+ \(([0-9a-f`]+)\)/;

describeWith([WINDBG, compiler, lister, wine], 'instructions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
  const symbols = join(folder, 'symbols');
  const dump = join(folder, 'stacks.dmp');
  const program = join(folder, 'writer.exe');

  beforeAll(() => writeDumps(folder, ['ntdll.dll'], ['instructions.s']));
  afterAll(() => removeDumps(folder));

  const instructionsIn = (answer: string) =>
    answer.split('\n').flatMap((line): [string, string][] => {
      const [, place, text] = LINE.exec(line.trimEnd()) ?? [];
      return place === undefined ? [] : [[place, text!.replace(NAME, '$1')]];
    });

  /** What both show, by address and bytes. */
  async function shown(
    commands: string[],
  ): Promise<{ engine: Map<string, string>; ours: Map<string, string> }> {
    const { answers } = await runWindbg(dump, symbols, symbols, commands);
    const own = shellOn(dump, symbols);
    return {
      engine: new Map(answers.flatMap(({ output }) => instructionsIn(output))),
      ours: new Map(commands.flatMap((command) => instructionsIn(own.execute(command)))),
    };
  }

  it('of every form have the same text', async () => {
    const places = execFileSync(lister.path, [program], { encoding: 'utf8' });
    const [start, end] = ['forms', 'end_of_forms'].map(
      (name) => new RegExp(`^([0-9a-f]+) T ${name}\r?$`, 'm').exec(places)![1]!,
    );
    const { engine, ours } = await shown([`u ${start} ${end}`]);
    expect(engine.size).toBeGreaterThan(LEAST_FORMS);
    expect([...ours]).toEqual([...engine]);
  });

  it('say whom a function calls, as far as one can tell', async () => {
    const command = 'uf /c ntdll!RtlUnwindEx';
    const { answers } = await runWindbg(dump, symbols, symbols, [command]);
    const unnamed = (text: string) => text.replaceAll(new RegExp(NAME, 'g'), '$1').trimEnd();
    expect(answers[0]!.output).toContain('unresolvable call: call    qword ptr [');
    expect(unnamed(shellOn(dump, symbols).execute(command))).toBe(unnamed(answers[0]!.output));
  });

  it('of compiled code have the same text', async () => {
    const commands = Array.from(
      { length: PAGES },
      (_, i) => `u ntdll+${(0x1000 * (i + 1)).toString(16)} L80`,
    );
    const { engine, ours } = await shown(commands);
    expect(engine.size).toBeGreaterThan(PAGES * 100);
    const unlike = [...engine].filter(([place, text]) => ours.get(place) !== text);
    expect(unlike.length, unlike.join('\n')).toBeLessThan(engine.size * (1 - LEAST_ALIKE));
  });
});
