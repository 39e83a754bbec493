import type { LabImage } from '../images/index.js';
import type { Core } from './core.js';
import type { KernelImages } from './kernel-images.js';

const LARGE_PAGE = 0x200000;
const PAGE = 4096;
const PADDING = /^Pad\d$/;
const BATCH = 0x8000;

/**
 * Leaves in the padding of the kernel's large pages what the boot loader had read into that memory before: code and
 * data of drivers. Nobody clears what only fills a large page.
 */
export function leaveLoaderRemains(core: Core, loaded: KernelImages): void {
  const { image, base } = loaded.get('nt');
  if (image.spec.sectionAlignment !== 'large-page') return;
  const source = sectionsOf(loaded.modules.map((module) => module.image).filter((other) => other !== image));
  if (source.length === 0) return;
  let from = 0;
  for (const section of image.sections.filter(({ name }) => PADDING.test(name))) {
    const end = Math.ceil((section.rva + section.virtualSize) / LARGE_PAGE) * LARGE_PAGE;
    for (let rva = Math.ceil(section.rva / PAGE) * PAGE; rva < end; rva += BATCH) {
      const bytes = piece(source, from, Math.min(BATCH, end - rva));
      core.putBytes(bytes);
      core.exports.memoryWrite(base + BigInt(rva), bytes.length);
      from += bytes.length;
    }
  }
}

/** Sections of the files one after the other, without headers: nobody shall take the remains for a module. */
function sectionsOf(images: readonly LabImage[]): Uint8Array {
  const parts = images.flatMap(({ file, sections }) =>
    sections
      .filter(({ name }) => name === '.text' || name === 'PAGE')
      .map(({ rawOffset, rawSize }) => file.subarray(rawOffset, rawOffset + rawSize)),
  );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

/** `length` bytes from a place on, from the start again after the end. */
function piece(source: Uint8Array, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = (from + done) % source.length;
    const part = source.subarray(at, at + length - done);
    bytes.set(part, done);
    done += part.length;
  }
  return bytes;
}
