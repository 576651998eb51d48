import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    exclude: ['e2e/sample-feature/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // In CI a failed test is retried once, and flaky tests are listed at the end of the run.
    retry: process.env['CI'] ? 1 : 0,
    // Browsers and nodes need much CPU time; files run one at a time to keep timings stable.
    fileParallelism: false,
  },
});
