import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    exclude: ['e2e/sample-feature/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Where nobody watches, a test that wavers is tried once more, and named at the end of the run.
    retry: process.env['CI'] ? 1 : 0,
    // Browsers and nodes are heavy; one journey at a time keeps their timing honest.
    fileParallelism: false,
  },
});
