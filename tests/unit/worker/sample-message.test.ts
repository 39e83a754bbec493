import { expect, test } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { SampleReader, SampleWriter } from '../../../sim/worker/sample-message.js';
import { Sampler } from '../../../sim/worker/sampler.js';

test('a reading comes out of its messages as it went in, and who was sent is not sent again', async () => {
  const machine = await createMachine({ machine: 'tiny' });
  const sampler = new Sampler(machine);
  const writer = new SampleWriter();
  const reader = new SampleReader();
  const newcomers: number[] = [];
  const read = () => {
    const sample = sampler.sample();
    const message = structuredClone(writer.write(sample));
    newcomers.push(message.newcomers.length);
    expect(reader.read(message)).toEqual(sample);
    return sample;
  };

  const { processes } = read();
  machine.advance(1500);
  read();
  const { pid } = processes.find(
    ({ pid }) => pid > 4 && machine.act(pid, { do: 'efficiency', on: true }) === 'done',
  )!;
  expect(read().processes.find((row) => row.pid === pid)?.throttled).toBe(true);
  expect(newcomers).toEqual([processes.length + 1, 0, 0]); // the Idle process is on no list
});

test('who takes the process ID of another is somebody else', async () => {
  const sample = new Sampler(await createMachine({ machine: 'tiny' })).sample();
  const other = { ...sample.processes[3]!, imageName: 'other.exe' };
  const later = { ...sample, processes: sample.processes.with(3, other) };
  const writer = new SampleWriter();
  const reader = new SampleReader();
  reader.read(writer.write(sample));
  expect(reader.read(writer.write(later))).toEqual(later);
});
