// What the 32-bit loader of a process of 32-bit code keeps of its modules, as loader.ts has it for the 64-bit one.
import { Rule } from '../generated/rules';
import { LDR_DATA_TABLE_ENTRY32, LIST_ENTRY32, PEB32, PEB_LDR_DATA32 } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, expectBetween, holderOf } from './expect';
import { mapped, value } from './memory';
import { broken, disagreeAt } from './report';
import { pagesFrom } from './vads';

const MOST_MODULES: u32 = 10_000;
const PAGE_SHIFT: u64 = 12;
const LOW_END: u64 = 0xffffffff;
const ELSEWHERE: u32 = 0xffffffff; // a list of which not all is in memory

/** Checks the 32-bit loader's lists, to which the second environment block of the process that is read leads. */
export function checkLoader32(peb32: u64): void {
  if (!mapped(peb32)) return;
  if (!expectBetween(Rule.LoaderListsItsModules, peb32, PEB32.Ldr, 1, LOW_END)) return;
  const data = value(peb32, PEB32.Ldr);
  if (!mapped(data) || !mapped(data + offsetOf(PEB_LDR_DATA32.SIZE) - 1)) return;
  const loaded = walk(
    data + offsetOf(PEB_LDR_DATA32.InLoadOrderModuleList),
    LDR_DATA_TABLE_ENTRY32.InLoadOrderLinks,
    true,
  );
  if (broken() || loaded == ELSEWHERE) return;
  sameNumber(data, PEB_LDR_DATA32.InMemoryOrderModuleList, LDR_DATA_TABLE_ENTRY32.InMemoryOrderLinks, loaded);
  // The program itself is not initialised.
  sameNumber(
    data,
    PEB_LDR_DATA32.InInitializationOrderModuleList,
    LDR_DATA_TABLE_ENTRY32.InInitializationOrderLinks,
    loaded - 1,
  );
}

function sameNumber(data: u64, list: i32, link: i32, expected: u32): void {
  if (broken()) return;
  const count = walk(data + offsetOf(list), link, false);
  if (!broken() && count != ELSEWHERE && count != expected)
    disagreeAt(Rule.LoaderListsItsModules, list, data + offsetOf(list), expected, count);
}

/** Walks one list and returns how many modules are on it. */
function walk(head: u64, link: i32, isFirst: bool): u32 {
  let count: u32 = 0;
  let before = head;
  for (let entry = value(head, LIST_ENTRY32.Flink); !broken(); entry = value(entry, LIST_ENTRY32.Flink)) {
    if (!mapped(entry) || !mapped(entry + offsetOf(LIST_ENTRY32.SIZE) - 1)) return ELSEWHERE;
    const back = value(entry, LIST_ENTRY32.Blink);
    if (back != before || count > MOST_MODULES) {
      disagreeAt(Rule.ListLinksBack, link, entry + offsetOf(LIST_ENTRY32.Blink), before, back);
      return ELSEWHERE;
    }
    if (entry == head) break;
    if (isFirst) checkModule(holderOf(entry, link));
    before = entry;
    count++;
  }
  return count;
}

/** A module's addresses are those of a view. */
function checkModule(entry: u64): void {
  const rule = Rule.LoaderListsItsModules;
  if (!mapped(entry + offsetOf(LDR_DATA_TABLE_ENTRY32.BaseDllName))) return;
  const base = value(entry, LDR_DATA_TABLE_ENTRY32.DllBase);
  const pages = pagesFrom(base >> PAGE_SHIFT);
  if (pages != 0) expect(rule, entry, LDR_DATA_TABLE_ENTRY32.SizeOfImage, pages << PAGE_SHIFT);
  else {
    const field = LDR_DATA_TABLE_ENTRY32.DllBase;
    disagreeAt(rule, field, entry + offsetOf(field), 1, base);
  }
}
