import { expect, it } from 'vitest';
import type { Kernel } from '../../../sim/machine/machine.js';
import { smbiosData } from '../../../sim/world/registry/smbios.js';

const GB = 1024 ** 3;
/** Of DSP0134, 7.5 and 7.18: the type of a processor with its thread count, of a memory device with its size. */
const PROCESSOR = { type: 4, threads: 0x25 };
const MEMORY = { type: 17, size: 0x0c, large: 0x1c, isLarge: 0x7fff };

/** The formatted parts of a table, which texts with two zeros behind them follow. */
function partsOf(hex: string): Buffer[] {
  const table = Buffer.from(hex, 'hex').subarray(8);
  const parts: Buffer[] = [];
  for (let at = 0; at < table.length;) {
    const part = table.subarray(at, at + table[at + 1]!);
    parts.push(part);
    at = table.indexOf(Buffer.from([0, 0]), at + part.length) + 2;
  }
  return parts;
}

const tableOf = (memory: number, processors: number, nodes: number) =>
  partsOf(
    smbiosData({
      hardware: { memory, processors, nodes },
      profile: { system: { processorName: 'a processor', processorMHz: 2000 } },
    } as unknown as Kernel),
  );

it('tells of a package for each node, and of sizes that a word cannot hold', () => {
  const parts = tableOf(512 * GB, 48, 2);
  const processors = parts.filter(([type]) => type === PROCESSOR.type);
  expect(processors.map((part) => part[PROCESSOR.threads])).toEqual([24, 24]);
  const memory = parts.filter(([type]) => type === MEMORY.type);
  expect(memory.map((part) => part.readUInt16LE(MEMORY.size))).toEqual([MEMORY.isLarge, MEMORY.isLarge]);
  expect(memory.reduce((sum, part) => sum + part.readUInt32LE(MEMORY.large), 0)).toBe(512 * 1024);
});

it('tells of memory that does not part in two', () => {
  const sizes = tableOf(321 * 1024 * 1024, 2, 1)
    .filter(([type]) => type === MEMORY.type)
    .map((part) => part.readUInt16LE(MEMORY.size));
  expect(sizes).toEqual([161, 160]);
});
