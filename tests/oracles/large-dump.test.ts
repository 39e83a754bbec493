// A dump of more than 4 GiB, in Node and in the browser's private file system. `npm run soak` is the same of 20 GiB.
import { expect, it } from 'vitest';
import { describeWithTool } from '../support/tools.js';
import { measureLargeDump } from '../soak/large-dump.mjs';

const GIB = 2 ** 30;

describeWithTool('chromium', 'a dump of more than 4 GiB', () => {
  it('has the same bytes in Node and in Chromium, and neither holds much of it in memory', async () => {
    const { node, browser } = await measureLargeDump('workstation', '4608 MiB');
    expect(node.bytes).toBeGreaterThan(4 * GIB);
    expect({ bytes: browser.bytes, sha256: browser.sha256 }).toEqual({
      bytes: node.bytes,
      sha256: node.sha256,
    });
    expect(node.residentBytes).toBeLessThanOrEqual(GIB);
    expect(browser.residentBytes).toBeLessThanOrEqual(GIB);
  });
});
