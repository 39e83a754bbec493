// nt!PsInvertedFunctionTable: where the unwinder finds the exception directory of an address's image.
import { NT } from '../../generated/symbols';
import {
  INVERTED_FUNCTION_TABLE_ENTRY,
  INVERTED_FUNCTION_TABLE_KERNEL_MODE,
  KLDR_DATA_TABLE_ENTRY,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, setField } from '../../memory/virtual';
import { addressOf } from '../symbols';

const LARGEST: u32 = 256;

/** Enters the loaded modules: the kernel first, the others by their bases, as they were loaded. */
export function fillFunctionTable(): void {
  const table = addressOf(NT.PsInvertedFunctionTable);
  const head = addressOf(NT.PsLoadedModuleList);
  let count: u32 = 0;
  for (let link = read64(head); link != head && count < LARGEST; link = read64(link), count++) {
    const module = link - offsetOf(KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
    const entry =
      at(table, INVERTED_FUNCTION_TABLE_KERNEL_MODE.TableEntry) +
      u64(count) * offsetOf(INVERTED_FUNCTION_TABLE_ENTRY.SIZE);
    setField(
      entry,
      INVERTED_FUNCTION_TABLE_ENTRY.FunctionTable,
      getField(module, KLDR_DATA_TABLE_ENTRY.ExceptionTable),
    );
    setField(entry, INVERTED_FUNCTION_TABLE_ENTRY.ImageBase, getField(module, KLDR_DATA_TABLE_ENTRY.DllBase));
    setField(
      entry,
      INVERTED_FUNCTION_TABLE_ENTRY.SizeOfImage,
      getField(module, KLDR_DATA_TABLE_ENTRY.SizeOfImage),
    );
    setField(
      entry,
      INVERTED_FUNCTION_TABLE_ENTRY.SizeOfTable,
      getField(module, KLDR_DATA_TABLE_ENTRY.ExceptionTableSize),
    );
  }
  setField(table, INVERTED_FUNCTION_TABLE_KERNEL_MODE.CurrentSize, count);
  setField(table, INVERTED_FUNCTION_TABLE_KERNEL_MODE.MaximumSize, LARGEST);
}
