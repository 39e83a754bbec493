// The core's whole surface, by noun. Text, lists and small byte blocks cross in the exchange buffer, PE files in the
// file buffer, dumps in the dump window; everything else is numbers. 64-bit values are addresses unless named.

// Layouts and symbols: loaded by the host before anything else.
export { fieldTable as layoutTable } from './layout/fields';
export { symbolTable } from './kernel/symbols';

// Exchange with the host.
export { exchangeBuffer, exchangeBytes, fileBuffer } from './host-buffer';

// The check of everything that a debugger walks.
export { checkMachine as checkRun } from './check/check';

// The machine.
export { createMachine as machineCreate } from './machine';
export { spareFrames as memorySpareFrames } from './memory/ranges';
export { frameCount as memoryFrames } from './memory/frames';
export { physicalFrames as machineFrames } from './memory/physical-layout';
export { bytesOn as machineBytesOnList } from './paging/page-lists';
export {
  initialiseLists as kernelInitialise,
  publishGlobals as kernelPublish,
  publishRegions as kernelPublishRegions,
} from './kernel/globals';

// Pool.
export {
  initialisePool as poolInitialise,
  allocatePool as poolAllocate,
  freePool as poolFree,
  pagesInPool as poolPages,
} from './kernel/pool/pool';
export { exportLedger as poolLedger } from './kernel/pool/ledger';
export { setVocabulary as poolSetVocabulary } from './kernel/pool/contents';
export {
  createLookasideList as poolCreateLookaside,
  initialiseLookasides as poolInitialiseLookasides,
} from './kernel/pool/lookaside';
export {
  beginTraffic as poolBeginTraffic,
  addTraffic as poolAddTraffic,
  passTraffic as poolPassTraffic,
} from './kernel/pool/traffic';
export { populatePool as poolPopulate } from './kernel/pool/background';

// Memory as a processor sees it.
export {
  memoryRead,
  memoryWrite,
  memoryWritePointer,
  memoryWalk,
  memoryReadPhysical,
} from './memory/exports';
export { packMemory as memoryPack } from './memory/packing';
export { attach as memoryAttach } from './memory/virtual';
export { systemPml4 as memorySystemRoot } from './kernel/processes/process';
export { noteBugCheck as bugCheckNote, bugCheckData } from './kernel/bug-check';
export { publishCounters as memorySettle } from './kernel/memory-manager/counters';
export {
  trimPage as memoryTrimPage,
  faultPage as memoryFaultPage,
} from './kernel/memory-manager/working-set';
export { ageWorkingSet as memoryAgeWorkingSet } from './kernel/memory-manager/aging';
export {
  createPagingFile as memoryCreatePagingFile,
  pagingFilePagesUsed as memoryPagingFilePagesUsed,
} from './kernel/memory-manager/paging-files';
export { framesOn as memoryFramesOn, listTotal as memoryFramesOnList } from './paging/page-lists';
export { pteBase as memoryPteBase } from './paging/tables';
export {
  endLoan as memoryEndLoan,
  framesLent as memoryFramesLent,
  lend as memoryLend,
  lendableFrames as memoryLendableFrames,
  tablesForLoan as memoryTablesForLoan,
} from './kernel/memory-manager/lent-frames';

export {
  createCachedFile as memoryCreateCachedFile,
  framesWithoutFile as memoryFramesWithoutFile,
} from './kernel/memory-manager/cached-files';
export {
  createTransfer as pagingCreateTransfer,
  beginTransfer as pagingBegin,
  transferStatus as pagingStatus,
  fileOfTransfer as pagingFile,
  addressOfCached as pagingAddress,
} from './kernel/memory-manager/page-transfers';

// The map of physical memory: what each frame is, and whose.
export { mapFrames as mapMake, mapStretches } from './map/frame-map';
export { readFrame as mapReadFrame, frameDumpClass as mapDumpClass } from './map/frame-reading';

// Time.
export {
  setClock as clockSet,
  systemTime as clockNow,
  interruptTime as clockUptime,
} from './kernel/scheduler/clock';
export { createSharedData as clockCreateSharedData } from './kernel/processors/shared-data';

// Images.
export { fillFunctionTable as imageFillFunctionTable } from './kernel/modules/function-table';
export { initialisePartition as partitionInitialise } from './kernel/partition';
export { detachSession as sessionDetach } from './kernel/memory-manager/session-space';
export { discardSections as imageDiscard } from './kernel/modules/discard';
export {
  loadKernelImage as imageLoad,
  enterLoadedModule as imageEnter,
  setStackCookie as imageSetStackCookie,
} from './kernel/modules/image';
export {
  createSharedImage as imageShare,
  bindSharedImage as imageBind,
} from './kernel/sections/shared-image';

// Pool.
export { allocateMany as poolAllocateMany } from './kernel/pool/many';

// Objects, the namespace, handles.
export {
  countObjects as objectCount,
  initialiseObjects as objectInitialise,
  typeIndexOf as objectType,
} from './kernel/objects/object';
export { createType as objectCreateType } from './kernel/objects/object-type';
export { createFresh as objectCreate } from './kernel/objects/body';
export {
  createNamed as namespaceCreateObject,
  createTemporary as namespaceCreateTemporary,
  createDirectory as namespaceCreateDirectory,
  createSymbolicLink as namespaceCreateLink,
  listTypes as namespaceListTypes,
} from './kernel/objects/namespace';
export { openHandle as handleOpen, closeHandle as handleClose } from './kernel/objects/handles';
export { listGone as objectListGone } from './kernel/objects/objects-gone';
export { openFreshHandles as handleOpenFresh } from './kernel/objects/fresh-handles';
export { createHandleTable as handleCreateTable } from './kernel/objects/handle-table';
export {
  handleTableOf as handleTable,
  listHandles as handleList,
  handlesOpen as handleCount,
} from './kernel/objects/handle-ledger';

// Files.
export { initialiseFiles as fileInitialise, createFileObject as fileCreate } from './kernel/io/file-object';

export { defineText as handleDefineText, openHandles as handleOpenMany } from './kernel/objects/handle-batch';
export {
  initialisePorts as portInitialise,
  createConnectionPort as portCreate,
  openConnection as portOpenConnection,
} from './kernel/objects/alpc-port';
export { sendRequest as portSendRequest } from './kernel/objects/alpc-message';

export { createJob as jobCreate, assignJob as jobAssign } from './kernel/processes/job';

export { createProvider as traceCreateProvider } from './kernel/tracing/registration';

// Security.
export { useDescriptor as securityUseDescriptor } from './kernel/security/descriptor';
export {
  initialiseTokens as tokenInitialise,
  createToken as tokenCreate,
  assignToken as tokenAssign,
  swapToken as tokenSwap,
} from './kernel/security/token';
export {
  initialiseLogonSessions as logonInitialise,
  createLogonSession as logonCreate,
  pairLogonSessions as logonPair,
} from './kernel/security/logon-session';
export {
  createDeviceMap as deviceMapCreate,
  addDrive as deviceMapAddDrive,
  assignDeviceMap as deviceMapAssign,
} from './kernel/security/device-map';

// The registry.
export { initialiseKeys as keyInitialise } from './kernel/registry/key-body';
export {
  addKey as hiveAddKey,
  addLink as hiveAddLink,
  addSecurity as hiveAddSecurity,
  beginCells as hiveBegin,
  endCells as hiveEnd,
  setSubkeys as hiveSetSubkeys,
  setValues as hiveSetValues,
} from './kernel/registry/cells';
export {
  initialiseNames as registryInitialise,
  openKey as registryOpenKey,
  openRoot as registryOpenRoot,
} from './kernel/registry/key-control-block';
export {
  initialiseHives as registryInitialiseHives,
  linkHive as registryLinkHive,
  loadHive as registryLoadHive,
} from './kernel/registry/hive';
export { readValue as registryReadValue } from './kernel/registry/key-value';

// Processes and their user mode.
export {
  initialiseProcesses as processInitialise,
  createProcess as processCreate,
  attachProcess as processAttach,
} from './kernel/processes/process';
export {
  beginUserSpace as processBeginUserSpace,
  reopenUserSpace as processReopenUserSpace,
  createUserSpace as processCreateUserSpace,
  setProgram as processSetProgram,
  setViews as processSetViews,
  endUserSpace as processEndUserSpace,
} from './kernel/processes/user-space';
export { createWow64 as processCreateWow64 } from './kernel/processes/wow64';
export { createWow64Parameters as processCreateWow64Parameters } from './kernel/processes/wow64-parameters';
export {
  beginLoader32 as processBeginLoader32,
  enterModule32 as processEnterModule32,
} from './kernel/processes/loader-data32';
export {
  closeHeap as processCloseHeap,
  createFurtherHeap as processCreateHeap,
} from './kernel/processes/user-heap';
export { setParameters as processSetParameters } from './kernel/processes/process-parameters';
export {
  beginLoader as processBeginLoader,
  enterModule as processEnterModule,
  endLoader as processEndLoader,
} from './kernel/processes/loader-data';
export { noteUnloadedModule as processNoteUnloaded } from './kernel/processes/unload-trace';
export { mapImage as imageMap } from './kernel/sections/image-view';
export {
  initialiseSections as sectionInitialise,
  createSection as sectionCreate,
  fillSection as sectionFill,
} from './kernel/sections/section-object';
export { noteUnloadedDriver as imageNoteUnloaded } from './kernel/modules/unloaded';
export { nameThread as threadSetName } from './kernel/processes/thread-name';
export {
  becomeGuiThread as threadBecomeGui,
  hungThread as processHungThread,
} from './kernel/processes/gui-thread';
export {
  closeHandlesOfProcess as processCloseHandlesTo,
  exitProcess as processExit,
  terminateProcess as processTerminate,
} from './kernel/processes/process-end';
export { createEndedThread as threadCreateEnded } from './kernel/processes/thread-end';
export { processNext, processUnlink } from './kernel/processes/process-list';
export { processRead, processReadTexts } from './kernel/processes/process-reading';
export { readTotals as systemReadTotals } from './kernel/processes/totals';

// Threads, what they wait for and their stacks.
export {
  initialiseThreads as threadInitialise,
  createThread as threadCreate,
  leaveUninserted as threadLeaveUninserted,
} from './kernel/processes/thread';
export {
  createPrivateMemory as memoryCreatePrivate,
  createView as memoryCreateView,
} from './kernel/processes/user-memory';
export { listRanges as memoryListRanges } from './kernel/sections/range-ledger';
export { sharedImageArea as imageArea } from './kernel/sections/shared-image';
export {
  sectionArea,
  createFileSection as sectionCreateFile,
  createPageFileSection as sectionCreatePageFile,
} from './kernel/sections/data-section';
export { createUserThread as threadCreateUserSide } from './kernel/processes/user-thread';
export {
  createDispatcherObject as waitCreateObject,
  attachToQueue as waitAttachToQueue,
  ownMutant as waitOwnMutant,
  wait as waitBegin,
  threadTimer as waitThreadTimer,
  threadSuspendEvent as waitThreadSuspendEvent,
  threadAlpcSemaphore as waitThreadAlpcSemaphore,
} from './kernel/scheduler/dispatcher';
export { setCallSites as stackSetCallSites } from './stacks/remains';
export { createTrapFrame as stackCreateTrapFrame } from './stacks/trap-frame';
export {
  describeAccessViolation as exceptionDescribe,
  pointToException as exceptionPoint,
} from './stacks/exception';
export {
  beginStack as stackBegin,
  frameLaidOut as stackFrame,
  layOutUser as stackLayOutUser,
  layOutWaiting as stackLayOutWaiting,
  layOutRunning as stackLayOutRunning,
  layOutStart as stackLayOutStart,
} from './stacks/frames';
export { layOutUser32 as stackLayOutUser32 } from './stacks/user-stack32';

// Executive resources.
export {
  createResource as resourceCreate,
  createResources as resourceCreateMany,
  initialiseResource as resourceInitialise,
  ownResource as resourceOwn,
  wantResource as resourceWant,
} from './kernel/scheduler/resources';
export { queueSuspension as threadQueueSuspension } from './kernel/scheduler/suspension';

// The scheduler.
export {
  createScheduler as schedulerCreate,
  addProcess as schedulerAddProcess,
  addTasks as schedulerAddTasks,
  enterTasks as schedulerEnterTasks,
  joinTask as schedulerJoin,
  start as schedulerStart,
} from './kernel/scheduler/registration';
export { createDriverTimer as schedulerCreateTimer } from './kernel/scheduler/driver-timers';
export { createDeviceDpc as deviceCreateDpc, listDpcs as schedulerListDpcs } from './kernel/scheduler/dpcs';
export {
  describeTimers as schedulerDescribeTimers,
  armTimers as schedulerArmTimers,
} from './kernel/scheduler/program-timers';
export { queueProgramsApc as threadQueueApc } from './kernel/scheduler/user-apcs';
export { noteWritten as schedulerNoteWritten } from './kernel/scheduler/dump-writing';
export { advance as schedulerAdvance } from './kernel/scheduler/scheduler';
export { taskStates as schedulerStates, taskSwaps as schedulerSwaps } from './kernel/scheduler/tasks';
export {
  setAffinity as processSetAffinity,
  setPowerPolicy as processSetPowerPolicy,
  setPriorityClass as processSetPriorityClass,
} from './kernel/scheduler/process-scheduling';
export { listPassedOn as waitListPassedOn } from './kernel/scheduler/mutant-end';
export { readWait as threadReadWait } from './kernel/scheduler/wait-chain';
export {
  currentTask as schedulerCurrent,
  listPreempted as schedulerListPreempted,
  saveStack as schedulerSaveStack,
} from './kernel/scheduler/rest';

// Processors.
export {
  createProcessor as processorCreate,
  processorBlock as processorBlock,
  runThread as processorRun,
} from './kernel/processors/processor';
export { interruptTicks as processorInterruptTicks } from './kernel/processors/processor';
export { addCache as processorAddCache } from './kernel/processors/caches';
export { readProcessor as processorRead } from './kernel/processors/processor-readings';

// The hypervisor.
export { createHypervisor as hypervisorCreate, hypervisorGlobals } from './hypervisor/hypervisor';
export { hypervisorRoot } from './hypervisor/address-space';
export {
  secureFrames as hypervisorSecureFrames,
  essentialFrames as hypervisorEssentialFrames,
  heapFrames as hypervisorHeapFrames,
  hypervisorEnd,
} from './hypervisor/region';

// Dumps.
export { openDump as dumpOpen, readDump as dumpRead, pagesRead as dumpPagesRead } from './dump/stream';
export { dumpWindow } from './dump/window';
export { selectedImageFrames as dumpImageFrames } from './dump/image-frames';
export { endSnapshot as dumpClose, keptFrames as dumpKeptFrames } from './memory/snapshot';
export {
  selectPages as dumpSelect,
  selectAllMemory as dumpSelectAllMemory,
  selectedFrames as dumpPages,
  framesOfClass as dumpFramesOfClass,
  selectedOfClass as dumpSelectedOfClass,
  leftOut as dumpLeftOut,
  leftOutCount as dumpLeftOutCount,
} from './dump/selection';

// Dumps of one process: what a debugger asks of it. The process must be attached.
export { openRegions as processOpenRegions, listRegions as processListRegions } from './dump/process/regions';
export {
  openProcessMemory as processOpenMemory,
  readProcessMemory as processReadMemory,
  processPagesRead,
} from './dump/process/memory-stream';
export { nextThread as processNextThread, readThread as processReadThread } from './dump/process/threads';
export { nextModule as processNextModule, readModule as processReadModule } from './dump/process/modules';
export {
  nextModule32 as processNextModule32,
  readModule32 as processReadModule32,
} from './dump/process/modules32';
export { nextHandle as processNextHandle, readHandle as processReadHandle } from './dump/process/handles';
export {
  readProcessCounters as processReadCounters,
  readSystemCounters as systemReadCounters,
} from './dump/process/counters';

// What the kernel keeps of drivers that want to know, and of its own security.
export {
  notifyOfImages as notifyImages,
  notifyOfProcesses as notifyProcesses,
  notifyOfThreads as notifyThreads,
} from './kernel/processes/notify-routines';
export { publishSystemSecurity as securityPublish } from './kernel/security/system-security';

// Drivers, devices, requests and minifilters.
export * from './kernel/io/exports';
