// How many processes, threads and handles there are, as GetPerformanceInfo counts them.
import { NT } from '../../generated/symbols';
import { EPROCESS, HANDLE_TABLE, HANDLE_TABLE_FREE_LIST } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { at, getField, read64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { processNext } from './process-list';

/**
 * Reads to the exchange buffer as u64: processes, threads and handles. The idle process counts, which is not in
 * nt!PsActiveProcessHead; processes that have ended do not.
 */
export function readTotals(): void {
  const idle = addressOf(NT.KiInitialProcess);
  let processes: u64 = 0;
  let threads: u64 = 0;
  let handles: u64 = 0;
  for (let process = idle; process != 0; process = processNext(process == idle ? 0 : process)) {
    if (read64(at(process, EPROCESS.ExitTime)) != 0) continue;
    processes++;
    threads += getField(process, EPROCESS.ActiveThreads);
    const table = getField(process, EPROCESS.ObjectTable);
    if (table != 0)
      handles += getField(at(table, HANDLE_TABLE.FreeLists), HANDLE_TABLE_FREE_LIST.HandleCount);
  }
  const out = exchangeBuffer();
  store<u64>(out, processes);
  store<u64>(out, threads, 8);
  store<u64>(out, handles, 16);
}
