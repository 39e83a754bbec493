import { describe, expect, it } from 'vitest';
import { createMachine, LiveDumpError, type LabMachine } from '../../../sim/index.js';
import { fileOf, framesIn } from './file.js';

const PAGE = 4096;
const PARTIAL_KERNEL = 0x400;
const ATTRIBUTES = 0x1050;

const machine = await createMachine({ machine: 'tiny', seed: 4 });

/** Frames on each list, zeroed to bad. */
const lists = ({ kernel }: LabMachine): number[] =>
  [0, 1, 2, 3, 4, 5].map((list) => Number(kernel.core.exports.memoryFramesOn(list)));
const available = (of: LabMachine): number =>
  lists(of)
    .slice(0, 3)
    .reduce((sum, frames) => sum + frames);
const event = (of: LabMachine, id: number): Record<string, unknown> =>
  of.liveDumpEvents.events.findLast((entry) => entry.id === id)!.payload;

describe('the memory of the copy', () => {
  it('is off the lists while the dump is made, active and owned, and goes back', () => {
    const before = lists(machine);
    const capture = machine.capture({ userPages: true });
    const allocated = event(machine, 113)['AllocatedPages'] as number;
    expect(allocated).toBeGreaterThan(3000);
    const lent = before.slice(0, 3).reduce((sum, frames) => sum + frames) - available(machine);
    // Its page tables are mapped memory of the machine as well.
    expect(lent - allocated).toBeGreaterThan(0);
    expect(lent - allocated).toBeLessThan(allocated / 256);
    // The check holds every frame's PFN entry against the page tables, and the counters against the frames.
    expect(machine.check()).toMatchObject({ ok: true });
    fileOf(capture);
    expect(lists(machine)).toEqual(before);
    expect(machine.check()).toMatchObject({ ok: true });
  });

  it('is not in the dump', () => {
    const capture = machine.capture();
    expect(capture.pages).toBe(event(machine, 113)['EstimatedPages']);
    machine.endCapture();
  });

  it('leaves the same machine: a dump is the same after a larger one', () => {
    const before = fileOf(machine.capture());
    fileOf(machine.capture({ userPages: true }));
    expect(fileOf(machine.capture()).equals(before)).toBe(true);
  });
});

describe('with too little memory', () => {
  it('a dump is given up: event 5, nothing is taken', async () => {
    const own = await createMachine({ machine: 'tiny', seed: 4 });
    own.conditions = { availableMemory: '8 MiB' };
    let thrown: unknown;
    try {
      own.capture();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(LiveDumpError);
    expect(thrown).toMatchObject({
      situation: 'memoryPressure',
      message: expect.stringMatching(/needs .* MiB/),
    });
    expect(own.liveDumpEvents.events.slice(-2).map(({ id }) => id)).toEqual([5, 2]);
    expect(available(own)).toBe((8 * 2 ** 20) / PAGE);
    expect(own.check()).toMatchObject({ ok: true });
    own.conditions = {};
    expect(fileOf(own.capture()).length).toBeGreaterThan(20 * 2 ** 20);
    expect(own.check()).toMatchObject({ ok: true });
  });

  it.each(['3 MiB', '6 MiB', '9 MiB', '12 MiB'])(
    'a partial dump holds what matters most: %s',
    async (availableMemory) => {
      const own = await createMachine({ machine: 'tiny', seed: 4 });
      const whole = own.capture();
      own.endCapture();
      own.conditions = { availableMemory };
      const capture = own.capture({ abortIfMemoryPressure: false });
      expect(own.check()).toMatchObject({ ok: true });
      const file = fileOf(capture);
      expect(capture.pages).toBeLessThan(whole.pages);
      expect(file.readUInt32LE(ATTRIBUTES) & PARTIAL_KERNEL).toBe(PARTIAL_KERNEL);
      expect(framesIn(file).size).toBe(capture.pages);
      const of = (name: string) => capture.contents.find((kind) => kind.name === name)!;
      expect(of('required').captured).toBe(of('required').pages);
      // A class is only cut where all classes before it are whole.
      const groups = capture.contents.filter(({ pages, captured }) => pages > 0 && captured > 0);
      for (const { pages, captured } of groups.slice(0, -1)) expect(captured).toBe(pages);
      const { dump } = own.truth();
      expect(dump!.classes.flatMap(({ missing }) => missing).length).toBeGreaterThan(0);
      own.conditions = {};
      expect(fileOf(own.capture()).length).toBe(whole.bytes);
    },
  );

  it('without memory for what no dump can do without there is none, not even a partial one', async () => {
    const own = await createMachine({ machine: 'tiny', seed: 4 });
    own.conditions = { availableMemory: '2 MiB' };
    const neededFor = (abortIfMemoryPressure: boolean): number => {
      try {
        own.capture({ abortIfMemoryPressure });
      } catch (error) {
        return Number(/It needs ([\d.]+) MiB/.exec((error as Error).message)?.[1]);
      }
      throw new Error('the dump succeeded');
    };
    // The whole dump needs more than the pages that it cannot do without, of which the refusal tells.
    expect(neededFor(false)).toBeLessThan(neededFor(true) / 2);
    expect(() => own.capture({ abortIfMemoryPressure: false })).toThrow(
      expect.objectContaining({ status: 'STATUS_NO_MEMORY' }),
    );
    expect(own.liveDumpEvents.events.slice(-2).map(({ id }) => id)).toEqual([116, 2]);
    expect(own.check()).toMatchObject({ ok: true });
    own.conditions = {};
    expect(fileOf(own.capture()).length).toBeGreaterThan(20 * 2 ** 20);
  });

  it('smaller budgets make smaller dumps', async () => {
    const own = await createMachine({ machine: 'tiny', seed: 4 });
    const pages = ['6 MiB', '9 MiB', '12 MiB'].map((availableMemory) => {
      own.conditions = { availableMemory };
      const capture = own.capture({ abortIfMemoryPressure: false });
      own.endCapture();
      return capture.pages;
    });
    expect(pages[0]).toBeLessThan(pages[1]!);
    expect(pages[1]).toBeLessThan(pages[2]!);
  });

  it('says what the machine cannot be brought to', () => {
    for (const [availableMemory, said] of [
      ['1 GiB', /has only/],
      ['64 KiB', /cannot do with less/],
    ] as const) {
      machine.conditions = { availableMemory };
      expect(() => machine.capture()).toThrow(said);
      expect(machine.isDumping).toBe(false);
    }
    machine.conditions = {};
    expect(fileOf(machine.capture()).length).toBeGreaterThan(0);
  });
});
