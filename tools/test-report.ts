import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';

const MAX_MESSAGE_LINES = 40;
const MAX_TAIL_LINES = 60;
const MAX_LINE = 400;

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
/** The report of vitest's JSON reporter on a run. */
export type TestReport = z.infer<typeof Report>;

/** The report at `path`, or null if the run aborted before it was written. */
export function readReport(path: string): TestReport | null {
  try {
    return Report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Every failed test of a run as file, full name and message, and every file that could not run. The stack is
 * cut to its line in the checkout.
 *
 * @param root the checkout, to which paths are shown relative.
 */
export function failuresOf(report: TestReport, root: string): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name).replaceAll('\\', '/');
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') {
      return [`FAIL  ${file}\n${indented(plainMessage(message ?? 'It could not be run.', root))}`];
    }
    return failed.map(({ fullName, failureMessages }) => {
      const said = (failureMessages ?? []).map((text) => plainMessage(text, root)).join('\n');
      return `FAIL  ${file}\n      ${fullName}\n${indented(said)}`;
    });
  });
}

/** Flaky tests, which failed first and passed when retried, with their messages. */
export function waveringOf(report: TestReport, root: string): string[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && (failureMessages ?? []).length > 0)
      .map(({ fullName, failureMessages }) => {
        const file = relative(root, name).replaceAll('\\', '/');
        return `AGAIN ${file}\n      ${fullName}\n${indented(plainMessage(failureMessages![0]!, root))}`;
      }),
  );
}

/** The last lines of a tool's output, without colour codes. */
export function tailOf(output: string): string {
  const lines = plain(output).trimEnd().split('\n');
  const left = lines.length - MAX_TAIL_LINES;
  const tail = lines.slice(-MAX_TAIL_LINES).map(cut).join('\n');
  return left > 0 ? `(${left} lines before)\n${tail}` : tail;
}

/** Text without terminal control sequences. */
export const plain = (text: string): string => stripVTControlCharacters(text).replaceAll('\r', '');

function plainMessage(text: string, root: string): string {
  const lines = plain(text).split('\n');
  const isFrame = (line: string) => /^\s+at .+:\d+:\d+\)?$/.test(line);
  const own = lines.find(
    (line) => isFrame(line) && line.includes(root) && !/[\\/]node_modules[\\/]/.test(line),
  );
  const said = lines.filter((line) => !isFrame(line));
  const shown = said.slice(0, MAX_MESSAGE_LINES).map(cut);
  if (said.length > shown.length) shown.push(`(${said.length - shown.length} more lines)`);
  if (own !== undefined) shown.push(own.trim().replaceAll('file://', '').replaceAll(`${root}/`, ''));
  return shown.join('\n').trimEnd();
}

const cut = (line: string) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line);
const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '      ');
