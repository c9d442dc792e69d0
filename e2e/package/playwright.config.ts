import { defineConfig } from '@playwright/test';

/** Needs `npm run package` first; on a machine without a screen, run it under xvfb-run. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results/package',
  workers: 1,
  fullyParallel: false,
  reporter: 'list',
  timeout: 90_000,
  expect: { timeout: 15_000 },
});
