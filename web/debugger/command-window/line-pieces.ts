/** A piece of a line: plain, or found, or both with a link. */
export interface Piece {
  text: string;
  /** The command behind a link. */
  command?: string;
  isFound: boolean;
}

/** A part of a line that has a command behind it. */
export interface LinkSpan {
  start: number;
  end: number;
  command: string;
}

/** Cuts a line where links and what was found begin and end. Links come in order and do not overlap. */
export function linePieces(text: string, links: readonly LinkSpan[], query: string): Piece[] {
  const cuts = new Set([0, text.length]);
  for (const { start, end } of links) cuts.add(start).add(end);
  const found: number[] = [];
  const wanted = query.toLowerCase();
  const lower = wanted === '' ? '' : text.toLowerCase();
  for (
    let at = lower.indexOf(wanted);
    wanted !== '' && at >= 0;
    at = lower.indexOf(wanted, at + wanted.length)
  ) {
    found.push(at);
    cuts.add(at).add(at + wanted.length);
  }
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => {
    const start = places[i]!;
    const link = links.find((span) => start >= span.start && end <= span.end);
    return {
      text: text.slice(start, end),
      ...(link && { command: link.command }),
      isFound: found.some((at) => start >= at && end <= at + wanted.length),
    };
  });
}
