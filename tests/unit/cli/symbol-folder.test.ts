import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'symbols-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a folder of symbols', () => {
  const found = (name: string, key = 'KEY1') => {
    const files = new SymbolFolder(folder);
    const path = files.find(name, key)?.path;
    files.close();
    return path;
  };
  mkdirSync(join(folder, 'Kept.dll/KEY1'), { recursive: true });
  writeFileSync(join(folder, 'Kept.dll/KEY1/Kept.dll'), '');
  writeFileSync(join(folder, 'Plain.dll'), '');

  it('may be a store', () => expect(found('kept.dll')).toBe(join(folder, 'Kept.dll/KEY1/Kept.dll')));
  it('may hold the files themselves', () => expect(found('plain.dll')).toBe(join(folder, 'Plain.dll')));
  it('has no file where a store has one of another build', () => {
    expect(found('kept.dll', 'KEY2')).toBeUndefined();
  });
});
