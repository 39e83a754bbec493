import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { Session, Shell } from '../../../sim/debugger/index.js';
import { dumpOf } from '../../support/dumped-processes.js';
import { ProcessDumps, type DumpedProcess } from '../../support/process-dump.js';
import { MinidumpFile } from '../minidump/minidump-file.js';

/** The debugger on a dump of a process, against what is true of the process and a reader of the format alone. */
describe('extension commands on a dump of a process', () => {
  const dumps = new ProcessDumps([]);
  let truth: DumpedProcess;
  let file: MinidumpFile;
  let shell: Shell;
  const ask = (command: string) => shell.execute(command);
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));

  beforeAll(() => {
    const made = dumpOf(dumps, 'Taskmgr');
    truth = made.truth;
    file = new MinidumpFile(made.path);
    const symbols = new SymbolFolder(dumps.symbols);
    shell = new Shell(new Session(new FileSource(made.path), { path: made.path, symbols }));
  });
  afterAll(() => {
    file?.close();
    dumps.remove();
  });

  it('~*k walks the stack of every thread', () => {
    const stacks = ask('~*k')
      .split(/\n\n/)
      .map((text) => all(text, /^[0-9a-f`]{17} [0-9a-f`]{17} +(\S+)$/gm).flat());
    expect(stacks).toEqual(truth.threads.map(({ userStack }) => userStack));
  });

  it('!teb shows the block of each thread', () => {
    for (const [number, { tid, user }] of truth.threads.entries()) {
      const text = ask(`~${number}s; !teb`);
      expect(text).toContain(`TEB at ${user.teb.replace(/^0x/, '').padStart(16, '0')}\n`);
      expect(text).toContain(` . ${tid.toString(16).padStart(16, '0')}\n`);
    }
  });

  it('!peb shows the program and its modules in the order of the loader', () => {
    const text = ask('!peb');
    expect(text.toLowerCase().replace(/ +/g, ' ')).toContain(`imagefile: '${truth.path.toLowerCase()}'`);
    const listed = all(text, /^ +([0-9a-f]+) [0-9a-f]{8} +(\S.*)$/gm).map(([base]) => BigInt(`0x${base}`));
    const known = truth.modules.map(({ base }) => BigInt(base));
    expect(listed.sort()).toEqual(known.sort());
  });

  it('!handle lists what the stream holds, and counts it by type', () => {
    const text = ask('!handle 0 7');
    const listed = all(text, /^Handle ([0-9a-f]+)\n {2}Type {10}(.*)\n[^]*?GrantedAccess 0x([0-9a-f]+)\n[^]*? {2}Name {10}(.*)$/gm); // prettier-ignore
    const known = file.handles();
    expect(listed).toEqual(
      known.map(({ handle, type, access, name }) => [
        handle.toString(16),
        type || '<none>',
        access.toString(16),
        name || '<none>',
      ]),
    );
    expect(text).toContain(`\n${known.length} Handles\n`);
    const files = known.filter(({ type }) => type === 'File').length;
    expect(text).toMatch(new RegExp(`^File +${files}$`, 'm'));
  });

  it('!address tells the region of an address', () => {
    const regions = file.regions();
    expect(ask('!address').split('\n').length).toBe(regions.length + 2);
    for (const { base, size, state, protect } of regions.filter((_, i) => i % 9 === 0)) {
      const text = ask(`!address ${(base + size / 2n).toString(16)}`).replaceAll('`', '');
      const hex = (value: bigint | number, digits: number) => value.toString(16).padStart(digits, '0');
      expect(text).toContain(`Base Address:           ${hex(base, 16)}`);
      expect(text).toContain(`End Address:            ${hex(base + size, 16)}`);
      expect(text).toContain(`State:                  ${hex(state, 8)}`);
      expect(text).toContain(`Protect:                ${hex(protect, 8)}`);
    }
  });
});
