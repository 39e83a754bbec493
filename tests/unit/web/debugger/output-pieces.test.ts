import { describe, expect, it } from 'vitest';
import { OutputPieces } from '../../../../web/debugger/worker/output-pieces.js';

describe('output on its way to the page', () => {
  it('is all there before an answer that waits for it', async () => {
    const taken: string[] = [];
    const pieces = new OutputPieces(async (text) => {
      // As a message that is on its way for a while.
      await new Promise((resolve) => setTimeout(resolve, 20));
      taken.push(text);
    });
    pieces.add('a'.repeat(0x10000));
    pieces.add('the rest\n');
    await pieces.flush();
    expect(taken.join('').length).toBe(0x10000 + 9);
    await pieces.flush(); // nothing waits
    expect(taken.length).toBe(2);
  });
});
