// What user mode's loader keeps of a process's modules. Its pages may have left memory: where a link leads out of what
// is there, the walk ends and says nothing.
import { Rule, Visited } from '../generated/rules';
import { EPROCESS, LDR_DATA_TABLE_ENTRY, LIST_ENTRY, PEB, PEB_LDR_DATA } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, holderOf } from './expect';
import { mapped, value } from './memory';
import { broken, disagreeAt, visit } from './report';
import { pagesFrom } from './vads';

const MOST_MODULES: u32 = 10_000;
const PAGE_SHIFT: u64 = 12;
const ELSEWHERE: u32 = 0xffffffff; // a list of which not all is in memory

/** Checks the loader's lists of the process whose user space is read. To be called after its descriptors are. */
export function checkLoader(process: u64): void {
  const peb = value(process, EPROCESS.Peb);
  if (peb == 0 || !mapped(peb)) return;
  const data = value(peb, PEB.Ldr);
  if (data == 0 || !mapped(data) || !mapped(data + offsetOf(PEB_LDR_DATA.SIZE) - 1)) return;
  const loaded = walk(
    data + offsetOf(PEB_LDR_DATA.InLoadOrderModuleList),
    LDR_DATA_TABLE_ENTRY.InLoadOrderLinks,
    true,
  );
  const inMemory = walk(
    data + offsetOf(PEB_LDR_DATA.InMemoryOrderModuleList),
    LDR_DATA_TABLE_ENTRY.InMemoryOrderLinks,
    false,
  );
  const initialised = walk(
    data + offsetOf(PEB_LDR_DATA.InInitializationOrderModuleList),
    LDR_DATA_TABLE_ENTRY.InInitializationOrderLinks,
    false,
  );
  if (broken() || loaded == ELSEWHERE) return;
  const link = PEB_LDR_DATA.InMemoryOrderModuleList;
  if (inMemory != ELSEWHERE && inMemory != loaded)
    disagreeAt(Rule.LoaderListsItsModules, link, data + offsetOf(link), loaded, inMemory);
  const last = PEB_LDR_DATA.InInitializationOrderModuleList;
  if (initialised != ELSEWHERE && initialised + 1 != loaded)
    // the program itself is not initialised
    disagreeAt(Rule.LoaderListsItsModules, last, data + offsetOf(last), loaded - 1, initialised);
}

/** Walks one list and returns how many modules are on it. */
function walk(head: u64, link: i32, isFirst: bool): u32 {
  let count: u32 = 0;
  let before = head;
  for (let entry = value(head, LIST_ENTRY.Flink); !broken(); entry = value(entry, LIST_ENTRY.Flink)) {
    if (!mapped(entry) || !mapped(entry + offsetOf(LIST_ENTRY.SIZE) - 1)) return ELSEWHERE;
    const back = value(entry, LIST_ENTRY.Blink);
    if (back != before || count > MOST_MODULES) {
      disagreeAt(Rule.ListLinksBack, link, entry + offsetOf(LIST_ENTRY.Blink), before, back);
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
  if (!mapped(entry + offsetOf(LDR_DATA_TABLE_ENTRY.BaseDllName))) return;
  const base = value(entry, LDR_DATA_TABLE_ENTRY.DllBase);
  const pages = pagesFrom(base >> PAGE_SHIFT);
  if (pages == 0)
    disagreeAt(
      Rule.LoaderListsItsModules,
      LDR_DATA_TABLE_ENTRY.DllBase,
      entry + offsetOf(LDR_DATA_TABLE_ENTRY.DllBase),
      1,
      base,
    );
  else expect(Rule.LoaderListsItsModules, entry, LDR_DATA_TABLE_ENTRY.SizeOfImage, pages << PAGE_SHIFT);
  visit(Visited.LoadedModules);
}
