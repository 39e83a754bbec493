import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completer, readHistory, writeHistory } from '../../../sim/cli/debug/terminal.js';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { complete, Session, Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';

let dump: GeneratedDump;
let session: Session;

beforeAll(() => {
  dump = generateDump(['--machine', 'tiny', '--kind', 'stacks']);
  session = new Session(new FileSource(dump.dump), {
    path: dump.dump,
    symbols: new SymbolFolder(dump.symbols),
  });
});
afterAll(() => dump?.remove());

const textsOf = (line: string, caret?: number) =>
  complete(session, line, caret).candidates.map(({ text }) => text);

describe('completion', () => {
  it.each([
    ['commands', '.dumpd', ['.dumpdebug']],
    ['commands behind others', 'k; !drvo', ['!drvobj']],
    ['commands in braces', '.if (1) { .bugc', ['.bugcheck']],
    ['commands that help is asked of', '.help !devs', ['!devstack']],
    ['a symbol', 'x nt!PsActiveProcessH', ['nt!PsActiveProcessHead']],
    ['a symbol, without regard to case', 'dq NT!psactiveprocessh', ['NT!PsActiveProcessHead']],
    ['a symbol in an expression', '? poi(nt!PsInitialSystemPr', ['nt!PsInitialSystemProcess']],
    ['a type', 'dt nt!_OBJECT_HEADER_NAME_I', ['nt!_OBJECT_HEADER_NAME_INFO']],
    ['a type without its underscore', 'dt nt!OBJECT_HEADER_NAME_I', ['nt!_OBJECT_HEADER_NAME_INFO']],
    ['a type behind options', 'dt -v nt!_OBJECT_HEADER_NAME_I', ['nt!_OBJECT_HEADER_NAME_INFO']],
    ['a field', 'dt nt!_EPROCESS @$proc ImageFileN', ['ImageFileName']],
    ['a field, right behind the type', 'dt nt!_LIST_ENTRY ', ['Flink', 'Blink']],
    ['a field of an inner structure', 'dt nt!_EPROCESS Pcb.ThreadListH', ['Pcb.ThreadListHead']],
    ['a field behind an arrow', '?? @$proc->ImageFileN', ['ImageFileName']],
    ['a field behind a cast', '?? ((nt!_KTHREAD*)@$thread)->ApcState.Kernel', ['ApcState.KernelApcInProgress', 'ApcState.KernelApcPending']], // prettier-ignore
    ['a member of the data model', 'dx @$cursession.Proc', ['@$cursession.Processes']],
    ['a register', 'dps @rs', ['@rsp', '@rsi']],
    ['a pseudo-register', '? @$pr', ['@$proc', '@$prcb']],
    ['a module', 'lmvm tcp', ['tcpip']],
  ])('%s: %s', (_, line, expected) => {
    const found = textsOf(line);
    expect(found.filter((text) => expected.includes(text)).sort()).toEqual([...expected].sort());
    // Each goes on from what was typed.
    const { start } = complete(session, line);
    const plain = (text: string) => text.toLowerCase().replace('!_', '!');
    expect(found.filter((text) => !plain(text).startsWith(plain(line.slice(start))))).toEqual([]);
  });

  it('offers nothing where nothing fits', () => {
    for (const line of ['!nosuch', 'x nosuch!a', 'dt nt!_EPROCESS Nos', '?? nothing->a', '"'])
      expect(textsOf(line), line).toEqual([]);
  });

  it('replaces the word before the caret', () => {
    const line = 'dq nt!PsActiveProcessH L4';
    const completion = complete(session, line, 'dq nt!PsActiveProcessH'.length);
    expect(completion.start).toBe(3);
    expect(completion.candidates).toEqual([
      { text: 'nt!PsActiveProcessHead', kind: 'symbol', detail: expect.stringMatching(/^ffff[0-9a-f`]+$/) },
    ]);
  });

  it('ends a long list, and says so', () => {
    const { candidates, isCut } = complete(session, 'x nt!', 5, 10);
    expect([candidates.length, isCut]).toEqual([10, true]);
    expect(complete(session, 'x nt!PsActiveProcessH', undefined, 10).isCut).toBe(false);
  });

  it('tells kinds and details apart', () => {
    expect(complete(session, 'dt nt!_LIST_ENTR').candidates[0]).toMatchObject({
      kind: 'type',
      detail: '0x10 bytes',
    });
    expect(complete(session, 'dt nt!_LIST_ENTRY Fl').candidates).toEqual([
      { text: 'Flink', kind: 'field', detail: '+0x000 Ptr64 _LIST_ENTRY' },
    ]);
  });

  it('is what Tab does in the terminal', () => {
    expect(completer(session)('k; dt nt!_OBJECT_HEADER_NAME_I')).toEqual([
      ['nt!_OBJECT_HEADER_NAME_INFO'],
      'nt!_OBJECT_HEADER_NAME_I',
    ]);
  });
});

describe('completion in a terminal', () => {
  it('says below a list that there are more, and has nothing typed that only those listed have in common', () => {
    const [words] = completer(session)('x nt!');
    expect(words.slice(-2)).toEqual(['', '(there are more: type on)']);
    expect(words[0]).toMatch(/^nt!/);
    expect(completer(session)('x nt!PsActiveProcessH')[0]).toEqual(['nt!PsActiveProcessHead']);
  });
});

describe('history', () => {
  it('is kept in a file, and is no trouble where it cannot be', () => {
    const path = join(dump.symbols, 'history');
    expect(readHistory(path)).toEqual([]);
    writeHistory(path, ['newest', 'oldest']);
    expect(readHistory(path)).toEqual(['newest', 'oldest']);
    writeHistory(join(path, 'no-folder'), ['a']);
    expect(readHistory(dump.symbols)).toEqual([]);
  });
});

describe('help', () => {
  it('has an example of each command that is answered without a complaint', () => {
    const shell = new Shell(session);
    const names = [...shell.execute('.help').matchAll(/^(\S+).* \S/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(80);
    for (const name of names.slice(0, -1)) {
      const text = shell.execute(`.help ${name}`);
      const [, example, lookFor] = /^Example: (.*)\nLook for: (.+)\.$/m.exec(text) ?? [];
      expect([example, lookFor], name).not.toContain(undefined);
      if (!/ADDRESS|^q$/.test(example!))
        expect(shell.execute(example!), `${name}: ${example}`).not.toMatch(
          /syntax error|no export|couldn't resolve/i,
        );
    }
  });

  it('says what WinDbg has and this debugger has not', () => {
    const shell = new Shell(session);
    expect(shell.execute('.help dt')).toMatch(/WinDbg has more: .*-y/);
    expect(shell.execute('!heap -s')).toMatch(/^!heap is a command of WinDbg that is not here: /);
    expect(shell.execute('!nosuch')).toContain('No export nosuch found');
  });
});
