import { alignUp, FILE_ALIGNMENT, IMAGE_SCN_MEM_DISCARDABLE, PAGE_SIZE } from '../pe/constants.js';
import type { Draft, DraftSection } from '../pe/draft.js';
import { headersSize } from '../pe/headers.js';
import type { Layout, PlacedSection } from '../pe/place.js';
import { paddingCharacteristics } from '../pe/section-kinds.js';
import type { PinnedImage } from './pinned-image.js';

/** Gives the sections of a pinned image their RVAs; those it says nothing of follow its first. */
export function placePinnedSections(draft: Draft, pinned: PinnedImage): Layout {
  const rvas = new Map<DraftSection, number>();
  const fixed = new Map(pinned.sections.map(({ name, rva }) => [name, rva]));
  const [first] = pinned.sections;
  const inOrder = draft.sections.filter(({ name }) => name === first!.name || !fixed.has(name));
  inOrder.sort((a, b) => Number(b.name === first!.name) - Number(a.name === first!.name));
  let end = first!.rva;
  for (const section of inOrder) {
    rvas.set(section, end);
    end += alignUp(section.size, PAGE_SIZE);
  }
  if (end > pinned.sections[1]!.rva)
    throw new Error(`${draft.module}: sections reach into ${pinned.sections[1]!.name}`);
  for (const section of draft.sections) if (!rvas.has(section)) rvas.set(section, fixed.get(section.name)!);

  const sections: PlacedSection[] = [];
  const sorted = [...draft.sections].sort((a, b) => rvas.get(a)! - rvas.get(b)!);
  let pad = 1;
  sorted.forEach((section, index) => {
    const rva = rvas.get(section)!;
    const next = sorted[index + 1];
    const limit = next ? rvas.get(next)! : pinned.sizeOfImage;
    sections.push({
      draft: section,
      name: section.name,
      rva,
      virtualSize: section.size,
      rawOffset: 0,
      rawSize: alignUp(section.bytes.length, FILE_ALIGNMENT),
      characteristics: section.characteristics,
    });
    const free = rva + alignUp(section.size, PAGE_SIZE);
    if (limit > free)
      sections.push({
        draft: undefined,
        name: `Pad${pad++}`,
        rva: free,
        virtualSize: limit - free,
        rawOffset: 0,
        rawSize: 0,
        // Nothing of ours is there: as what only the real build's start needs, it leaves memory with INIT.
        characteristics: (paddingCharacteristics(section.characteristics) | IMAGE_SCN_MEM_DISCARDABLE) >>> 0,
      });
  });
  const sizeOfHeaders = alignUp(headersSize(sections.length, draft.pointerBytes), FILE_ALIGNMENT);
  let raw = sizeOfHeaders;
  for (const section of sections)
    if (section.rawSize > 0) {
      section.rawOffset = raw;
      raw += section.rawSize;
    }
  return {
    sections,
    sizeOfHeaders,
    sizeOfImage: pinned.sizeOfImage,
    rvaOf: (section, offset) => rvas.get(section)! + offset,
  };
}
