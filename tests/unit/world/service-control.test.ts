import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { servicesOf } from '../../../sim/world/services.js';

let machine: LabMachine;

const hostsOf = (name: string) =>
  machine.stage.processes.filter(
    ({ spec, exitTime }) => exitTime === undefined && spec.services.some(([service]) => service === name),
  );

function expectWhole(ms = 0): void {
  if (ms > 0) machine.advance(ms);
  const result = machine.check();
  expect(result.ok ? '' : result.message).toBe('');
}

describe('services', () => {
  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 7 });
  });

  it('one with a process of its own stops with it and starts in another', () => {
    const [before] = hostsOf('Spooler');
    expect(machine.control('Spooler', 'stop')).toBe('done');
    expect(hostsOf('Spooler')).toEqual([]);
    expect(before!.exitTime).toBeDefined();
    expect(servicesOf(machine.stage).map(({ name }) => name)).toContain('Spooler');
    expect(machine.control('Spooler', 'stop')).toBe('stopped');
    expectWhole();
    expect(machine.control('Spooler', 'start')).toBe('done');
    const [after] = hostsOf('Spooler');
    expect([after!.name, after!.user, after!.sessionId]).toEqual([
      before!.name,
      before!.user,
      before!.sessionId,
    ]);
    expect(after!.pid).toBeGreaterThan(before!.pid);
    expect(machine.control('Spooler', 'start')).toBe('running');
    expectWhole(5000);
  });

  it('a host that runs several goes on without one, and ends with the last', () => {
    const host = machine.stage.processes.find(
      ({ spec, program, exitTime }) =>
        exitTime === undefined &&
        spec.services.length > 1 &&
        program.protection === 0 &&
        !spec.traits.includes('critical'),
    )!;
    const names = host.spec.services.map(([name]) => name);
    for (const name of names.slice(1)) {
      expect(machine.control(name, 'stop')).toBe('done');
      expect(host.exitTime).toBeUndefined();
    }
    expect(host.spec.services.map(([name]) => name)).toEqual(names.slice(0, 1));
    // It goes back to where it was.
    expect(machine.control(names[1]!, 'start')).toBe('done');
    expect(hostsOf(names[1]!)).toEqual([host]);
    expect(machine.control(names[1]!, 'stop')).toBe('done');
    expect(machine.control(names[0]!, 'stop')).toBe('done');
    expect(host.exitTime).toBeDefined();
    expectWhole(5000);
  });

  it('one that has never run starts in a host of its group', () => {
    expect(hostsOf('seclogon')).toEqual([]);
    expect(machine.control('seclogon', 'start')).toBe('done');
    const [host] = hostsOf('seclogon');
    expect(host!.spec.commandLine).toMatch(/-k netsvcs -p -s seclogon$/);
    const services = machine.stage.processes.find(({ name }) => name === 'services.exe')!;
    expect([host!.name, host!.parentPid, host!.user]).toEqual(['svchost.exe', services.pid, 'SYSTEM']);
    expect(machine.truth().processes.find(({ pid }) => pid === host!.pid)!.services).toEqual(['seclogon']);
    expectWhole();
  });

  it('restart gives another process', () => {
    const [before] = hostsOf('Themes');
    expect(machine.control('Themes', 'restart')).toBe('done');
    expect(hostsOf('Themes')[0]!.pid).toBeGreaterThan(before!.pid);
    expectWhole(60_000);
  });

  it('what Windows refuses is refused', () => {
    expect(machine.control('Spooler', 'stop', false)).toBe('denied');
    expect(machine.control('WinDefend', 'stop')).toBe('denied'); // protected
    expect(machine.control('RpcSs', 'stop')).toBe('not-stoppable');
    expect(machine.control('NoSuchService', 'start')).toBe('gone');
    expectWhole();
  });
});
