/** A piece of a line: plain, or found, or both with a link. */
export interface Piece {
  text: string;
  /** The command behind a link. */
  command?: string;
  isFound: boolean;
  /** Whether the keyboard is at it. */
  isAt?: true;
}

/** A part of a line. */
export interface Span {
  start: number;
  end: number;
}

/** One that has a command behind it. */
export interface LinkSpan extends Span {
  command: string;
}

/** Cuts a line where links and what was found begin and end. Links come in order and do not overlap. */
export function linePieces(
  text: string,
  links: readonly LinkSpan[],
  query: string,
  at: Span | null = null,
): Piece[] {
  const cuts = new Set([0, text.length, ...(at ? [at.start, at.end] : [])]);
  for (const { start, end } of links) cuts.add(start).add(end);
  const found: number[] = [];
  const wanted = query.toLowerCase();
  const lower = wanted === '' ? '' : text.toLowerCase();
  for (
    let place = lower.indexOf(wanted);
    wanted !== '' && place >= 0;
    place = lower.indexOf(wanted, place + wanted.length)
  ) {
    found.push(place);
    cuts.add(place).add(place + wanted.length);
  }
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => {
    const start = places[i]!;
    const link = links.find((span) => start >= span.start && end <= span.end);
    return {
      text: text.slice(start, end),
      ...(link && { command: link.command }),
      ...(at && start >= at.start && end <= at.end && { isAt: true }),
      isFound: found.some((place) => start >= place && end <= place + wanted.length),
    };
  });
}
