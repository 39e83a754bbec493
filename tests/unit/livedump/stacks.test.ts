import { describe, expect, it } from 'vitest';
import { createMachine, type Capture, type LabMachine } from '../../../sim/index.js';
import { fileOf, framesIn } from './file.js';

const classroom = await createMachine({ machine: 'classroom', seed: 2 });
const tiny = await createMachine({ machine: 'tiny', seed: 4 });

function capture(machine: LabMachine, options: Parameters<LabMachine['capture']>[0]): Capture {
  const made = machine.capture(options);
  machine.endCapture();
  return made;
}

describe('kernel stacks dump', () => {
  it('is at most 15 % of the full dump', () => {
    const [stacks, full] = [capture(classroom, { kind: 'stacks' }), capture(classroom, {})];
    expect(stacks.bytes).toBeLessThanOrEqual(0.15 * full.bytes);
  });

  it('holds the required and the important set, and nothing else', () => {
    const { contents, pages } = capture(classroom, { kind: 'stacks' });
    const taken = contents.filter(({ captured }) => captured > 0);
    expect(taken.map(({ name }) => name)).toEqual(['required', 'important']);
    for (const kind of taken) expect(kind.captured).toBe(kind.pages);
    expect(taken.reduce((sum, { captured }) => sum + captured, 0)).toBe(pages);
  });

  it('holds the same bytes as the full dump where both have a page', () => {
    const machine = tiny;
    const stacks = fileOf(machine.capture({ kind: 'stacks' }));
    machine.endCapture();
    const full = fileOf(machine.capture());
    machine.endCapture();
    const inFull = framesIn(full);
    for (const [pfn, offset] of framesIn(stacks)) {
      const other = inFull.get(pfn);
      expect(other, `frame ${pfn}`).toBeDefined();
      expect(stacks.compare(full, other, other! + 4096, offset, offset + 4096), `frame ${pfn}`).toBe(0);
    }
    expect(stacks.readUInt32LE(0xf98)).toBe(6);
    expect(stacks.readUInt32LE(0x1050)).toBe(0x410);
  });
});
