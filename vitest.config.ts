import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    projects: [
      // Some boot a whole desktop, and a busy computer takes its time for that.
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        // Hostile files must not take much memory: a process of its own that has little.
        test: {
          name: 'fuzz',
          include: ['tests/fuzz/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
          pool: 'forks',
          execArgv: ['--max-old-space-size=384'],
        },
      },
      {
        // Other people's programs judge what we write. One at a time: they share a Wine prefix and two cores. Some read
        // every stack of a whole desktop, or write hundreds of MiB in a browser; the limit is for what hangs.
        test: {
          name: 'oracles',
          include: ['tests/oracles/**/*.test.ts'],
          testTimeout: 15 * MINUTE,
          hookTimeout: 15 * MINUTE,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: 2 * MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
