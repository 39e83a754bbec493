import { readProcess } from '../machine/process-readings.js';
import { beginProcess, NoMemoryError, type StartPlace } from './process-begin.js';
import { asksForDumps, mayChange, type ActionResult } from './process-control.js';
import { endProcess } from './process-end.js';
import type { ProcessSpec, Service } from './population.js';
import { servicesOf } from './services.js';
import type { StagedProcess } from './stage.js';
import { dealThreads } from './thread-mix.js';

/** What can be asked of a service. */
export type ServiceControl = 'start' | 'stop' | 'restart';

/**
 * `running` and `stopped`: it is that already; `not-stoppable`: its host is one that Windows cannot go on without;
 * `no-memory`: too little is left for its process.
 */
export type ServiceResult =
  Exclude<ActionResult, 'bug-check'> | 'running' | 'stopped' | 'not-stoppable' | 'no-memory';

/** Who runs services. */
const SERVICE_MANAGER = 'services.exe';
/** A host of a service that has not run before: the lab's choice. */
const HOST = { threadCount: 6, mix: 'service', handles: 190, privateMB: 2.4 };
const SVCHOST = 'svchost.exe';
const HOSTED = / \((\d+)\)$/;

/** The process that a service runs in. */
function hostOf({ stage }: StartPlace, name: string): StagedProcess | undefined {
  return stage.processes.find(
    ({ spec, exitTime }) => exitTime === undefined && spec.services.some(([service]) => service === name),
  );
}

/** Starts, stops or restarts a service, as an administrator may. A host that loses its last service ends. */
export function controlService(
  place: StartPlace,
  name: string,
  control: ServiceControl,
  administrator: boolean,
): ServiceResult {
  if (!administrator) return 'denied';
  if (control === 'start') return start(place, name);
  const stopped = stop(place, name);
  return stopped !== 'done' || control === 'stop' ? stopped : start(place, name);
}

function stop(place: StartPlace, name: string): ServiceResult {
  const { kernel, stage, schedule } = place;
  const host = hostOf(place, name);
  if (!host) return 'stopped';
  const reading = readProcess(kernel.core, host.address);
  if (!mayChange(kernel, reading, true)) return 'denied';
  if (reading.critical !== 0n) return 'not-stoppable';
  if (asksForDumps(host)) return 'needed';
  stage.stoppedServices.set(name, { spec: host.spec, pid: host.pid });
  if (host.spec.services.length > 1) {
    host.spec = withServices(
      host.spec,
      host.spec.services.filter(([service]) => service !== name),
    );
    return 'done';
  }
  return endProcess(kernel, stage, schedule, host, 0) === 0 ? 'done' : 'stuck';
}

function start(place: StartPlace, name: string): ServiceResult {
  const { kernel, stage } = place;
  if (hostOf(place, name)) return 'running';
  const info = servicesOf(stage).find((service) => service.name === name);
  const manager = stage.processes.find((process) => process.name === SERVICE_MANAGER);
  if (!info || !manager) return 'gone';
  const before = stage.stoppedServices.get(name);
  const service: Service = [info.name, info.displayName];
  // It shares its host with others again while those run.
  const host = stage.processes.find(
    ({ pid, exitTime }) => before !== undefined && pid === before.pid && exitTime === undefined,
  );
  if (host) {
    host.spec = withServices(host.spec, [...host.spec.services, service]);
    stage.stoppedServices.delete(name);
    return 'done';
  }
  if (!before && info.group === '') return 'gone'; // a program of its own that this machine does not have
  const spec = before?.spec ?? {
    ...HOST,
    program: SVCHOST,
    user: userOf(info.group),
    session: 0,
    threads: dealThreads(kernel.hardware)(HOST),
    commandLine: `C:\\Windows\\System32\\svchost.exe -k ${info.group} -p -s ${name}`,
  };
  try {
    beginProcess(place, { ...spec, session: spec.session ?? 0, services: [service] }, manager.pid);
  } catch (error) {
    if (error instanceof NoMemoryError) return 'no-memory';
    throw error;
  }
  stage.stoppedServices.delete(name);
  return 'done';
}

/** Account of the hosts of a group, as the groups' names say it. */
function userOf(group: string): string {
  if (/^LocalService/i.test(group)) return 'LOCAL SERVICE';
  return /^NetworkService/i.test(group) ? 'NETWORK SERVICE' : 'SYSTEM';
}

/** The same host with other services; Task Manager tells how many there are, from two on. */
function withServices(spec: ProcessSpec, services: readonly Service[]): ProcessSpec {
  const { description } = spec;
  if (description === undefined) return { ...spec, services };
  const title = description.replace(HOSTED, '');
  return { ...spec, services, description: services.length > 1 ? `${title} (${services.length})` : title };
}
