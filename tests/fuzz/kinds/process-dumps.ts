import { crashDump } from '../../support/crash-dump.js';
import type { Mutant } from '../mutant.js';
import { disturb, numbersIn, scatter, type Random } from '../mutations.js';
import type { Originals } from '../originals.js';
import { ask, changed, type Subject } from '../subject.js';

const OF_PROCESSES = ['~', '~*', '~*k', 'lm', 'r', 'kv', '.ecxr', '.exr -1', '!handle 0 7', '!address', '!peb', '!teb', '.ttime', '.lastevent', 'x ntdll!*', '.dumpdebug', 'u', 'dps @rsp', 'dx 1']; // prettier-ignore

/** Minidumps of processes whose directory and streams are damaged. */
export function processDumps(originals: Originals): Subject[] {
  const of = (what: string, bytes: Uint8Array): Subject => {
    const change = minidumpHeaders(bytes);
    return {
      name: `minidumps of processes, ${what}`,
      make: (random) => changed(bytes, random, change),
      open: (file, step) => ask(file, originals.kernelSymbols, step, OF_PROCESSES),
    };
  };
  return [
    of('stacks only', crashDump().bytes),
    of('with all memory', originals.bytes('--kind', 'process', '--pid', 'explorer')),
  ];
}

/** Numbers of a minidump: its header, its directory, and the beginnings of its streams. */
function minidumpHeaders(bytes: Uint8Array): (mutant: Mutant, random: Random) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [count, directory] = [view.getUint32(8, true), view.getUint32(12, true)];
  const numbers = [...numbersIn(0, 0x20), ...numbersIn(directory, directory + count * 12)];
  for (let i = 0; i < count; i++) {
    const [size, at] = [
      view.getUint32(directory + i * 12 + 4, true),
      view.getUint32(directory + i * 12 + 8, true),
    ];
    numbers.push(...numbersIn(at, at + Math.min(size, 0x200)));
  }
  return (mutant, random) => {
    if (random(4) === 0) scatter(mutant, random);
    else disturb(mutant, random, numbers);
  };
}
