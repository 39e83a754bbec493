// Section objects that handles of user mode lead to.
import { CONTROL_AREA, SEGMENT } from '../../generated/types';
import { addToField, getField } from '../../memory/virtual';
import { createSection } from '../sections/section-object';

/** Creates a section object on a control area, all of it, for a handle. */
export function createUserSection(area: u64): u64 {
  addToField(area, CONTROL_AREA.NumberOfUserReferences, 1);
  return createSection(area, getField(getField(area, CONTROL_AREA.Segment), SEGMENT.SizeOfSegment));
}
