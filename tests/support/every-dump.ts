// Every kind of dump of a machine, hashed as it is read. Bundled for the browser too: it imports nothing of Node's.
import { Dumps } from '../../sim/dumps.js';
import { LabMachine } from '../../sim/lab-machine.js';
import type { CaptureOptions } from '../../sim/livedump/options.js';
import type { DumpStream } from '../../sim/lab-machine.js';
import type { SizeName } from '../../sim/machine/size.js';
import { casesOf } from '../oracles/windbg/captures/matrix.js';

/** An incremental hash: Node's own, or the browser's library. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}

export type MakeHash = () => Hash | Promise<Hash>;

const PROCESS = 'explorer.exe';
/** Physical memory as a whole is written of the smallest machine alone: it is gigabytes of any other. */
const OF_ALL_MEMORY: readonly CaptureOptions[] = [{ format: 'full' }, { format: 'raw' }, { format: 'elf' }];

/**
 * Digests of every dump of a freshly booted machine, by name. Between some of them time passes, so that they are also
 * dumps of a machine that has run.
 */
export async function hashEveryDump(
  core: WebAssembly.Module,
  machine: SizeName,
  seed: number,
  makeHash: MakeHash,
): Promise<Record<string, string>> {
  const lab = await LabMachine.boot(core, { machine, seed });
  lab.equip(Dumps);
  const digests: Record<string, string> = {};
  const add = async (name: string, dump: DumpStream): Promise<void> => {
    const hash = await makeHash();
    for (let piece = dump.next(); piece; piece = dump.next()) hash.update(piece);
    lab.endCapture();
    digests[name] = hash.digest('hex');
  };
  for (const { name, options } of casesOf(lab)) await add(name, lab.capture(options));
  for (const options of [{ format: 'bitmap-full' } as const, ...(machine === 'tiny' ? OF_ALL_MEMORY : [])])
    await add(options.format!, lab.capture(options));
  lab.advance(3000);
  await add('later', lab.capture());
  await add('process', lab.captureProcess(PROCESS));
  return digests;
}
