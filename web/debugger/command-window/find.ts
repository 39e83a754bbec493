import type { Transcript } from '../transcript.js';

/** Where the text that is looked for stands. */
export interface Match {
  line: number;
  start: number;
}

/** More than a reader goes through; the count then ends in a plus. */
export const MOST_MATCHES = 10_000;

/** Places of a text, in small or capital letters, from top to bottom. */
export function findMatches(transcript: Transcript, query: string): Match[] {
  const wanted = query.toLowerCase();
  const matches: Match[] = [];
  if (wanted === '') return matches;
  for (let line = 0; line < transcript.length; line++) {
    const text = transcript.text(line).toLowerCase();
    for (let start = text.indexOf(wanted); start >= 0; start = text.indexOf(wanted, start + wanted.length)) {
      matches.push({ line, start });
      if (matches.length === MOST_MATCHES) return matches;
    }
  }
  return matches;
}
