import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { debug } from '../../../sim/cli/debug/debug.js';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { Session, Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';

let dump: GeneratedDump;
beforeAll(() => {
  dump = generateDump(['--machine', 'tiny', '--kind', 'stacks']);
});
afterAll(() => dump?.remove());

/** Files of the dump and its symbols that this process has open. */
function openFiles(): string[] {
  const names = readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return []; // the one that listed them
    }
  });
  return names.filter((name) => name === dump.dump || name.startsWith(dump.symbols));
}

describe.skipIf(process.platform !== 'linux')('files that the debugger reads', () => {
  it('are let go of with the session', async () => {
    const said: unknown[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.push(text);
      return true;
    });
    try {
      await debug(dump.dump, { symbols: dump.symbols, command: 'k; .echo files; .reload /f' });
    } finally {
      write.mockRestore();
    }
    expect(said.join('')).toContain('nt!');
    expect(openFiles()).toEqual([]);
  });

  it('are let go of when the dump cannot be opened', async () => {
    const path = `${dump.symbols}/../truth.json`;
    await expect(debug(path, { symbols: dump.symbols, command: 'k' })).rejects.toThrow();
    expect(openFiles()).toEqual([]);
  });

  it('are open while the session is: symbols of a module as soon as they are needed', () => {
    const symbols = new SymbolFolder(dump.symbols);
    const session = new Session(new FileSource(dump.dump), { path: dump.dump, symbols });
    new Shell(session).execute('x nt!KeBugCheckEx; x hal!Hal*');
    expect(openFiles().length).toBeGreaterThanOrEqual(2);
    session.close();
    symbols.close();
    expect(openFiles()).toEqual([]);
  });
});

describe('.sympath', () => {
  const shellWith = (symbols: SymbolFolder) =>
    new Shell(new Session(new FileSource(dump.dump), { path: dump.dump, symbols }));

  it('sets and adds folders, and .reload finds what was not found before', () => {
    const symbols = new SymbolFolder();
    const shell = shellWith(symbols);
    expect(shell.execute('.sympath')).toContain('Symbol search path is: <empty>\n');
    expect(shell.execute('x nt!KeBugCheckEx')).not.toContain('nt!KeBugCheckEx');
    expect(shell.execute('.sympath /nowhere')).toContain(
      "attempts to access '/nowhere' failed: 0x2 - File not found.",
    );
    const added = shell.execute(`.sympath+ ${dump.symbols}`);
    expect(added).toContain(`Symbol search path is: /nowhere;${dump.symbols}\n`);
    shell.execute('.reload');
    expect(shell.execute('x nt!KeBugCheckEx')).toMatch(/ nt!KeBugCheckEx /);
    shell.session.close();
    symbols.close();
  });

  it('says what it cannot do', () => {
    const symbols = new SymbolFolder(dump.symbols);
    const shell = shellWith(symbols);
    expect(shell.execute('.sympath srv*https://symbols.example')).toMatch(/^Symbol servers are not asked/);
    expect(shell.execute('.exepath /tmp')).toMatch(/^Images are looked for where symbols are/);
    expect(shell.execute('.sympath')).toContain(`Symbol search path is: ${dump.symbols}\n`);
    shell.session.close();
    symbols.close();
    const page = new Shell(
      new Session(new FileSource(dump.dump), {
        path: dump.dump,
        symbols: { description: 'symbols', find: () => undefined },
      }),
    );
    expect(page.execute('.sympath C:\\Symbols')).toMatch(/^Folders cannot be named here: drop symbol files/);
    page.session.close();
  });
});
