import { describe, expect, it } from 'vitest';
import { findSize, hardwareOf, sizeNames, type SizeName } from '../../../sim/machine/size.js';
import { findArchetype } from '../../../sim/world/archetypes.js';
import { populationOf } from '../../../sim/world/population.js';
import { findProgram } from '../../../sim/world/programs.js';

const population = (name: SizeName) => populationOf(findSize(name), hardwareOf(findSize(name)));
const living = (name: SizeName) =>
  population(name).filter(({ traits }) => !traits.includes('gone') && !traits.includes('exited'));
const threadsOf = (threads: Readonly<Record<string, number | undefined>>) =>
  Object.values(threads).reduce<number>((sum, count) => sum + count!, 0);

describe('sizes of machines', () => {
  it.each([
    ['tiny', 12, 16, 100, 400],
    ['classroom', 130, 200, 1500, 2600],
    ['workstation', 300, 600, 5000, 9000],
    ['server', 300, 1500, 10000, 20000],
  ] as const)('%s: %i to %i processes, %i to %i threads', (name, processes, most, threads, mostThreads) => {
    const all = living(name);
    expect(all.length).toBeGreaterThanOrEqual(processes);
    expect(all.length).toBeLessThanOrEqual(most);
    const count = all.reduce((sum, spec) => sum + threadsOf(spec.threads), 0);
    expect(count).toBeGreaterThanOrEqual(threads);
    expect(count).toBeLessThanOrEqual(mostThreads);
  });

  it('fit their programs into their memory', () => {
    for (const name of sizeNames()) {
      const size = findSize(name);
      const wanted = living(name).reduce((sum, { privateMB }) => sum + privateMB, 0);
      expect(wanted, name).toBeLessThan(0.7 * size.leastMemoryMB);
    }
  });

  it('refuse hardware that they cannot have', () => {
    const tiny = findSize('tiny');
    expect(() => hardwareOf(tiny, 32 * 2 ** 20)).toThrow(/64 MiB to 1024 GiB.*32 MiB/);
    expect(() => hardwareOf(tiny, 2 ** 26 + 1)).toThrow(/whole number of MiB/);
    expect(() => hardwareOf(tiny, undefined, 65)).toThrow(/1 to 64 processors, not 65/);
    expect(() => findSize('toString')).toThrow(/no machine "toString".*tiny, classroom/);
  });
});

describe.each(sizeNames())('the population of a %s machine', (name) => {
  const all = population(name);

  it('knows each program, archetype and parent before it needs them', () => {
    const known = new Set<string>();
    for (const { program, as, parent, threads } of all) {
      expect(findProgram(program).description).not.toBe('');
      for (const archetype of Object.keys(threads)) findArchetype(archetype);
      if (parent !== undefined) expect(known, `parent of ${as ?? program}`).toContain(parent);
      known.add(as ?? program);
    }
  });

  it('starts one process after the other', () => {
    const times = all.map(({ startsAt }) => startsAt);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThan(10801);
  });

  it('has the kernel start first, without a session', () => {
    expect(all[0]!.program).toBe('System');
    const without = all.filter(({ session }) => session === undefined).map(({ program }) => program);
    expect(without).toEqual(expect.arrayContaining(['System', 'Registry', 'smss.exe']));
    expect(without).not.toContain('csrss.exe');
  });

  it('fills in every name', () => {
    for (const spec of all)
      expect(JSON.stringify({ ...spec, user: '', commandLine: '' })).not.toMatch(/%[A-Z]+%/);
  });
});

describe('a classroom', () => {
  const all = living('classroom');

  it('hosts services in about half of its processes, each service once', () => {
    const hosts = all.filter(({ program }) => program === 'svchost.exe');
    expect(hosts.length).toBeGreaterThan(70);
    for (const { services, commandLine, as } of hosts) {
      expect(services.length, as).toBeGreaterThan(0);
      expect(commandLine, as).toMatch(/svchost\.exe -k \w+/);
    }
    const names = all.flatMap(({ services }) => services.map(([service]) => service));
    expect(new Set(names).size).toBe(names.length);
  });

  it('has most threads wait for work from their pools', () => {
    const counts = new Map<string, number>();
    for (const { threads } of all)
      for (const [name, count] of Object.entries(threads)) counts.set(name, (counts.get(name) ?? 0) + count!);
    const total = [...counts.values()].reduce((sum, count) => sum + count);
    const share = (name: string) => counts.get(name)! / total;
    expect(share('tpworker')).toBeGreaterThan(0.28);
    expect(share('tpworker')).toBeLessThan(0.48);
    expect(share('nwfso')).toBeGreaterThan(0.08);
    const chains = new Set([...counts.keys()].map((name) => findArchetype(name).stack.join()));
    expect(chains.size).toBeGreaterThanOrEqual(25);
  });
});
