import type { PerformanceSample, ProcessRow, Sample } from '../../../sim/worker/sim-api.js';

/** A process with nothing remarkable but what the test names. */
export function process(pid: number, imageName: string, rest: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid,
    parentPid: 0,
    imageName,
    description: imageName,
    publisher: 'Contoso',
    group: 'background',
    sessionId: 1,
    status: 'running',
    throttled: false,
    canEnd: true,
    critical: false,
    imagePath: `C:\\Lab\\${imageName}`,
    packageName: '',
    commandLine: '',
    userDomain: 'LAB',
    userName: 'Learner',
    architecture: 'x64',
    elevated: false,
    virtualization: 'disabled',
    services: [],
    jobId: 0,
    cpuPercent: 0,
    memory: 0,
    disk: 0,
    network: 0,
    bytesReceived: 0,
    gpuPercent: 0,
    threads: 1,
    cpuTime: 0,
    workingSet: 0,
    peakWorkingSet: 0,
    workingSetDelta: 0,
    privateWorkingSet: 0,
    sharedWorkingSet: 0,
    commit: 0,
    pageFaults: 0,
    pageFaultsDelta: 0,
    priorityClass: 2,
    handles: 0,
    readOperations: 0,
    writeOperations: 0,
    otherOperations: 0,
    readTransfer: 0,
    writeTransfer: 0,
    otherTransfer: 0,
    ...rest,
  };
}

export function sample(processes: ProcessRow[]): Sample {
  return {
    time: 0,
    cpuPercent: 0,
    memoryTotal: 100,
    memoryInUse: 0,
    diskPercent: 0,
    networkPercent: 0,
    processes,
    idle: process(0, 'System Idle Process'),
    performance: performance(),
  };
}

/** A reading of an idle machine with one processor but for what the test names. */
export function performance(rest: Partial<PerformanceSample> = {}): PerformanceSample {
  return {
    time: 0,
    uptime: 0,
    cpuPercent: 0,
    kernelPercent: 0,
    processors: [{ node: 0, percent: 0, kernelPercent: 0 }],
    processes: 1,
    threads: 1,
    handles: 0,
    memory: {
      total: 100,
      inUse: 100,
      modified: 0,
      standby: 0,
      free: 0,
      compressed: 0,
      committed: 0,
      commitLimit: 100,
      pagedPool: 0,
      nonPagedPool: 0,
    },
    disk: { activePercent: 0, responseTime: 0, bytesRead: 0, bytesWritten: 0 },
    network: { sent: 0, received: 0, linkSpeed: 0 },
    gpuPercent: 0,
    ...rest,
  };
}
