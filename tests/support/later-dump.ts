import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MachineOptions } from '../../sim/index.js';
import { createMachine } from '../../sim/index.js';
import type { GeneratedDump, Truth } from './generated-dump.js';

/** Boots a machine, lets `ms` milliseconds pass, and writes its dump, symbols and truth to a new folder. */
export async function dumpAfter(ms: number, options: MachineOptions): Promise<GeneratedDump> {
  const folder = mkdtempSync(join(tmpdir(), 'livedump-later-'));
  const [dump, symbols] = [join(folder, 'full.dmp'), join(folder, 'symbols')];
  const machine = await createMachine(options);
  machine.advance(ms);
  const file = openSync(dump, 'w');
  const capture = machine.capture();
  for (let chunk = capture.next(); chunk; chunk = capture.next()) writeSync(file, chunk);
  machine.endCapture();
  closeSync(file);
  for (const { path, bytes } of await machine.symbols()) {
    const target = join(symbols, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes());
  }
  const truth = JSON.parse(JSON.stringify(machine.truth())) as Truth;
  return { dump, symbols, truth, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
