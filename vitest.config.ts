import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['app/**/*.test.ts', 'app/**/*.test.tsx', 'tools/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // Where nobody watches, a test that wavers is tried once more, and named at the end of the run.
    retry: process.env['CI'] ? 1 : 0,
  },
});
