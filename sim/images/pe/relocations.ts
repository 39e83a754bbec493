import { ByteWriter } from '../byte-writer.js';
import { PAGE_SIZE } from './constants.js';
import type { Draft, DraftSection } from './draft.js';

const IMAGE_REL_BASED_DIR64 = 10;
const BLOCK_HEADER = 8;

/** The base relocation table: per page, the places that hold absolute addresses. */
export function encodeRelocations(
  draft: Draft,
  rvaOf: (section: DraftSection, offset: number) => number,
): Uint8Array {
  const rvas = draft.sections
    .flatMap((section) =>
      section.fixups.filter(({ kind }) => kind === 'va64').map(({ offset }) => rvaOf(section, offset)),
    )
    .sort((a, b) => a - b);
  const out = new ByteWriter();
  for (let index = 0; index < rvas.length;) {
    const page = rvas[index]! - (rvas[index]! % PAGE_SIZE);
    const start = out.length;
    out.u32(page).u32(0);
    for (; index < rvas.length && rvas[index]! < page + PAGE_SIZE; index++)
      out.u16((IMAGE_REL_BASED_DIR64 << 12) | (rvas[index]! - page));
    if ((out.length - start - BLOCK_HEADER) % 4 !== 0) out.u16(0);
    out.setU32(start + 4, out.length - start);
  }
  return out.bytes.slice();
}
