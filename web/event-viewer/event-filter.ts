import type { EventRecord } from './event-record.js';

/** Which events are to be shown; an empty text asks for nothing. */
export interface EventFilter {
  level: string;
  /** Numbers and ranges to show and, after a minus, to leave out, as Windows' filter takes them. */
  ids: string;
  text: string;
}

export const NO_FILTER: EventFilter = { level: '', ids: '', text: '' };

const PART = /^(-?)(\d{1,5})(?:-(\d{1,5}))?$/;

/** Whether an event's id is asked for by `1, 101-109, -106`; undefined when nobody can tell what that means. */
export function parseIds(typed: string): ((id: number) => boolean) | undefined {
  const wanted: [number, number][] = [];
  const unwanted: [number, number][] = [];
  for (const part of typed.split(/[,;]/).map((piece) => piece.trim())) {
    if (part === '') continue;
    const match = PART.exec(part);
    if (!match) return undefined;
    const [, minus, from, to = from] = match;
    (minus ? unwanted : wanted).push([Number(from), Number(to)]);
  }
  const isIn = (id: number, ranges: readonly [number, number][]) =>
    ranges.some(([first, last]) => id >= first && id <= last);
  return (id) => (wanted.length === 0 || isIn(id, wanted)) && !isIn(id, unwanted);
}

/** The events that `filter` leaves; ids that make no sense leave all. */
export function filtered(records: readonly EventRecord[], filter: EventFilter): EventRecord[] {
  const hasId = parseIds(filter.ids) ?? (() => true);
  const text = filter.text.trim().toLowerCase();
  return records.filter(
    ({ event, log }) =>
      (filter.level === '' || String(event.level) === filter.level) &&
      hasId(event.id) &&
      (text === '' || words(event, log).some((word) => word.toLowerCase().includes(text))),
  );
}

function words({ id, text, task, payload }: EventRecord['event'], log: string): string[] {
  return [String(id), text, task, log, ...Object.entries(payload).flat().map(String)];
}
