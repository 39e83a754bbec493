/** What all words begin with, in the first one's letters. */
export function commonStart(words: readonly string[]): string {
  const [first = ''] = words;
  let length = first.length;
  for (const word of words)
    while (length > 0 && word.slice(0, length).toLowerCase() !== first.slice(0, length).toLowerCase())
      length--;
  return first.slice(0, length);
}
