/** Opens the default search engine in a new tab, as *Search online* does. */
export function searchOnline(query: string): void {
  open(`https://www.bing.com/search?q=${encodeURIComponent(query)}`, '_blank', 'noopener');
}
