import { alignUp, IMAGE_DIRECTORY_ENTRY_BASERELOC, PAGE_SIZE } from './constants.js';
import type { Draft, Fixup } from './draft.js';
import type { Layout } from './place.js';
import { characteristicsOf } from './section-kinds.js';

/** Kinds of absolute addresses, by the fixups that make them. */
const KINDS = { va32: 3 /* IMAGE_REL_BASED_HIGHLOW */, va64: 10 /* IMAGE_REL_BASED_DIR64 */ } as const;
const BLOCK_HEADER = 8;

/** Adds an empty `.reloc` when there is anything absolute in the image; its content follows when sections have places. */
export function reserveRelocations(draft: Draft): void {
  if (!draft.sections.some(({ fixups }) => fixups.some(isAddress))) return;
  draft.section('.reloc', characteristicsOf('.reloc')).define('$relocations');
}

/**
 * Writes the base relocations of a layout into `.reloc`: a block for each page with its addresses, in order.
 * Says whether their size is what the layout was made with; when it is not, the sections are to be placed again.
 */
export function writeRelocations(draft: Draft, layout: Layout): boolean {
  const section = draft.sections.find(({ name }) => name === '.reloc');
  if (!section) return true;
  const places = draft.sections.flatMap((each) =>
    each.fixups.flatMap((fixup) => (isAddress(fixup) ? layout.rvaOf(each, fixup.offset) : [])),
  );
  const { bytes } = section;
  const kind = KINDS[draft.pointerBytes === 8 ? 'va64' : 'va32'];
  const before = bytes.length;
  bytes.truncate(0);
  const pages = new Map<number, number[]>();
  for (const rva of places.sort((a, b) => a - b)) {
    const page = rva - (rva % PAGE_SIZE);
    const known = pages.get(page);
    if (known) known.push(rva);
    else pages.set(page, [rva]);
  }
  for (const [page, addresses] of pages) {
    bytes.u32(page).u32(BLOCK_HEADER + alignUp(addresses.length * 2, 4));
    for (const rva of addresses) bytes.u16((kind << 12) | (rva - page));
    bytes.align(4); // with an entry that does nothing
  }
  const directory = { index: IMAGE_DIRECTORY_ENTRY_BASERELOC, target: '$relocations', size: bytes.length };
  draft.directories = [...draft.directories.filter(({ index }) => index !== directory.index), directory];
  return bytes.length === before;
}

function isAddress({ kind }: Fixup): boolean {
  return kind in KINDS;
}
