/** Any text, or whether a character fits. */
type Piece = '*' | ((character: string) => boolean);

/** Whether a name fits a pattern with `*`, `?` and `[…]`; case does not matter. Takes no longer for many stars. */
export function matcher(pattern: string): (name: string) => boolean {
  const pieces = piecesOf(pattern.toLowerCase());
  if (!pieces) return (name) => name.toLowerCase() === pattern.toLowerCase();
  return (name) => fits(pieces, name.toLowerCase());
}

/** `undefined` where brackets are not a set. */
function piecesOf(pattern: string): Piece[] | undefined {
  try {
    return [...pattern.matchAll(/\*|\[[^\]]*\]|[^]/g)].map(([text]): Piece => {
      if (text === '*') return '*';
      if (text === '?') return () => true;
      if (text === '[') throw new SyntaxError('a set without an end');
      if (text.length === 1) return (character) => character === text;
      const set = new RegExp(text.replace(/[.+^${}()|\\]/g, '\\$&'), 's');
      return (character) => set.test(character);
    });
  } catch {
    return undefined;
  }
}

/** Goes on behind the last star as often as it must, never behind an earlier one. */
function fits(pieces: readonly Piece[], name: string): boolean {
  let [at, piece, star, from] = [0, 0, -1, 0];
  while (at < name.length) {
    const next = pieces[piece];
    if (next === '*') [star, from] = [piece++, at];
    else if (next?.(name[at]!)) [at, piece] = [at + 1, piece + 1];
    else if (star >= 0) [at, piece] = [++from, star + 1];
    else return false;
  }
  return pieces.slice(piece).every((left) => left === '*');
}

export function hasWildcards(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}
