import { defineConfig } from 'vitest/config';

/** Messages say what was there and not only “[ …(3) ]”: at the end of `npm test` they stand without a diff. */
const chaiConfig = { truncateThreshold: 300 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          chaiConfig,
          include: [
            'src-shared/**/*.test.ts',
            'src-main/**/*.test.ts',
            'src-renderer/**/*.test.ts',
            'e2e/demo/**/*.test.ts',
            'e2e/bench/**/*.test.ts',
            'e2e/bench-ui/**/*.test.ts',
            'e2e/lab/protocol-checks.test.ts',
          ],
          exclude: ['**/*.loopback.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'loopback',
          chaiConfig,
          include: ['src-main/**/*.loopback.test.ts', 'e2e/loopback/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'lab',
          chaiConfig,
          include: ['e2e/lab/**/*.test.ts'],
          exclude: ['e2e/lab/protocol-checks.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'interop',
          chaiConfig,
          include: ['e2e/interop/**/*.test.ts'],
          // Each file has a lab of its own, and mostly waits.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
