import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';

const root = resolve(import.meta.dirname, '..');

/** One check: a tool of node_modules/.bin with its arguments. */
export interface Step {
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** A vitest run, whose tests are counted one by one. */
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
  readonly output: string;
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
});

/** Runs steps, `width` at a time, and says one line of each as it ends; what a failed one printed follows. */
export async function runSteps(steps: readonly Step[], width: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(lineOf(result));
      if (!result.ok) console.log(`\n${result.output.trim()}\n`);
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
    output,
    passed: tests?.numPassedTests ?? (ok ? 1 : 0),
    // A run that broke off counts as a failure even where no test did.
    failed: tests ? Math.max(tests.numFailedTests, ok ? 0 : 1) : ok ? 0 : 1,
    skipped: tests?.numPendingTests ?? 0,
  };
}

function readReport(path: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function run(tool: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; output: string }>((done) => {
    const windows = process.platform === 'win32';
    const file = join(root, 'node_modules', '.bin', windows ? `${tool}.cmd` : tool);
    const child = spawn(file, args, {
      cwd: root,
      shell: windows,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
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

function lineOf({ name, ok, seconds, passed, failed, skipped }: StepResult): string {
  const tests = passed + failed > 1 ? `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}` : '';
  const left = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${tests}${left}`.trimEnd();
}

/** The last line of a run, `N passed, N failed`; the exit code with it. */
export function conclude(results: readonly StepResult[]): number {
  const sum = (of: (result: StepResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const broken = results.filter(({ ok }) => !ok).map(({ name }) => name);
  if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`);
  const skipped = sum((result) => result.skipped);
  console.log(
    `\n${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return broken.length === 0 ? 0 : 1;
}
