// Section objects: what handles to sections lead to, and what each process keeps of its program.
import { CONTROL_AREA, EPROCESS, MMSECTION_FLAGS, SECTION } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, setField } from '../../memory/virtual';
import { createObject, referenceObject } from '../objects/object';
import { fileOfArea } from './control-area';
import { enterArea } from './section-end';

const SECTION_TAG: u32 = 0x74636553; // 'Sect'
/** PAGE_EXECUTE and PAGE_READWRITE, as a section remembers what it was created for. */
const PAGE_EXECUTE: u32 = 0x10;
const PAGE_READ_WRITE: u32 = 0x04;

let sectionType: u32 = 0;

/** Tells the index of object type Section. To be called before the first section object. */
export function initialiseSections(typeIndex: u32): void {
  sectionType = typeIndex;
}

/** Index of object type Section. */
export function sectionTypeIndex(): u32 {
  return sectionType;
}

/** Fills the zeroed body of a section object for the section of control area `area`, of `bytes` bytes. */
export function fillSection(section: u64, area: u64, bytes: u64): void {
  enterArea(area);
  const flags = getField(area, CONTROL_AREA.u_LongFlags);
  setField(section, SECTION.u1_ControlArea, area);
  setField(section, SECTION.SizeOfSection, bytes);
  setField(section, SECTION.u_LongFlags, flags);
  const isImage = getField(at(area, CONTROL_AREA.u), MMSECTION_FLAGS.Image) != 0;
  setField(section, SECTION.InitialPageProtection, isImage ? PAGE_EXECUTE : PAGE_READ_WRITE);
  addToField(area, CONTROL_AREA.NumberOfSectionReferences, 1);
}

/** Creates a section object without a name. */
export function createSection(area: u64, bytes: u64): u64 {
  const section = createObject(sectionType, offsetOf(SECTION.SIZE), SECTION_TAG, false);
  fillSection(section, area, bytes);
  return section;
}

/** Gives a process the section and the file of its program. */
export function keepProgram(process: u64, area: u64, bytes: u64): void {
  setField(process, EPROCESS.SectionObject, createSection(area, bytes));
  const file = fileOfArea(area);
  setField(process, EPROCESS.ImageFilePointer, file);
  referenceObject(file, 1);
}
