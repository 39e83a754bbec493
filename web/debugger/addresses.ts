/** An address that stands in a text. */
export interface AddressSpan {
  start: number;
  end: number;
  /** As it stands there. */
  address: string;
}

/** Sixteen digits, as extension commands write an address, or with a grave accent, as the engine does. */
const ADDRESS = /(?<![0-9a-f`])(?:[0-9a-f]{8}`[0-9a-f]{8}|[0-9a-f]{16})(?![0-9a-f`])/gi;
const NOWHERE = /^[0`]+$/;

/** The addresses in a line, from left to right; zero is none. */
export function addressesIn(text: string): AddressSpan[] {
  return [...text.matchAll(ADDRESS)]
    .filter(([address]) => !NOWHERE.test(address))
    .map(({ 0: address, index }) => ({ start: index, end: index + address.length, address }));
}

/** What holds a line with addresses, or is about one. */
const HOLDER = 'a, .line, .field, [data-address]';

/** The address that the user means: the one under the pointer, or that of the line or of what has the focus. */
export function addressMeant(event: Event): string | undefined {
  const elements = event.composedPath().filter((node) => node instanceof HTMLElement);
  const holder = elements.find((element) => element.matches(HOLDER));
  if (!holder) return undefined;
  const spans = addressesIn(holder.textContent);
  const at = event instanceof PointerEvent ? offsetUnder(event, holder, elements) : -1;
  const pointed = spans.find(({ start, end }) => at >= start && at <= end);
  return pointed?.address ?? (holder.dataset['address'] || spans[0]?.address);
}

/** How many characters of an element's text stand before the pointer; -1 where it is at none of them. */
function offsetUnder({ clientX, clientY }: PointerEvent, holder: Element, path: readonly Element[]): number {
  const shadowRoots = path.flatMap((element) => element.shadowRoot ?? []);
  const place = document.caretPositionFromPoint(clientX, clientY, { shadowRoots });
  if (!place || !holder.contains(place.offsetNode)) return -1;
  const before = document.createRange();
  before.setStart(holder, 0);
  before.setEnd(place.offsetNode, place.offset);
  return before.toString().length;
}
