/** Whether a name fits a pattern with `*`, `?` and `[…]`; case does not matter. */
export function matcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  try {
    const expression = new RegExp(`^${source}$`, 'is');
    return (name) => expression.test(name);
  } catch {
    return (name) => name.toLowerCase() === pattern.toLowerCase();
  }
}

export function hasWildcards(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}
