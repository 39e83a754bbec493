import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';

const GIB = 2 ** 30;
/** What LeechCore takes. */
const FARTHEST_FIRST_PAGE = 16 * 2 ** 20;
const MOST_BITS = 0x7fffffff;

describe('dumps of machines with very much memory', () => {
  it.each([512 * GIB, 1024 * GIB])(
    'have their first page where every reader takes it: %d bytes',
    async (memory) => {
      const machine = await createMachine({ machine: 'tiny', memory, seed: 1 });
      const capture = machine.capture({ userPages: true });
      const header = Buffer.from(capture.next()!);
      const [firstPage, pages, bits] = [0x2020, 0x2028, 0x2030].map((at) =>
        Number(header.readBigUInt64LE(at)),
      );
      expect(firstPage! % 4096).toBe(0);
      expect(firstPage).toBeLessThanOrEqual(FARTHEST_FIRST_PAGE);
      expect(firstPage).toBeGreaterThanOrEqual(0x2038 + bits! / 8);
      expect(bits! % 64).toBe(0);
      expect(bits).toBeLessThanOrEqual(MOST_BITS);
      expect(pages).toBe(capture.pages);
      expect(capture.bytes).toBe(firstPage! + pages! * 4096);
      expect(capture.bytes).toBeGreaterThan(4 * GIB);
      // The bitmap is cut after the last page, not before it.
      let set = 0;
      const file = [header];
      for (let length = header.length; length < firstPage!;) {
        const chunk = Buffer.from(capture.next()!);
        file.push(chunk);
        length += chunk.length;
      }
      machine.endCapture();
      const bitmap = Buffer.concat(file).subarray(0x2038, 0x2038 + bits! / 8);
      for (const byte of bitmap) for (let rest = byte; rest !== 0; rest &= rest - 1) set++;
      expect(set).toBe(pages);
    },
  );
});
