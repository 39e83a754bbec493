// What a driver's image loses once it has started: the sections that only its start needed.
import { IMAGE_DOS_HEADER, IMAGE_NT_HEADERS64, IMAGE_SECTION_HEADER } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { attachedRoot, getField } from '../../memory/virtual';
import { unmapPage } from '../../paging/map';

const SCN_MEM_DISCARDABLE: u32 = 0x02000000;

/** Gives back the pages of an image's discardable sections: start-up code, resources, relocations. For images in pages of 4 KiB. */
export function discardSections(base: u64): void {
  const nt = base + getField(base, IMAGE_DOS_HEADER.e_lfanew);
  const count = u32(getField(nt, IMAGE_NT_HEADERS64.FileHeader_NumberOfSections));
  let section =
    nt +
    offsetOf(IMAGE_NT_HEADERS64.OptionalHeader) +
    getField(nt, IMAGE_NT_HEADERS64.FileHeader_SizeOfOptionalHeader);
  for (let i: u32 = 0; i < count; i++, section += offsetOf(IMAGE_SECTION_HEADER.SIZE)) {
    if (!(u32(getField(section, IMAGE_SECTION_HEADER.Characteristics)) & SCN_MEM_DISCARDABLE)) continue;
    const start = base + getField(section, IMAGE_SECTION_HEADER.VirtualAddress);
    const end = start + getField(section, IMAGE_SECTION_HEADER.VirtualSize);
    for (let page = start; page < end; page += PAGE_SIZE) unmapPage(attachedRoot(), page);
  }
}
