import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { percentile } from './lib/numbers.ts';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const OUTPUT_BYTES = 16 * 1024 * 1024;

const Answer = z.object({
  figures: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
});

/** One figure of two commits: the median over the rounds, and how much worse the second is. */
interface Comparison {
  readonly bench: string;
  readonly figure: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** Above 0 the second commit is worse by that ratio: slower, or larger. */
  readonly worse: number;
}

/**
 * Runs benchmarks of another commit and of the working tree alternately, so that other load on the machine
 * affects both.
 *
 * @param revision the commit to compare with.
 * @param names benchmarks that both commits have.
 * @param rounds how often each runs.
 * @param report called with a line before each run.
 */
export async function compare(
  revision: string,
  names: readonly string[],
  rounds: number,
  report: (line: string) => void,
): Promise<Comparison[]> {
  const other = checkOut(revision);
  try {
    const comparisons: Comparison[] = [];
    for (const bench of names) {
      const before = new Map<string, number[]>();
      const after = new Map<string, number[]>();
      const units = new Map<string, string>();
      for (let round = 1; round <= rounds; round++) {
        // They alternate in going first: the second finds a warmer machine.
        const pair = [
          { folder: other.folder, into: before, label: revision },
          { folder: root, into: after, label: 'this tree' },
        ];
        for (const { folder, into, label } of round % 2 === 1 ? pair : pair.toReversed()) {
          report(`${bench}, round ${round} of ${rounds}: ${label}`);
          for (const { name, value, unit } of await measure(folder, bench)) {
            into.set(name, [...(into.get(name) ?? []), value]);
            units.set(name, unit);
          }
        }
      }
      for (const [figure, values] of after) {
        const earlier = before.get(figure);
        if (earlier === undefined) continue;
        const unit = units.get(figure) ?? '';
        comparisons.push({
          bench,
          figure,
          unit,
          ...changeOf(percentile(earlier, 0.5), percentile(values, 0.5), unit),
        });
      }
    }
    return comparisons;
  } finally {
    other.remove();
  }
}

/** How two values of a unit compare: for rates more is better, for times and sizes less. */
function changeOf(
  before: number,
  after: number,
  unit: string,
): Pick<Comparison, 'before' | 'after' | 'worse'> {
  const worse = unit.includes('/s') ? before / after - 1 : after / before - 1;
  return { before, after, worse };
}

/** A table for a terminal. */
export function comparisonTable(rows: readonly Comparison[]): string {
  const cells = rows.map(({ bench, figure, unit, before, after, worse }) => [
    bench,
    figure,
    `${before.toPrecision(4)} ${unit}`,
    `${after.toPrecision(4)} ${unit}`,
    `${worse > 0 ? '+' : ''}${(worse * 100).toFixed(1)} %`,
  ]);
  const all = [['benchmark', 'figure', 'before', 'after', 'worse by'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function measure(folder: string, bench: string) {
  const argv = [join(folder, 'bench/main.ts'), bench, '--json'];
  const { stdout } = await run(process.execPath, argv, { cwd: folder, maxBuffer: OUTPUT_BYTES });
  return Answer.parse(JSON.parse(stdout.slice(stdout.indexOf('{')))).figures;
}

/** Checks the commit out into a separate folder, with its packages. */
function checkOut(revision: string): { folder: string; remove: () => void } {
  const folder = join(mkdtempSync(join(tmpdir(), 'impulse-compare-')), 'tree');
  execFileSync('git', ['worktree', 'add', '--detach', folder, revision], { cwd: root, stdio: 'ignore' });
  const lock = (place: string) => readFileSync(join(place, 'package-lock.json'), 'utf8');
  if (lock(folder) === lock(root)) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  else execFileSync('npm', ['ci'], { cwd: folder, stdio: 'ignore' });
  return {
    folder,
    remove() {
      execFileSync('git', ['worktree', 'remove', '--force', folder], { cwd: root, stdio: 'ignore' });
      rmSync(resolve(folder, '..'), { recursive: true, force: true });
    },
  };
}
