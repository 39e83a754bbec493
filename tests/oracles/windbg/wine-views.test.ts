// Why an answer of the engine is left out: under Wine it may not make a read-only view copy-on-write, on Windows it may.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeWith, tool } from '../../support/tools.js';

const compiler = tool('x86_64-w64-mingw32-g++');
const wine = tool('wine64');
const folder = mkdtempSync(join(tmpdir(), 'views-'));
// Wine's server writes to its prefix for a while after the program has ended.
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 }));

/** Maps itself as the engine maps an image whose relocations it applies. */
const PROGRAM = `
#include <windows.h>
#include <cstdio>
int main(int, char** argv) {
  HANDLE file = CreateFileA(argv[0], GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  HANDLE section = CreateFileMappingA(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  void* view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
  DWORD old;
  printf("view %d protect %d", view != nullptr, VirtualProtect(view, 4096, PAGE_WRITECOPY, &old));
  printf(" copy %d", MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0) != nullptr);
}`;

describeWith([compiler, wine], 'views of files under Wine', () => {
  it('cannot become copy-on-write, although their section allows it', () => {
    const source = join(folder, 'views.cpp');
    const program = join(folder, 'views.exe');
    writeFileSync(source, PROGRAM);
    execFileSync(compiler.path, ['-static', '-o', program, source]);
    const environment = { ...process.env, WINEPREFIX: join(folder, 'prefix'), WINEDEBUG: '-all' };
    const said = execFileSync(wine.path, [program], { encoding: 'utf8', env: environment });
    // When this fails because Wine has learnt it, engine.ts need not leave anything out any more.
    expect(said).toBe('view 1 protect 0 copy 1');
  });
});
