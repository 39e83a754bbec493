import type { TypedMemory } from '../typed-memory.js';

const TICKS_PER_SECOND = 10_000_000; // of system time

/** What the engine reads of a process, by the PDB's types alone; sizes in pages, times in clock ticks. */
export interface ProcessNumbers {
  pid: number;
  parentPid: number;
  sessionId: number;
  jobId: number;
  threads: number;
  handles: number;
  priorityClass: number;
  frozen: boolean;
  cycles: number;
  ticks: number;
  workingSet: number;
  peakWorkingSet: number;
  privateWorkingSet: number;
  commit: number;
  pageFaults: number;
  reads: number;
  writes: number;
  others: number;
  readBytes: number;
  writtenBytes: number;
  otherBytes: number;
  diskBytes: number;
  /** For which the graphics adapter has worked for it, 100 ns. */
  graphicsTime: number;
}

/** What the engine reads of the machine. */
export interface MachineNumbers {
  /** Seconds since 1601. */
  time: number;
  /** Ticks of all processors that fell on interrupts and DPCs. */
  interruptTicks: number;
  physicalPages: number;
  availablePages: number;
  processes: Map<bigint, ProcessNumbers>;
  /** Bytes that the network adapter has received and sent, and what sockets have received by process. */
  network: { received: number; sent: number; byProcess: Map<bigint, number> };
  /** For which the graphics adapter has worked, 100 ns. */
  graphicsTime: number;
}

const MEMBERS = [
  '_EPROCESS.UniqueProcessId',
  '_EPROCESS.InheritedFromUniqueProcessId',
  '_EPROCESS.Session',
  '_EPROCESS.Job',
  '_EPROCESS.ActiveThreads',
  '_EPROCESS.ObjectTable',
  '_EPROCESS.PriorityClass',
  '_EPROCESS.Pcb.DeepFreeze',
  '_EPROCESS.Pcb.CycleTime',
  '_EPROCESS.Pcb.KernelTime',
  '_EPROCESS.Pcb.UserTime',
  '_EPROCESS.Vm.Instance.WorkingSetSize',
  '_EPROCESS.Vm.Instance.PeakWorkingSetSize',
  '_EPROCESS.Vm.Instance.WorkingSetPrivateSize',
  '_EPROCESS.Vm.Instance.PageFaultCount',
  '_EPROCESS.CommitCharge',
  '_EPROCESS.ReadOperationCount',
  '_EPROCESS.WriteOperationCount',
  '_EPROCESS.OtherOperationCount',
  '_EPROCESS.ReadTransferCount',
  '_EPROCESS.WriteTransferCount',
  '_EPROCESS.OtherTransferCount',
  '_EPROCESS.DiskCounters',
  '_PROCESS_DISK_COUNTERS.BytesRead',
  '_PROCESS_DISK_COUNTERS.BytesWritten',
  '_MM_SESSION_SPACE.SessionId',
  '_EJOB.JobId',
  '_HANDLE_TABLE.FreeLists',
  '_HANDLE_TABLE_FREE_LIST.HandleCount',
  '_KPRCB.InterruptTime',
  '_KPRCB.DpcTime',
  '_KUSER_SHARED_DATA.SystemTime',
  '_MI_PARTITION.Vp',
  '_MI_VISIBLE_PARTITION.AvailablePages',
  '_PHYSICAL_MEMORY_DESCRIPTOR.NumberOfPages',
  '_EPROCESS.DxgProcess',
  '_DEVICE_OBJECT.DeviceExtension',
  'ndis!_LAB_MINIPORT_BLOCK.Statistics.ifHCInOctets',
  'ndis!_LAB_MINIPORT_BLOCK.Statistics.ifHCOutOctets',
  'afd!_LAB_AFD_EXTENSION.Endpoints',
  'afd!_LAB_AFD_ENDPOINT.Process',
  'afd!_LAB_AFD_ENDPOINT.BytesReceived',
  'dxgkrnl!_LAB_DXGADAPTER.RunningTime',
  'dxgkrnl!_LAB_DXGPROCESS.RunningTime',
];
const MINIPORT = 'ndis!_LAB_MINIPORT_BLOCK';
const ENDPOINT = 'afd!_LAB_AFD_ENDPOINT';
const ADAPTER = 'dxgkrnl!_LAB_DXGADAPTER';
const SHARED_DATA = 0xfffff78000000000n;

/** Reads what Task Manager shows of the machine, whose device of sockets is at `sockets`, and of the processes at these addresses. */
export async function readNumbers(
  memory: TypedMemory,
  addresses: readonly bigint[],
  processors: number,
  sockets: bigint,
): Promise<MachineNumbers> {
  await memory.learn(...MEMBERS);
  await memory.fetchAll('_EPROCESS', addresses);
  const processes = new Map<bigint, ProcessNumbers>();
  for (const address of addresses) processes.set(address, await readProcess(memory, address));
  await memory.fetch([{ address: SHARED_DATA, length: await memory.size('_KUSER_SHARED_DATA') }]);
  const time = memory.u64(SHARED_DATA + memory.offset('_KUSER_SHARED_DATA.SystemTime'));
  const partition = await memory.symbol('MiSystemPartition');
  await memory.fetchAll('_MI_PARTITION', [partition]);
  const visible = partition + memory.offset('_MI_PARTITION.Vp');
  const block = await pointerAt(memory, await memory.symbol('MmPhysicalMemoryBlock'));
  await memory.fetchAll('_PHYSICAL_MEMORY_DESCRIPTOR', [block]);
  const adapter = await pointerAt(memory, await memory.symbol('dxgkrnl!DxgGlobal'));
  await memory.fetchAll(ADAPTER, [adapter]);
  return {
    network: await readNetwork(memory, sockets),
    graphicsTime: Number(memory.get(adapter, `${ADAPTER}.RunningTime`)),
    time: Number(time) / TICKS_PER_SECOND,
    interruptTicks: await interruptTicks(memory, processors),
    physicalPages: Number(memory.get(block, '_PHYSICAL_MEMORY_DESCRIPTOR.NumberOfPages')),
    availablePages: Number(memory.get(visible, '_MI_VISIBLE_PARTITION.AvailablePages')),
    processes,
  };
}

async function readNetwork(memory: TypedMemory, sockets: bigint): Promise<MachineNumbers['network']> {
  const miniport = await pointerAt(memory, await memory.symbol('ndis!ndisMiniportList'));
  await memory.fetchAll(MINIPORT, [miniport]);
  const counted = (name: string) => Number(memory.get(miniport, `${MINIPORT}.Statistics.${name}`));
  await memory.fetchAll('_DEVICE_OBJECT', [sockets]);
  const extension = memory.get(sockets, '_DEVICE_OBJECT.DeviceExtension');
  const head = extension + memory.offset('afd!_LAB_AFD_EXTENSION.Endpoints');
  const byProcess = new Map<bigint, number>();
  for (const endpoint of await memory.list(head, ENDPOINT, `${ENDPOINT}.Links`)) {
    const process = memory.get(endpoint, `${ENDPOINT}.Process`);
    const bytes = Number(memory.get(endpoint, `${ENDPOINT}.BytesReceived`));
    byProcess.set(process, (byProcess.get(process) ?? 0) + bytes);
  }
  return { received: counted('ifHCInOctets'), sent: counted('ifHCOutOctets'), byProcess };
}

async function pointerAt(memory: TypedMemory, address: bigint): Promise<bigint> {
  await memory.fetch([{ address, length: 8 }]);
  return memory.u64(address);
}

async function interruptTicks(memory: TypedMemory, processors: number): Promise<number> {
  const blocks = await memory.symbol('KiProcessorBlock');
  let ticks = 0;
  for (let number = 0; number < processors; number++) {
    const prcb = await pointerAt(memory, blocks + BigInt(number * 8));
    await memory.fetchAll('_KPRCB', [prcb]);
    ticks += Number(memory.get(prcb, '_KPRCB.InterruptTime') + memory.get(prcb, '_KPRCB.DpcTime'));
  }
  return ticks;
}

async function readProcess(memory: TypedMemory, address: bigint): Promise<ProcessNumbers> {
  const number = (member: string) => Number(memory.get(address, `_EPROCESS.${member}`));
  const large = (member: string) => Number(memory.u64(address + memory.offset(`_EPROCESS.${member}`)));
  /** A member of what a pointer of the process leads to; 0 where it leads nowhere. */
  const behind = async (pointer: string, type: string, ...members: string[]) => {
    const target = memory.get(address, `_EPROCESS.${pointer}`);
    if (target === 0n) return 0;
    await memory.fetchAll(type, [target]);
    return members.reduce((sum, member) => sum + Number(memory.get(target, `${type}.${member}`)), 0);
  };
  const table = memory.get(address, '_EPROCESS.ObjectTable');
  const list = table + (table === 0n ? 0n : memory.offset('_HANDLE_TABLE.FreeLists'));
  if (table !== 0n) await memory.fetchAll('_HANDLE_TABLE_FREE_LIST', [list]);
  return {
    pid: number('UniqueProcessId'),
    parentPid: number('InheritedFromUniqueProcessId'),
    sessionId: await behind('Session', '_MM_SESSION_SPACE', 'SessionId'),
    jobId: await behind('Job', '_EJOB', 'JobId'),
    threads: number('ActiveThreads'),
    handles: table === 0n ? 0 : Number(memory.get(list, '_HANDLE_TABLE_FREE_LIST.HandleCount')),
    priorityClass: number('PriorityClass'),
    frozen: number('Pcb.DeepFreeze') !== 0,
    cycles: number('Pcb.CycleTime'),
    ticks: number('Pcb.KernelTime') + number('Pcb.UserTime'),
    workingSet: number('Vm.Instance.WorkingSetSize'),
    peakWorkingSet: number('Vm.Instance.PeakWorkingSetSize'),
    privateWorkingSet: number('Vm.Instance.WorkingSetPrivateSize'),
    commit: number('CommitCharge'),
    pageFaults: number('Vm.Instance.PageFaultCount'),
    reads: large('ReadOperationCount'),
    writes: large('WriteOperationCount'),
    others: large('OtherOperationCount'),
    readBytes: large('ReadTransferCount'),
    writtenBytes: large('WriteTransferCount'),
    otherBytes: large('OtherTransferCount'),
    graphicsTime: await behind('DxgProcess', 'dxgkrnl!_LAB_DXGPROCESS', 'RunningTime'),
    diskBytes: await behind('DiskCounters', '_PROCESS_DISK_COUNTERS', 'BytesRead', 'BytesWritten'),
  };
}
