import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    projects: [
      // Some boot a whole desktop, and a busy computer takes its time for that.
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/fuzz/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        // Other people's programs judge what we write. One at a time: they share a Wine prefix and two cores.
        test: {
          name: 'oracles',
          include: ['tests/oracles/**/*.test.ts'],
          testTimeout: 2 * MINUTE,
          hookTimeout: 3 * MINUTE,
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
