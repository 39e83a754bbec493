// What a debugger looks up first: the version block and the data block, against the symbols.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { DBGKD_GET_VERSION64, KDDEBUGGER_DATA64, LIST_ENTRY } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { peek64, value } from './memory';
import { visit } from './report';

/** Checks both blocks. */
export function checkDebuggerData(): void {
  const version = addressOf(NT.KdVersionBlock);
  const head = addressOf(NT.KdpDebuggerDataListHead);
  const block = addressOf(NT.KdDebuggerDataBlock);
  const rule = Rule.VersionBlockAgrees;
  expect(rule, version, DBGKD_GET_VERSION64.PsLoadedModuleList, addressOf(NT.PsLoadedModuleList));
  expect(rule, version, DBGKD_GET_VERSION64.DebuggerDataList, head);
  expect(rule, head, LIST_ENTRY.Flink, block);
  expect(rule, head, LIST_ENTRY.Blink, block);
  is(KDDEBUGGER_DATA64.List_Flink, head);
  is(KDDEBUGGER_DATA64.List_Blink, head);
  is(KDDEBUGGER_DATA64.KernBase, value(version, DBGKD_GET_VERSION64.KernBase));
  is(KDDEBUGGER_DATA64.PsLoadedModuleList, addressOf(NT.PsLoadedModuleList));
  is(KDDEBUGGER_DATA64.PsActiveProcessHead, addressOf(NT.PsActiveProcessHead));
  is(KDDEBUGGER_DATA64.PspCidTable, addressOf(NT.PspCidTable));
  is(KDDEBUGGER_DATA64.ExpSystemResourcesList, addressOf(NT.ExpSystemResourcesList));
  is(KDDEBUGGER_DATA64.KeTimeIncrement, addressOf(NT.KeTimeIncrement));
  is(KDDEBUGGER_DATA64.KeBugCheckCallbackListHead, addressOf(NT.KeBugCheckCallbackListHead));
  is(KDDEBUGGER_DATA64.IopErrorLogListHead, addressOf(NT.IopErrorLogListHead));
  is(KDDEBUGGER_DATA64.ObpRootDirectoryObject, addressOf(NT.ObpRootDirectoryObject));
  is(KDDEBUGGER_DATA64.ObpTypeObjectType, addressOf(NT.ObpTypeObjectType));
  is(KDDEBUGGER_DATA64.MmPfnDatabase, addressOf(NT.MmPfnDatabase));
  is(KDDEBUGGER_DATA64.MmPhysicalMemoryBlock, addressOf(NT.MmPhysicalMemoryBlock));
  is(KDDEBUGGER_DATA64.KiProcessorBlock, addressOf(NT.KiProcessorBlock));
  is(KDDEBUGGER_DATA64.PoolTrackTable, addressOf(NT.PoolTrackTable));
  is(KDDEBUGGER_DATA64.MmUnloadedDrivers, addressOf(NT.MmUnloadedDrivers));
  is(KDDEBUGGER_DATA64.PteBase, peek64(addressOf(NT.MmPteBase)));
}

function is(field: i32, expected: u64): void {
  if (expect(Rule.DebuggerDataIsSymbols, addressOf(NT.KdDebuggerDataBlock), field, expected))
    visit(Visited.Symbols);
}
