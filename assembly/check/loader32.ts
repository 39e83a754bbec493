// What the 32-bit loader of a process of 32-bit code keeps of its modules.
import { Rule } from '../generated/rules';
import { LDR_DATA_TABLE_ENTRY32, LIST_ENTRY32, PEB32, PEB_LDR_DATA32 } from '../generated/types';
import { expectBetween } from './expect';
import { checkLoaderLists, LoaderFields } from './loader-lists';
import { mapped, value } from './memory';

const LOW_END: u64 = 0xffffffff;

const fields = new LoaderFields();
fields.size = PEB_LDR_DATA32.SIZE;
fields.loadHead = PEB_LDR_DATA32.InLoadOrderModuleList;
fields.memoryHead = PEB_LDR_DATA32.InMemoryOrderModuleList;
fields.initializationHead = PEB_LDR_DATA32.InInitializationOrderModuleList;
fields.loadLinks = LDR_DATA_TABLE_ENTRY32.InLoadOrderLinks;
fields.memoryLinks = LDR_DATA_TABLE_ENTRY32.InMemoryOrderLinks;
fields.initializationLinks = LDR_DATA_TABLE_ENTRY32.InInitializationOrderLinks;
fields.linkSize = LIST_ENTRY32.SIZE;
fields.flink = LIST_ENTRY32.Flink;
fields.blink = LIST_ENTRY32.Blink;
fields.base = LDR_DATA_TABLE_ENTRY32.DllBase;
fields.sizeOfImage = LDR_DATA_TABLE_ENTRY32.SizeOfImage;
fields.name = LDR_DATA_TABLE_ENTRY32.BaseDllName;

/** Checks the 32-bit loader's lists, to which the second environment block of the process that is read leads. */
export function checkLoader32(peb32: u64): void {
  if (!mapped(peb32)) return;
  if (expectBetween(Rule.LoaderListsItsModules, peb32, PEB32.Ldr, 1, LOW_END))
    checkLoaderLists(value(peb32, PEB32.Ldr), fields);
}
