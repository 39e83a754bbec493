// Machines as they come must agree with themselves: after boot, in every scenario, and after time has passed.
import { describe, expect, it, vi } from 'vitest';
import { createMachine, scenarioNames, type LabMachine } from '../../../sim/index.js';

const MINUTE = 60_000;
const STEP = 100; // ms, as the page lets time pass

vi.setConfig({ testTimeout: MINUTE });

/** What the check says: nothing when all is well. */
function complaint(machine: LabMachine): string {
  const result = machine.check();
  return result.ok ? '' : result.message;
}

const SLOW = 60_000; // a classroom on a busy computer

describe('everything agrees', () => {
  it.each([1, 2, 3, 4096])('on a tiny machine of seed %i after its boot', async (seed) => {
    expect(complaint(await createMachine({ machine: 'tiny', seed }))).toBe('');
  });

  it(
    'on a classroom machine after its boot, and all of it was looked at',
    async () => {
      const machine = await createMachine({ seed: 2 });
      const result = machine.check();
      expect(result.ok ? '' : result.message).toBe('');
      const { processes } = machine.stage;
      expect(result.visited).toMatchObject({
        modules: machine.kernel.loaded.modules.length,
        processes: processes.length,
        processors: machine.kernel.hardware.processors,
        frames: machine.kernel.core.exports.machineFrames(),
      });
      // Idle's threads have no client ids.
      const threads = processes.reduce(
        (sum, { threads, endedThreads }) => sum + threads.length + endedThreads.length,
        0,
      );
      expect(result.visited['threads']).toBe(threads + machine.kernel.hardware.processors);
      expect(result.visited['clientIds']).toBe(threads + processes.length);
    },
    SLOW,
  );

  /** What some scenarios do on purpose, by the rule that notices. */
  const onPurpose: Readonly<Record<string, string>> = { 'hidden-process': 'process-is-on-all-lists' };

  it.each(scenarioNames())('in the scenario %s, but for what it does on purpose', async (scenario) => {
    const result = (await createMachine({ machine: 'tiny', scenario })).check();
    expect(result.ok ? undefined : result.rule, result.ok ? '' : result.message).toBe(onPurpose[scenario]);
  });

  it('after a minute has passed', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 5 });
    for (let ms = 0; ms < MINUTE; ms += STEP) machine.advance(STEP);
    expect(complaint(machine)).toBe('');
  });

  it('during and after a capture', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 6 });
    machine.capture();
    expect(complaint(machine)).toBe('');
    machine.endCapture();
    machine.advance(STEP);
    expect(complaint(machine)).toBe('');
  });

  it('and looking changes nothing', async () => {
    const [looked, other] = [
      await createMachine({ machine: 'tiny', seed: 7 }),
      await createMachine({ machine: 'tiny', seed: 7 }),
    ];
    looked.check();
    const [a, b] = [looked.capture(), other.capture()];
    expect(a.bytes).toBe(b.bytes);
    for (let chunk = a.next(); chunk; chunk = a.next())
      expect(Buffer.compare(Buffer.from(chunk), Buffer.from(b.next()!))).toBe(0);
  });
});
