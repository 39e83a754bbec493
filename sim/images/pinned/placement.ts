import { alignUp } from '../pe/constants.js';
import type { Draft, DraftSection } from '../pe/draft.js';
import { characteristicsOf } from '../pe/section-kinds.js';
import { CODE_SECTIONS } from '../spec-parts.js';
import type { PinnedImage, PinnedSection } from './pinned-image.js';

const INT3 = 0xcc;
const ALIGNMENT = 16;

/** Gives what is written into an image its place: at the real build's RVA where that is known, else in a gap. */
export class PinnedPlacement {
  readonly #image: PinnedImage;
  readonly #draft: Draft;
  /** RVAs of all known symbols, ascending, and the image's end. */
  readonly #known: readonly number[];
  readonly #next = new Map<string, number>();
  readonly #taken = new Set<number>();

  /** Makes the sections, as long as they will be and filled with breakpoints or zeros. */
  constructor(image: PinnedImage, draft: Draft) {
    this.#image = image;
    this.#draft = draft;
    this.#known = [...new Set(Object.values(image.symbols)), image.sizeOfImage].sort((a, b) => a - b);
    for (const { name, rva, end, own } of image.sections) {
      const filler = (CODE_SECTIONS as readonly string[]).includes(name) ? INT3 : 0;
      draft.section(name, characteristicsOf(name)).bytes.fill(end - rva, filler);
      this.#next.set(name, own);
    }
  }

  /**
   * Puts a symbol's content into the image and defines the symbol there. `wanted` is the section for what has no known RVA.
   * A symbol that shares its known RVA with one placed before it, or that is longer than the real one, has a place of
   * its own instead.
   */
  put(symbol: string, content: DraftSection, wanted: string, alignment = ALIGNMENT): Placed {
    const size = content.size;
    const pinned = this.#image.symbols[symbol];
    const isPinned = pinned !== undefined && !this.#taken.has(pinned) && size <= this.#room(pinned);
    const rva = isPinned ? pinned : this.#own(this.#sectionNamed(wanted), size, alignment);
    if (isPinned) this.#taken.add(rva);
    const { name, rva: start } = this.#sectionAt(rva);
    const section = this.#draft.section(name, characteristicsOf(name));
    const offset = rva - start;
    section.bytes.bytes.set(content.bytes.bytes, offset);
    section.bytes.bytes.fill(0, offset + content.bytes.length, offset + size);
    for (const fixup of content.fixups)
      section.fixups.push({
        ...fixup,
        offset: fixup.offset + offset,
        ...(fixup.kind === 'rel32' ? { end: fixup.end + offset } : {}),
      } as (typeof section.fixups)[number]);
    section.define(symbol, offset);
    return { section, offset };
  }

  /** RVA of a place in one of the sections. */
  rvaOf(section: DraftSection, offset: number): number {
    return this.#sectionNamed(section.name).rva + offset;
  }

  /** Bytes from a known symbol to the next. */
  #room(rva: number): number {
    return this.#known.find((next) => next > rva)! - rva;
  }

  #own(section: PinnedSection, size: number, alignment: number): number {
    const rva = alignUp(this.#next.get(section.name)!, alignment);
    const limit = Math.min(
      section.end,
      this.#known.find((next) => next >= section.own)!,
    );
    if (rva + size > limit)
      throw new Error(`${this.#draft.module}: no room left for the lab's own in ${section.name}`);
    this.#next.set(section.name, rva + size);
    return rva;
  }

  #sectionNamed(name: string): PinnedSection {
    const { sections } = this.#image;
    const other = (CODE_SECTIONS as readonly string[]).includes(name) ? '.text' : '.data';
    return (sections.find((each) => each.name === name) ?? sections.find((each) => each.name === other))!;
  }

  #sectionAt(rva: number): PinnedSection {
    const found = this.#image.sections.find((each) => rva >= each.rva && rva < each.end);
    if (!found) throw new Error(`${this.#draft.module}: no section holds RVA 0x${rva.toString(16)}`);
    return found;
  }
}

export interface Placed {
  section: DraftSection;
  offset: number;
}
