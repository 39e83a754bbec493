import data from './catalogue/services.json';
import type { Stage } from './stage.js';

/** A service as the service manager knows it. */
export interface ServiceInfo {
  /** `Dhcp`. */
  readonly name: string;
  /** `DHCP Client`. */
  readonly displayName: string;
  /** Group of the svchost that it runs in; empty for one with a program of its own. */
  readonly group: string;
}

const GROUP = / -k (\S+)/;

/** Every service of the machine, those that run in a process and those that do not, by name. */
export function servicesOf({ processes, stoppedServices }: Stage): ServiceInfo[] {
  const services = new Map<string, ServiceInfo>();
  for (const [group, members] of Object.entries(data.services))
    for (const [name, displayName] of Object.entries(members))
      services.set(name, { name, displayName, group });
  const running = processes.filter(({ exitTime }) => exitTime === undefined).map(({ spec }) => spec);
  for (const spec of [...[...stoppedServices.values()].map((stopped) => stopped.spec), ...running])
    for (const [name, displayName] of spec.services)
      services.set(name, { name, displayName, group: GROUP.exec(spec.commandLine ?? '')?.[1] ?? '' });
  return [...services.values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}
