// The three lists of a loader, 64-bit or 32-bit. Pages of user mode may have left memory: where a link leads out of what is
// there, the walk ends and says nothing.
import { Rule, Visited } from '../generated/rules';
import { offsetOf } from '../layout/fields';
import { expect, holderOf } from './expect';
import { mapped, value } from './memory';
import { broken, disagreeAt, visit } from './report';
import { pagesFrom } from './vads';

const MOST_MODULES: u32 = 10_000;
const PAGE_SHIFT: u64 = 12;
const ELSEWHERE: u32 = 0xffffffff; // a list of which not all is in memory

/** Fields by which a loader's lists are read: heads and links in load, memory and initialization order, and what is in them. */
export class LoaderFields {
  size: i32 = 0; // of the structure with the heads
  loadHead: i32 = 0;
  memoryHead: i32 = 0;
  initializationHead: i32 = 0;
  loadLinks: i32 = 0;
  memoryLinks: i32 = 0;
  initializationLinks: i32 = 0;
  linkSize: i32 = 0;
  flink: i32 = 0;
  blink: i32 = 0;
  base: i32 = 0;
  sizeOfImage: i32 = 0;
  name: i32 = 0; // the last field of an entry that is read
}

/** Checks the lists of the loader whose data is at `data`. */
export function checkLoaderLists(data: u64, fields: LoaderFields): void {
  if (!mapped(data) || !mapped(data + offsetOf(fields.size) - 1)) return;
  const loaded = walk(data + offsetOf(fields.loadHead), fields.loadLinks, fields, true);
  if (broken() || loaded == ELSEWHERE) return;
  sameNumber(data, fields.memoryHead, fields.memoryLinks, fields, loaded);
  // The program itself is not initialised.
  sameNumber(data, fields.initializationHead, fields.initializationLinks, fields, loaded - 1);
}

function sameNumber(data: u64, head: i32, links: i32, fields: LoaderFields, expected: u32): void {
  if (broken()) return;
  const count = walk(data + offsetOf(head), links, fields, false);
  if (!broken() && count != ELSEWHERE && count != expected)
    disagreeAt(Rule.LoaderListsItsModules, head, data + offsetOf(head), expected, count);
}

/** Walks one list and returns how many modules are on it. */
function walk(head: u64, links: i32, fields: LoaderFields, isFirst: bool): u32 {
  let count: u32 = 0;
  let before = head;
  for (let entry = value(head, fields.flink); !broken(); entry = value(entry, fields.flink)) {
    if (!mapped(entry) || !mapped(entry + offsetOf(fields.linkSize) - 1)) return ELSEWHERE;
    const back = value(entry, fields.blink);
    if (back != before || count > MOST_MODULES) {
      disagreeAt(Rule.ListLinksBack, links, entry + offsetOf(fields.blink), before, back);
      return ELSEWHERE;
    }
    if (entry == head) break;
    if (isFirst) checkModule(holderOf(entry, links), fields);
    before = entry;
    count++;
  }
  return count;
}

/** A module's addresses are those of a view. */
function checkModule(entry: u64, fields: LoaderFields): void {
  const rule = Rule.LoaderListsItsModules;
  if (!mapped(entry + offsetOf(fields.name))) return;
  const base = value(entry, fields.base);
  const pages = pagesFrom(base >> PAGE_SHIFT);
  if (pages == 0) disagreeAt(rule, fields.base, entry + offsetOf(fields.base), 1, base);
  else expect(rule, entry, fields.sizeOfImage, pages << PAGE_SHIFT);
  visit(Visited.LoadedModules);
}
