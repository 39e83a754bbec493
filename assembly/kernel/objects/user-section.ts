// Section objects that handles of user mode lead to.
import { CONTROL_AREA, MMSECTION_FLAGS, SECTION, SEGMENT } from '../../generated/types';
import { addToField, at, getField, setField } from '../../memory/virtual';
import { createSection } from '../sections/section-object';

/** Creates a section object on a control area, all of it, for a handle. */
export function createUserSection(area: u64): u64 {
  addToField(area, CONTROL_AREA.NumberOfUserReferences, 1);
  const section = createSection(area, getField(getField(area, CONTROL_AREA.Segment), SEGMENT.SizeOfSegment));
  setField(at(section, SECTION.u), MMSECTION_FLAGS.UserReference, 1);
  return section;
}
