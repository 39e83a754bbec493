// What user mode's loader keeps of a process's modules.
import { EPROCESS, LDR_DATA_TABLE_ENTRY, LIST_ENTRY, PEB, PEB_LDR_DATA } from '../generated/types';
import { checkLoaderLists, LoaderFields } from './loader-lists';
import { mapped, value } from './memory';

const fields = new LoaderFields();
fields.size = PEB_LDR_DATA.SIZE;
fields.loadHead = PEB_LDR_DATA.InLoadOrderModuleList;
fields.memoryHead = PEB_LDR_DATA.InMemoryOrderModuleList;
fields.initializationHead = PEB_LDR_DATA.InInitializationOrderModuleList;
fields.loadLinks = LDR_DATA_TABLE_ENTRY.InLoadOrderLinks;
fields.memoryLinks = LDR_DATA_TABLE_ENTRY.InMemoryOrderLinks;
fields.initializationLinks = LDR_DATA_TABLE_ENTRY.InInitializationOrderLinks;
fields.linkSize = LIST_ENTRY.SIZE;
fields.flink = LIST_ENTRY.Flink;
fields.blink = LIST_ENTRY.Blink;
fields.base = LDR_DATA_TABLE_ENTRY.DllBase;
fields.sizeOfImage = LDR_DATA_TABLE_ENTRY.SizeOfImage;
fields.name = LDR_DATA_TABLE_ENTRY.BaseDllName;

/** Checks the loader's lists of the process whose user space is read. To be called after its descriptors are. */
export function checkLoader(process: u64): void {
  const peb = value(process, EPROCESS.Peb);
  if (peb == 0 || !mapped(peb)) return;
  const data = value(peb, PEB.Ldr);
  if (data != 0) checkLoaderLists(data, fields);
}
