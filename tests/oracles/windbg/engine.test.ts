import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith } from '../../support/tools.js';
import { WINDBG, runWindbg } from './engine.js';

describeWith([WINDBG], "WinDbg's engine as a judge", () => {
  it('refuses what is no dump', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'livedump-'));
    try {
      const dump = join(folder, 'not-a.dmp');
      writeFileSync(dump, Buffer.alloc(0x4000, 'no dump'));
      await expect(runWindbg(dump, '-', '-', ['lm'])).rejects.toThrow('Could not match Dump File signature');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
