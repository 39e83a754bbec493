/**
 * Where the arrows and their like lead in a list, or type-ahead to a name that begins with a letter.
 * @param page Rows that fit on the screen.
 * @returns null when the key means nothing here.
 */
export function listTarget(
  key: string,
  names: readonly string[],
  index: number,
  page: number,
): number | null {
  const within = (to: number) => Math.min(Math.max(to, 0), names.length - 1);
  switch (key) {
    case 'ArrowDown':
      return within(index + 1);
    case 'ArrowUp':
      return within(index - 1);
    case 'Home':
      return within(0);
    case 'End':
      return within(names.length - 1);
    case 'PageDown':
      return within(index + page);
    case 'PageUp':
      return within(index - page);
    default:
      return key.length === 1 && key !== ' ' ? typeAhead(names, index, key.toLowerCase()) : null;
  }
}

function typeAhead(names: readonly string[], from: number, letter: string): number {
  for (let step = 1; step <= names.length; step++) {
    const index = (from + step) % names.length;
    if (names[index]!.toLowerCase().startsWith(letter)) return index;
  }
  return from;
}
