import { afterEach, describe, expect, it } from 'vitest';
import { createMachine, LiveDumpError, type CaptureOptions } from '../../../sim/index.js';
import { fileOf } from './file.js';

const machine = await createMachine({ machine: 'tiny', seed: 2 });
const whole = fileOf(machine.capture());
const MIB = 2 ** 20;

afterEach(() => {
  // Whatever failed: the machine is unharmed, and the next dump works and is the same.
  machine.conditions = {};
  expect(machine.isDumping).toBe(false);
  expect(machine.check()).toMatchObject({ ok: true });
  expect(fileOf(machine.capture()).equals(whole)).toBe(true);
});

function attempt(options: CaptureOptions = {}): LiveDumpError {
  const before = machine.liveDumpEvents.events.length;
  try {
    fileOf(machine.capture(options));
  } catch (error) {
    expect(error).toBeInstanceOf(LiveDumpError);
    const logged = machine.liveDumpEvents.events.slice(before);
    if (logged.length > 0) {
      const { code } = error as LiveDumpError;
      expect(logged[0]!.id).toBe(1);
      expect(logged.at(-1)).toMatchObject({
        id: 2,
        payload: { NTStatus: `0x${code.toString(16).toUpperCase()}` },
      });
    }
    return error as LiveDumpError;
  }
  throw new Error('the dump succeeded');
}

const lastIds = (count: number): number[] => machine.liveDumpEvents.events.slice(-count).map(({ id }) => id);

describe('a live dump fails', () => {
  it('for a standard user, and nothing is logged', () => {
    machine.conditions = { administrator: false };
    const { length } = machine.liveDumpEvents.events;
    expect(attempt().status).toBe('STATUS_PRIVILEGE_NOT_HELD');
    expect(machine.liveDumpEvents.events).toHaveLength(length);
  });

  it('where a policy forbids it', () => {
    machine.conditions = { disabledByPolicy: true };
    expect(attempt()).toMatchObject({ status: 'STATUS_NOT_SUPPORTED', code: 0xc00000bb });
    expect(lastIds(2)).toEqual([1, 2]);
  });

  it('with flags that the machine does not support', () => {
    for (const options of [{ compressPages: true }, { dumpStorageStack: true }])
      expect(attempt(options).status).toBe('STATUS_NOT_SUPPORTED');
  });

  it('when a processor does not come to rest, and the others go on', () => {
    machine.conditions = { stuckProcessor: 1 };
    expect(attempt()).toMatchObject({
      situation: 'timeout',
      message: expect.stringContaining('Processor 1'),
    });
    expect(lastIds(4)).toEqual([104, 121, 105, 2]);
  });

  it('on a disk that is full', () => {
    machine.conditions = { freeDisk: '5 MiB' };
    expect(attempt().status).toBe('STATUS_DISK_FULL');
    expect(machine.liveDumpEvents.events.at(-2)).toMatchObject({
      id: 4,
      payload: { NTStatus: '0xC000007F', TotalBytes: 5 * MIB },
    });
  });

  it('on a disk that is too slow', () => {
    machine.conditions = { diskSpeed: '1 KiB' };
    expect(attempt()).toMatchObject({ situation: 'timeout', message: expect.stringContaining('slow') });
  });

  it('while another one is being made', () => {
    const first = machine.capture();
    try {
      machine.capture();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ status: 'STATUS_DEVICE_BUSY' });
    }
    fileOf(first);
  });
});

describe('a live dump is cancelled', () => {
  const steps = [...machine.requestDump().steps()].length;
  machine.endCapture();

  it.each(Array.from({ length: steps }, (_, index) => index + 1))('at step %i', (step) => {
    const dump = machine.requestDump();
    const phases = dump.steps();
    for (let taken = 0; taken < step; taken++) expect(phases.next().done).toBe(false);
    dump.cancel();
    expect(() => phases.next()).toThrow(expect.objectContaining({ status: 'STATUS_CANCELLED' }));
    expect(dump.isAtRest).toBe(false);
    expect(machine.liveDumpEvents.events.at(-1)).toMatchObject({ payload: { NTStatus: '0xC0000120' } });
  });

  it('while it is written', () => {
    const dump = machine.requestDump();
    for (const phase of dump.steps()) expect(phase).not.toBe('write');
    dump.capture!.next();
    dump.cancel();
    expect(() => dump.capture!.next()).toThrow(expect.objectContaining({ status: 'STATUS_CANCELLED' }));
    expect(() => dump.capture!.next()).toThrow('has ended');
  });

  it('by dropping it', () => {
    machine.capture().next();
    machine.endCapture();
    expect(machine.liveDumpEvents.events.slice(-2)).toMatchObject([
      { id: 4, payload: { NTStatus: '0xC0000120', TotalBytes: MIB } },
      { id: 2, payload: { NTStatus: '0xC0000120' } },
    ]);
  });

  it('before it began', () => {
    const { length } = machine.liveDumpEvents.events;
    machine.requestDump();
    machine.endCapture();
    expect(machine.liveDumpEvents.events).toHaveLength(length);
  });
});
