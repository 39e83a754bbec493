import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';

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
    cpuPercent: 0,
    memory: 0,
    disk: 0,
    network: 0,
    gpuPercent: 0,
    threads: 1,
    canEnd: true,
    imagePath: `C:\\Lab\\${imageName}`,
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
  };
}
