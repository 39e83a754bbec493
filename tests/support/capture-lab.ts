import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CaptureOptions, LabMachine, MachineOptions, Truth } from '../../sim/index.js';
import { createMachine } from '../../sim/index.js';

const PAGE_BYTES = 4096;

/** One booted machine, of which dumps of many kinds are written to a folder. */
export class CaptureLab {
  readonly #folder = mkdtempSync(join(tmpdir(), 'livedump-captures-'));

  private constructor(readonly machine: LabMachine) {}

  static async boot(options: MachineOptions): Promise<CaptureLab> {
    const lab = new CaptureLab(await createMachine(options));
    for (const { path, bytes } of await lab.machine.symbols()) {
      const target = join(lab.symbols, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes());
    }
    return lab;
  }

  /** A symbol store: .pdb files and images. */
  get symbols(): string {
    return join(this.#folder, 'symbols');
  }

  /** Writes a dump under a name; returns its path, its size, and the truth that belongs to it. */
  write(name: string, options: CaptureOptions): { path: string; bytes: number; truth: Truth } {
    const path = join(this.#folder, name);
    const file = openSync(path, 'w');
    const capture = this.machine.capture(options);
    for (let chunk = capture.next(); chunk; chunk = capture.next()) writeSync(file, chunk);
    this.machine.endCapture();
    closeSync(file);
    return { path, bytes: capture.bytes, truth: JSON.parse(JSON.stringify(this.machine.truth())) as Truth };
  }

  /** Writes a dump of a process under a name; returns its path. */
  writeProcess(name: string, process: number): string {
    const path = join(this.#folder, name);
    const file = openSync(path, 'w');
    const capture = this.machine.captureProcess(process);
    for (let chunk = capture.next(); chunk; chunk = capture.next()) writeSync(file, chunk);
    this.machine.endCapture();
    closeSync(file);
    return path;
  }

  /** Deletes a dump that is no longer needed. */
  drop(path: string): void {
    rmSync(path, { force: true });
  }

  /** A frame's bytes as the machine has them, copied. */
  frame(pfn: number): Buffer {
    const { core } = this.machine.kernel;
    core.exports.memoryReadPhysical(pfn);
    return Buffer.from(core.view(core.exports.exchangeBuffer(), PAGE_BYTES));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
