import type { Draft, DraftSection, Fixup, Place } from './draft.js';
import type { Layout } from './place.js';

/** Writes addresses into every place that waits for one. Throws when a symbol is missing. */
export function resolveFixups(draft: Draft, layout: Layout, imageBase: bigint): void {
  const placed = new Map(layout.sections.map((section) => [section.draft, section]));
  for (const section of draft.sections) {
    const base = layout.rvaOf(section, 0);
    for (const fixup of section.fixups)
      if ('distance' in fixup) {
        const address = imageBase + BigInt(rvaOf(fixup, section) + fixup.distance);
        if (fixup.kind === 'va64') section.bytes.setU64(fixup.offset, address);
        else section.bytes.setU32(fixup.offset, Number(address));
      } else section.bytes.setU32(fixup.offset, value32(fixup, section, base));
  }

  function rvaOf(fixup: Fixup, section: DraftSection): number {
    const place = draft.symbols.get(fixup.target) ?? missing(fixup, section);
    return layout.rvaOf(place.section, place.offset);
  }

  function value32(fixup: Exclude<Fixup, { distance: number }>, section: DraftSection, base: number): number {
    if (fixup.kind === 'size32') return draft.sections.find(({ name }) => name === fixup.target)!.size;
    const place = draft.symbols.get(fixup.target) ?? missing(fixup, section);
    const rva = layout.rvaOf(place.section, place.offset);
    switch (fixup.kind) {
      case 'rel32':
        return (rva - (base + fixup.end)) >>> 0;
      case 'rva32':
        return rva;
      case 'file32':
        return placed.get(place.section)!.rawOffset + place.offset;
      case 'service32': {
        const table = draft.find(fixup.table, 'a service');
        return (((rva - layout.rvaOf(table.section, table.offset)) << 4) | fixup.stackArguments) >>> 0;
      }
    }
  }

  /** Throws, naming the place that wants the symbol. */
  function missing({ target, offset }: Fixup, { name }: DraftSection): Place {
    return draft.find(target, `${name}+0x${offset.toString(16)}`);
  }
}
