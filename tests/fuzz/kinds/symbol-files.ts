import type { ByteSource } from '../../../sim/debugger/index.js';
import { PdbFile } from '../../../sim/debugger/pdb/pdb-file.js';
import type { Mutant } from '../mutant.js';
import { disturb, numbersIn, scatter, type Random } from '../mutations.js';
import type { Originals } from '../originals.js';
import { changed, type Step, type Subject } from '../subject.js';

/** Lines of sources are asked for at so many places of so many sections, each of one of the first compilands. */
const MOST_SECTIONS = 8;
const LINES_ASKED = 16;
const MOST_COMPILANDS = 4;

/** PDBs, read as far as their symbols and types go. */
export function symbolFiles(originals: Originals): Subject[] {
  const pdbs = [
    originals.symbolFile('ntkrnlmp.pdb'),
    originals.symbolFile('poller.pdb', '--scenario', 'busy-driver'), // has lines of source files
  ].map((bytes) => ({ bytes, change: pdbNumbers(bytes) }));
  const make: Subject['make'] = (random) => {
    const { bytes, change } = pdbs[random(4) === 0 ? 1 : 0]!;
    return changed(bytes, random, change);
  };
  return [{ name: 'PDBs', make, open: readPdb }];
}

/** Numbers of a PDB: superblock, the block map, the directory of streams, and the headers of streams. */
function pdbNumbers(bytes: Uint8Array): (mutant: Mutant, random: Random) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [block, , , directoryBytes, , map] = Array.from({ length: 6 }, (_, i) => view.getUint32(0x20 + i * 4, true)) as [
    number, number, number, number, number, number,
  ]; // prettier-ignore
  const blocks = Math.ceil(directoryBytes / block);
  const directory = Array.from(
    { length: blocks },
    (_, i) => view.getUint32(map * block + i * 4, true) * block,
  );
  const numbers = [
    ...numbersIn(0x20, 0x38),
    ...numbersIn(map * block, map * block + blocks * 4),
    ...directory.flatMap((at) => numbersIn(at, Math.min(at + block, bytes.length))),
  ];
  const everywhere = bytes.length;
  return (mutant, random) => {
    const kind = random(4);
    if (kind === 0) scatter(mutant, random);
    else if (kind === 1) disturb(mutant, random, numbers);
    else {
      // Records, substreams and tables: a number at any place that is aligned.
      const at = random(everywhere >> 2) * 4;
      disturb(
        mutant,
        random,
        kind === 2
          ? numbersIn(at, Math.min(at + 64, everywhere), 2)
          : [...numbersIn(at, at + 64), ...numbers.slice(0, 6)],
      );
    }
  };
}

function readPdb(file: ByteSource, step: Step): void {
  let pdb: PdbFile | undefined;
  step('opening it', () => (pdb = new PdbFile(file)));
  step('symbols', () => pdb!.symbols());
  step('types', () => {
    for (const name of pdb!.types.names) {
      const type = pdb!.types.find(name);
      if (type?.kind === 'struct') void type.fields.length;
    }
  });
  step('lines', () => {
    for (const { virtualAddress, virtualSize } of pdb!.sections.slice(0, MOST_SECTIONS))
      for (let at = 0; at < LINES_ASKED; at++)
        pdb!.lineAt(virtualAddress + Math.floor((virtualSize / LINES_ASKED) * at), at % MOST_COMPILANDS);
  });
}
