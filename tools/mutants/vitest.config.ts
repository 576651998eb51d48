import { defineConfig } from 'vitest/config';

/** The tests of one room alone: with all tests that reach its code, each mutant would take minutes. */
export default defineConfig({
  test: {
    include: process.env['IMPULSE_MUTANTS_TESTS']?.split(',') ?? [],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
