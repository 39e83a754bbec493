import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BufferSource, type ByteSource } from '../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../support/generated-dump.js';

const MACHINE = ['--machine', 'tiny', '--seed', '9'];

/** The undamaged files that mutants are made of; each is made when somebody needs it. */
export class Originals {
  readonly #made = new Map<string, GeneratedDump>();
  #kernelSymbols: ByteSource | undefined;

  /** A dump of the same machine as all others, by other options. */
  dump(...options: string[]): GeneratedDump {
    const key = options.join(' ');
    let dump = this.#made.get(key);
    if (!dump) this.#made.set(key, (dump = generateDump([...MACHINE, ...options])));
    return dump;
  }

  bytes(...options: string[]): Uint8Array {
    return new Uint8Array(readFileSync(this.dump(...options).dump));
  }

  /** A file of the symbol store of the machine, or of one with other options. */
  symbolFile(name: string, ...options: string[]): Uint8Array {
    const { symbols } = this.dump('--kind', 'stacks', ...options);
    const folder = join(symbols, name);
    return new Uint8Array(readFileSync(join(folder, readdirSync(folder)[0]!, name)));
  }

  /** The same file each time it is asked for. */
  get kernelSymbols(): ByteSource {
    return (this.#kernelSymbols ??= new BufferSource(this.symbolFile('ntkrnlmp.pdb')));
  }

  remove(): void {
    for (const dump of this.#made.values()) dump.remove();
  }
}
