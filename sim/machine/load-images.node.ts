import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { PreparedImages } from '../images/prepared/prepared-images.js';

/** Beside the bundled code, which is of the same build. The sources themselves may have changed since: they link. */
const PLACE = './images.bin';

let prepared: Promise<PreparedImages | undefined> | undefined;

/** Reads the images that the build has linked, once for all machines of this process. */
export function loadImages(): Promise<PreparedImages | undefined> {
  prepared ??= readImages();
  return prepared;
}

async function readImages(): Promise<PreparedImages | undefined> {
  const packed = readIfThere();
  return packed && new PreparedImages(await promisify(inflateRaw)(packed));
}

function readIfThere(): Uint8Array | undefined {
  try {
    return readFileSync(new URL(PLACE, import.meta.url));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
