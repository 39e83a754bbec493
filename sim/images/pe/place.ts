import { alignUp, FILE_ALIGNMENT, LARGE_PAGE_SIZE, PAGE_SIZE } from './constants.js';
import type { Draft, DraftSection } from './draft.js';
import { headersSize } from './headers.js';
import { paddingCharacteristics, sectionGroups } from './section-kinds.js';

export interface PlacedSection {
  draft: DraftSection | undefined;
  name: string;
  rva: number;
  virtualSize: number;
  rawOffset: number;
  rawSize: number;
  characteristics: number;
}

export interface Layout {
  sections: PlacedSection[];
  sizeOfHeaders: number;
  sizeOfImage: number;
  rvaOf(section: DraftSection, offset: number): number;
}

/** Gives every section its address and its place in the file. */
export function placeSections(draft: Draft, alignment: 'page' | 'large-page'): Layout {
  const rvas = new Map<DraftSection, number>();
  const groups = sectionGroups(alignment).map((names) =>
    names.flatMap((name) => draft.sections.find((section) => section.name === name) ?? []),
  );
  const unit = alignment === 'large-page' ? LARGE_PAGE_SIZE : PAGE_SIZE;
  let end = PAGE_SIZE;
  const starts = groups.map((members, group) => {
    const start = group === 0 ? PAGE_SIZE : alignUp(end, unit);
    end = start;
    for (const section of members) {
      rvas.set(section, end);
      end += alignUp(section.size, PAGE_SIZE);
    }
    return start;
  });

  const sections: PlacedSection[] = [];
  let pad = 1;
  groups.forEach((members, group) => {
    for (const section of members)
      sections.push({
        draft: section,
        name: section.name,
        rva: rvas.get(section)!,
        virtualSize: section.size,
        rawOffset: 0,
        rawSize: alignUp(section.bytes.length, FILE_ALIGNMENT),
        characteristics: section.characteristics,
      });
    const last = sections.at(-1)!;
    const rva = last.rva + alignUp(last.virtualSize, PAGE_SIZE);
    const limit = starts[group + 1] ?? alignUp(rva, unit);
    if (limit > rva)
      sections.push({
        draft: undefined,
        name: `Pad${pad++}`,
        rva,
        virtualSize: limit - rva,
        rawOffset: 0,
        rawSize: 0,
        characteristics: paddingCharacteristics(members[0]!.characteristics),
      });
  });
  const sizeOfHeaders = alignUp(headersSize(sections.length, draft.pointerBytes), FILE_ALIGNMENT);
  let raw = sizeOfHeaders;
  for (const section of sections)
    if (section.rawSize > 0) {
      section.rawOffset = raw;
      raw += section.rawSize;
    }
  const last = sections.at(-1)!;
  return {
    sections,
    sizeOfHeaders,
    sizeOfImage: last.rva + alignUp(last.virtualSize, PAGE_SIZE),
    rvaOf: (section, offset) => rvas.get(section)! + offset,
  };
}
