/** Characters of what an element shows, wherever in it they stand. */
export function textRange(element: Element, start: number, end: number): Range {
  const range = new Range();
  range.selectNodeContents(element);
  range.collapse(true);
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let at = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const within = (place: number) => place >= at && place <= at + text.length;
    if (within(start)) range.setStart(text, start - at);
    if (within(end)) range.setEnd(text, end - at);
    at += text.length;
  }
  return range;
}
