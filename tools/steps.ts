import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { failuresOf, plain, readReport, tailOf, waveringOf, type TestReport } from './test-report.ts';

const root = resolve(import.meta.dirname, '..');

/** One check: a tool in node_modules/.bin with its arguments. */
export interface Step {
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** Whether the step is a vitest run, whose tests are counted. */
  readonly counted?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Lines that a step printed between three stars: what was skipped and why. */
  readonly remarks: readonly string[];
  /** The details of a failure: the failed tests or the tool's output; else empty. */
  readonly details: string;
}

/**
 * Runs steps, `width` at a time, and prints one line for each as it ends; {@link conclude} prints the
 * failures.
 */
export async function runSteps(steps: readonly Step[], width: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

async function runStep({ name, tool, args, counted = false, env = {} }: Step): Promise<StepResult> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'impulse-step-'));
  const report = join(folder, 'report.json');
  const more = counted ? ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`] : [];
  const { code, output } = await run(tool, [...args, ...more], env);
  const seconds = (performance.now() - startedAt) / 1000;
  const tests = counted ? readReport(report) : null;
  rmSync(folder, { recursive: true, force: true });
  const ok = code === 0;
  return {
    name,
    ok,
    seconds,
    remarks: remarksIn(output),
    details: [
      ...(ok ? [] : [detailsOf(output, counted, tests)]),
      ...(tests === null ? [] : waveringOf(tests, root)),
    ].join('\n\n'),
    passed: tests?.numPassedTests ?? (ok ? 1 : 0),
    // An aborted run counts as a failure even if no test failed.
    failed: tests ? Math.max(tests.numFailedTests, ok ? 0 : 1) : ok ? 0 : 1,
    skipped: tests?.numPendingTests ?? 0,
  };
}

const remarksIn = (output: string) => [...new Set(plain(output).match(/^\*\*\* .+ \*\*\*$/gm))];

/** The failed tests or, if there are none, the end of the output. */
function detailsOf(output: string, counted: boolean, report: TestReport | null): string {
  if (!counted) return plain(output).trim();
  const failures = report === null ? [] : failuresOf(report, root);
  return failures.length > 0 ? failures.join('\n\n') : tailOf(output);
}

function run(tool: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; output: string }>((done) => {
    const windows = process.platform === 'win32';
    const file = join(root, 'node_modules', '.bin', windows ? `${tool}.cmd` : tool);
    const child = spawn(file, args, {
      cwd: root,
      shell: windows,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...surroundings(), ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => (output += part));
    }
    child.once('error', (error) =>
      done({ code: 1, output: `${tool} could not be started: ${error.message}` }),
    );
    child.once('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** Turns colour codes off if the output is a file or a pipe. */
function surroundings(): NodeJS.ProcessEnv {
  if (process.stdout.isTTY) return process.env;
  const { FORCE_COLOR: _forced, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
}

function lineOf({ name, ok, seconds, passed, failed, skipped }: StepResult): string {
  const tests = passed + failed > 1 ? `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}` : '';
  const left = skipped > 0 ? `${skipped} skipped` : '';
  const counts = [tests, left].filter((part) => part !== '').join(', ');
  return `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${counts}`.trimEnd();
}

/**
 * Prints the end of a run: failed and flaky tests with their messages, then the last line, `N passed, N
 * failed`. Returns the exit code.
 */
export function conclude(results: readonly StepResult[]): number {
  const sum = (of: (result: StepResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  for (const remark of results.flatMap(({ remarks }) => remarks)) console.log(`\n${remark}`);
  const broken = results.filter(({ ok }) => !ok);
  for (const { name, details } of results) if (details !== '') console.log(`\n--- ${name} ---\n\n${details}`);
  if (broken.length > 0) console.log(`\nFailed: ${broken.map(({ name }) => name).join(', ')}`);
  const skipped = sum((result) => result.skipped);
  console.log(
    `\n${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return broken.length === 0 ? 0 : 1;
}
