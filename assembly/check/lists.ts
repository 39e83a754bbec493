// Doubly linked lists. A walk that checks each link back cannot go in circles: an entry that comes twice would have
// to name two entries before it.
import { Rule, Visited } from '../generated/rules';
import { LIST_ENTRY } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { mapped, value } from './memory';
import { broken, disagreeAt, visit } from './report';

/**
 * The entry after `entry` on the list at `head` (the first one after `head` itself); 0 at the end, and when a link
 * is wrong. `link` names the list: the field that its entries, or its head, are.
 */
export function nextOn(head: u64, entry: u64, link: i32): u64 {
  if (broken()) return 0;
  const next = value(entry, LIST_ENTRY.Flink);
  if (broken()) return 0;
  if (!mapped(next) || !mapped(next + offsetOf(LIST_ENTRY.Blink))) {
    disagreeAt(Rule.ListLinksBack, link, entry, head, next);
    return 0;
  }
  const back = value(next, LIST_ENTRY.Blink);
  if (back != entry) {
    disagreeAt(Rule.ListLinksBack, link, next + offsetOf(LIST_ENTRY.Blink), entry, back);
    return 0;
  }
  visit(Visited.ListEntries);
  return next == head ? 0 : next;
}

/** Walks the list at `head` for its links alone; returns the number of its entries. */
export function walkList(head: u64, link: i32): u32 {
  let entries: u32 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) entries++;
  return entries;
}

/** Whether the entry's two neighbours name it: what can be said of an entry without knowing the list. */
export function linksHold(entry: u64, link: i32): bool {
  const next = value(entry, LIST_ENTRY.Flink);
  const before = value(entry, LIST_ENTRY.Blink);
  if (broken()) return false;
  if (!mapped(next)) return disagreeAt(Rule.ListLinksBack, link, entry, 1, next);
  if (!mapped(before))
    return disagreeAt(Rule.ListLinksBack, link, entry + offsetOf(LIST_ENTRY.Blink), 1, before);
  const back = value(next, LIST_ENTRY.Blink);
  if (back != entry)
    return disagreeAt(Rule.ListLinksBack, link, next + offsetOf(LIST_ENTRY.Blink), entry, back);
  const forward = value(before, LIST_ENTRY.Flink);
  return forward == entry || disagreeAt(Rule.ListLinksBack, link, before, entry, forward);
}
