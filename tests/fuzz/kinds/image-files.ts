import type { ByteSource } from '../../../sim/debugger/index.js';
import { MemoryError } from '../../../sim/debugger/memory/memory.js';
import { exportsOf } from '../../../sim/debugger/pe/exports.js';
import { Image } from '../../../sim/debugger/pe/image.js';
import { mapImage } from '../../../sim/debugger/pe/mapped-image.js';
import { versionResource } from '../../../sim/debugger/pe/version-resource.js';
import { FunctionTable } from '../../../sim/debugger/unwind/function-table.js';
import { readUnwindInfo } from '../../../sim/debugger/unwind/unwind-info.js';
import type { Mutant } from '../mutant.js';
import { disturb, numbersIn, scatter, type Random } from '../mutations.js';
import type { Originals } from '../originals.js';
import { changed, type Step, type Subject } from '../subject.js';

const IMAGES = ['ntoskrnl.exe', 'ntdll.dll', 'disk.sys', 'Taskmgr.exe', 'BOOTVID.dll'];

/** Images: their headers, resources, unwind data. */
export function imageFiles(originals: Originals): Subject[] {
  const images = IMAGES.map((name) => originals.symbolFile(name));
  return [
    {
      name: 'images',
      make: (random) => changed(images[random(images.length)]!, random, imageNumbers),
      open: readImage,
    },
  ];
}

/** Numbers of an image: its headers, and what its directories lead to. */
function imageNumbers(mutant: Mutant, random: Random): void {
  const kind = random(4);
  if (kind === 0) scatter(mutant, random);
  else if (kind === 1) disturb(mutant, random, numbersIn(0, 0x400));
  else {
    const at = random(mutant.size >> 2) * 4;
    disturb(mutant, random, [...numbersIn(at, Math.min(at + 0x80, mutant.size)), ...numbersIn(0x80, 0x200)]);
  }
}

function readImage(file: ByteSource, step: Step): void {
  const base = 0xfffff80010000000n;
  step('reading it', () => {
    const image = openImage(file, base);
    if (!image) return;
    void [image.pdb, image.isReproducible, image.sections(), versionResource(image), exportsOf(image)];
    const functions = new FunctionTable(image);
    for (let rva = 0x1000; rva < 0x40000; rva += 0x1c4) {
      const found = functions.find(rva);
      if (found) readChain(image, found.unwindInfo);
    }
  });
}

/** Unwind data of a function, as far as a debugger follows it. */
function readChain(image: Image, rva: number): void {
  try {
    let info = readUnwindInfo(image, rva);
    for (let depth = 0; info.chained && depth < 40; depth++)
      info = readUnwindInfo(image, info.chained.unwindInfo);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
}

function openImage(file: ByteSource, base: bigint): Image | undefined {
  try {
    return new Image(mapImage(file, base), base);
  } catch (error) {
    if (error instanceof RangeError || error instanceof MemoryError) return undefined; // it is none
    throw error;
  }
}
