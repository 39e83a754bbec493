import { addressesIn, type AddressSpan } from '../addresses.js';
import type { Transcript } from '../transcript.js';

/** An address in the output that the keyboard is at. */
export interface AddressPlace extends AddressSpan {
  line: number;
}

/** The next address, or the one before; from nowhere, the last of all. @returns the same place at the ends */
export function nextAddress(
  transcript: Transcript,
  from: AddressPlace | null,
  step: 1 | -1,
): AddressPlace | null {
  const last = transcript.length - 1;
  for (let line = Math.min(from?.line ?? last, last); line >= 0 && line <= last; line += step) {
    const spans = addressesIn(transcript.text(line));
    const isFurther = ({ start }: AddressSpan) =>
      !from || line !== from.line || (step > 0 ? start > from.start : start < from.start);
    const found = step > 0 ? spans.find(isFurther) : spans.findLast(isFurther);
    if (found) return { ...found, line };
  }
  return from;
}
