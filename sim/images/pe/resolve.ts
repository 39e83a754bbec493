import type { Draft, Fixup } from './draft.js';
import type { Layout, PlacedSection } from './place.js';

/** Writes addresses into every place that waits for one. Throws when a symbol is missing. */
export function resolveFixups(draft: Draft, layout: Layout): void {
  const placed = new Map(layout.sections.map((section) => [section.draft, section]));
  const locate = (symbol: string, wanted: string) => {
    const place = draft.find(symbol, wanted);
    return { rva: layout.rvaOf(place.section, place.offset), ...place, home: placed.get(place.section)! };
  };
  for (const section of draft.sections) {
    const base = layout.rvaOf(section, 0);
    for (const fixup of section.fixups) {
      const target = locate(fixup.target, `${section.name}+0x${fixup.offset.toString(16)}`);
      section.bytes.setU32(fixup.offset, value32(fixup, base, target));
    }
    function value32(
      fixup: Fixup,
      base: number,
      target: { rva: number; offset: number; home: PlacedSection },
    ): number {
      switch (fixup.kind) {
        case 'rel32':
          return (target.rva - (base + fixup.end)) >>> 0;
        case 'rva32':
          return target.rva;
        case 'file32':
          return target.home.rawOffset + target.offset;
        case 'service32':
          return (((target.rva - locate(fixup.table, 'a service').rva) << 4) | fixup.stackArguments) >>> 0;
      }
    }
  }
}
