// The check: every structure that a debugger walks, held against every other that speaks of the same thing.
//
//   begin ─▶ debugger data ─▶ modules ─▶ types ─▶ processes, threads ─▶ handles, ids, jobs, ports ─▶ waits ─▶ processors
//         └▶ namespace, drivers, devices, filters, adapters ─▶ registry ─▶ pool ─▶ page tables, VADs, sections ─▶ PFN database ─▶ hypervisor
//
// It reads emulated memory as a stranger does who has nothing but the symbols: globals by name, then types. It ends
// at the first thing that disagrees, because what follows a broken link means nothing.
import { exchangeBuffer } from '../host-buffer';
import { systemPml4 } from '../kernel/processes/process';
import { checkCommit } from './commit';
import { checkDebuggerData } from './debugger-data';
import { checkDirectories } from './directories';
import { checkDispatch } from './dispatch';
import { checkDeviceTree } from './drivers';
import { checkFilters } from './filters';
import { beginFrames, checkFrames } from './frames';
import { checkClientIds, checkHandles } from './handles';
import { checkRegistry } from './hives';
import { checkGraphics } from './graphics';
import { checkHypervisor } from './hypervisor';
import { checkIoTimers } from './io-timers';
import { checkKernelVariables } from './kernel-variables';
import { checkIrps, checkResources } from './irps';
import { checkJobs } from './jobs';
import { beginReading } from './memory';
import { checkModules } from './modules';
import { checkNetwork } from './network';
import { checkNotifyRoutines } from './notify-routines';
import { checkTypes } from './objects';
import { checkPageTables } from './page-tables';
import { checkPool } from './pool/heaps';
import { beginPfnEntries } from './pfn-entries';
import { checkPartition } from './partition';
import { checkPorts } from './ports';
import { checkProcesses } from './processes';
import { checkProcessors } from './processors';
import { checkQuotas } from './quotas';
import { beginReport, broken, writeReport } from './report';
import { beginSessionSpace } from './session-space';
import { checkSharedData } from './shared-data';
import { checkTimes } from './times';
import { checkTokens } from './tokens';
import { checkTransfers } from './transfers';
import { checkWaits } from './waits';

/**
 * Checks the whole machine; returns whether everything agrees. The exchange buffer then holds u64s: rule, field,
 * address, expected and found of the first disagreement, and the number of things looked at of each kind.
 */
export function checkMachine(): bool {
  beginReport();
  beginReading(systemPml4());
  checkSharedData();
  if (!broken()) checkDebuggerData();
  if (!broken()) beginSessionSpace();
  if (!broken()) checkModules();
  if (!broken()) checkTypes();
  if (!broken()) checkProcesses();
  if (!broken()) checkPartition();
  if (!broken()) checkClientIds();
  if (!broken()) checkHandles();
  if (!broken()) checkTokens();
  if (!broken()) checkJobs();
  if (!broken()) checkPorts();
  if (!broken()) checkWaits();
  if (!broken()) checkProcessors();
  if (!broken()) checkKernelVariables();
  if (!broken()) checkTimes();
  if (!broken()) checkTransfers();
  if (!broken()) checkDispatch();
  if (!broken()) checkDirectories();
  if (!broken()) checkDeviceTree();
  if (!broken()) checkNotifyRoutines();
  if (!broken()) checkFilters();
  if (!broken()) checkIoTimers();
  if (!broken()) checkNetwork();
  if (!broken()) checkGraphics();
  if (!broken()) checkIrps();
  if (!broken()) checkResources();
  if (!broken()) checkRegistry();
  if (!broken()) checkCommit();
  if (!broken()) checkPool();
  if (!broken()) beginFrames();
  if (!broken()) {
    beginPfnEntries();
    checkPageTables();
  }
  if (!broken()) checkQuotas();
  if (!broken()) checkFrames();
  if (!broken()) checkHypervisor();
  writeReport(exchangeBuffer());
  return !broken();
}
