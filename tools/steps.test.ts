import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { conclude, runSteps, type Step } from './steps.ts';
import { failuresOf, tailOf } from './test-report.ts';

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impulse-steps-'));
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void said.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A vitest run over given test files. */
function planted(files: Record<string, string>): Step {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return {
    name: 'planted',
    tool: 'vitest',
    args: ['run', '--globals', '--root', folder],
    counted: true,
    env: { FORCE_COLOR: '1' },
  };
}

async function run(step: Step): Promise<{ text: string; code: number }> {
  const code = conclude(await runSteps([step], 1));
  return { text: said.join('\n'), code };
}

test('the one failed test of a long run is shown at the end with file, full name and message, and nothing else', async () => {
  const passing = Array.from({ length: 300 }, (_, n) => `test('passes ${n}', () => {});`).join('\n');
  const { text, code } = await run(
    planted({
      'many.test.js': passing,
      'crane.test.js':
        "describe('the crane', () => { test('lifts what it holds', () => expect('rope').toBe('chain')); });",
    }),
  );
  expect(code).toBe(1);
  expect(text).not.toContain('\u001B');
  expect(text).not.toContain('·'.repeat(10));
  expect(text).not.toContain('node_modules');
  expect(text.split('\n').length).toBeLessThan(25);
  const end = text.slice(text.indexOf('--- planted ---'));
  expect(end).toMatch(/FAIL .*crane\.test\.js\n\s+the crane lifts what it holds\n/);
  expect(end).toContain("expected 'rope' to be 'chain'");
  expect(text).toMatch(/\n300 passed, 1 failed$/);
});

test('a test that passes when retried is named, and the run passes', async () => {
  const step = planted({
    'crane.test.js': "let tries = 0; test('lifts', () => expect(++tries).toBe(2));",
  });
  const { text, code } = await run({ ...step, args: [...step.args, '--retry', '1'] });
  expect(code).toBe(0);
  expect(text).toMatch(/AGAIN .*crane\.test\.js\n\s+lifts\n\s+AssertionError: expected 1 to be 2/);
  expect(text).toMatch(/\n1 passed, 0 failed$/);
});

test('skipped parts are listed at the end with the reason, even if everything passed', async () => {
  const { text, code } = await run(
    planted({
      'desktop.test.js':
        "console.warn('\\n*** SKIPPED: the desktop, because there is no display. ***\\n'); test('runs', () => {}); test.skip('draws', () => {});",
    }),
  );
  expect(code).toBe(0);
  expect(text).toMatch(/\n\*\*\* SKIPPED: the desktop, because there is no display\. \*\*\*\n/);
  expect(text).toMatch(/\n1 passed, 0 failed, 1 skipped$/);
});

test('a file that cannot run is named with the reason', async () => {
  const { text, code } = await run(planted({ 'broken.test.js': "import './not-here.js';" }));
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL .*broken\.test\.js\n.*not-here\.js/);
});

test('a run without a report shows the end of its output', async () => {
  const { text, code } = await run({
    name: 'torn',
    tool: 'vitest',
    args: ['run', '--no-such-option'],
    counted: true,
  });
  expect(code).toBe(1);
  expect(text).toContain('--- torn ---');
  expect(text).toContain('Unknown option');
  expect(text).toMatch(/\n0 passed, 1 failed$/);
});

test('a long output is cut to its last lines, without colour codes', () => {
  const output = Array.from({ length: 1000 }, (_, n) => `\u001B[31mline ${n}\u001B[39m`).join('\n');
  const tail = tailOf(output);
  expect(tail).not.toContain('\u001B');
  expect(tail.startsWith('(940 lines before)\nline 940')).toBe(true);
  expect(tail.endsWith('line 999')).toBe(true);
});

test('a stack is cut to its line in the checkout', () => {
  const failure = [
    'AssertionError: expected 1 to be 2',
    '    at inner (/checkout/node_modules/vitest/dist/chunk.js:1:2)',
    '    at /checkout/app/main/crane.test.ts:12:8',
    '    at run (/checkout/node_modules/vitest/dist/runner.js:3:4)',
  ].join('\n');
  const report = {
    numPassedTests: 0,
    numFailedTests: 1,
    numPendingTests: 0,
    testResults: [
      {
        name: '/checkout/app/main/crane.test.ts',
        status: 'failed',
        assertionResults: [{ fullName: 'the crane lifts', status: 'failed', failureMessages: [failure] }],
      },
    ],
  };
  expect(failuresOf(report, '/checkout')).toEqual([
    [
      'FAIL  app/main/crane.test.ts',
      '      the crane lifts',
      '      AssertionError: expected 1 to be 2',
      '      at app/main/crane.test.ts:12:8',
    ].join('\n'),
  ]);
});
