import { describe, expect, it } from 'vitest';
import { LatestProgress } from '../../../sim/worker/latest-progress.js';
import type { CaptureProgress } from '../../../sim/worker/sim-api.js';

function at(bytesDone: number): CaptureProgress {
  return { phase: 'write', pagesDone: 0, pagesTotal: 0, bytesDone, bytesTotal: 100 };
}

/** A page that hears one number at a time and says itself when it wants the next. */
function slowPage() {
  const heard: number[] = [];
  let ready = () => {};
  const tell = ({ bytesDone }: CaptureProgress) => {
    heard.push(bytesDone);
    return new Promise<void>((resolve) => (ready = resolve));
  };
  const wantsMore = async () => {
    ready();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { heard, tell, wantsMore };
}

describe('the progress of a dump', () => {
  it('leaves out what was superseded while the page was busy', async () => {
    const { heard, tell, wantsMore } = slowPage();
    const progress = new LatestProgress(tell);
    for (const bytes of [1, 2, 3]) progress.set(at(bytes));
    expect(heard).toEqual([1]);
    await wantsMore();
    expect(heard).toEqual([1, 3]);
    await wantsMore();
    progress.set(at(4));
    expect(heard).toEqual([1, 3, 4]);
  });

  it('says nothing after its end', async () => {
    const { heard, tell, wantsMore } = slowPage();
    const progress = new LatestProgress(tell);
    progress.set(at(1));
    progress.set(at(2));
    progress.end();
    await wantsMore();
    expect(heard).toEqual([1]);
  });
});
