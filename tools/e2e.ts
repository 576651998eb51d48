import { resolve } from 'node:path';
import { build } from './build.ts';
import { ensureChromium } from './chromium.ts';
import { ensureCoturn } from './coturn.ts';
import { conclude, runSteps, type StepResult } from './steps.ts';

/** End-to-end tests in a real browser against the built program: `npm run e2e [-- FILTER]`. */
export async function runEndToEnd(filters: readonly string[] = []): Promise<StepResult[]> {
  const chromium = ensureChromium();
  if (chromium === null) return [failed('browser', 'No browser.')];
  ensureCoturn();
  try {
    await build({ root: resolve(import.meta.dirname, '..') });
  } catch (error) {
    return [failed('build', error instanceof Error ? error.message : String(error))];
  }
  const args = ['run', '--config', 'e2e/vitest.config.ts', ...filters];
  return runSteps(
    [{ name: 'end to end', tool: 'vitest', args, counted: true, env: { IMPULSE_CHROMIUM: chromium } }],
    1,
  );
}

function failed(name: string, details: string): StepResult {
  console.log(`FAIL  ${name}`);
  return { name, ok: false, seconds: 0, passed: 0, failed: 1, skipped: 0, remarks: [], details };
}

if (import.meta.main) process.exitCode = conclude(await runEndToEnd(process.argv.slice(2)));
