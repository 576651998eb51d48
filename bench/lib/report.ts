import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { machineOf } from './machine.ts';

/** One measured number with its comparison. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Another product or a physical bound, measured in the same run, in the same unit. */
  readonly beside?: { readonly name: string; readonly value: number };
  /** The project's own target; `least` for rates, `most` for times and sizes. */
  readonly target?: { readonly least: number } | { readonly most: number };
}

export interface Report {
  readonly figures: readonly Figure[];
  /** Facts that a reader needs to judge the figures. */
  readonly notes: readonly string[];
}

export interface DatedReport extends Report {
  readonly bench: string;
  readonly machine: string;
  readonly date: string;
  /** Load averages over one minute, before and after. */
  readonly load: { readonly before: number; readonly after: number };
}

/** Adds the machine, the date and the load to the results of a benchmark. */
export async function dated(bench: string, run: () => Promise<Report>): Promise<DatedReport> {
  const before = loadavg()[0] ?? 0;
  const report = await run();
  return {
    bench,
    machine: machineOf(cpus(), totalmem(), process.version),
    date: new Date().toISOString(),
    load: { before, after: loadavg()[0] ?? 0 },
    ...report,
  };
}

/** Whether a figure reached its target; null if it has none. */
export function isMet({ value, target }: Figure): boolean | null {
  if (!target) return null;
  return 'least' in target ? value >= target.least : value <= target.most;
}

const HEAD = ['figure', 'measured', 'beside it', 'target', 'met'] as const;

function rowOf(figure: Figure): string[] {
  const { name, value, unit, beside, target } = figure;
  const met = isMet(figure);
  return [
    name,
    `${short(value)} ${unit}`,
    beside ? `${beside.name}: ${short(beside.value)} ${unit}` : '',
    target
      ? 'least' in target
        ? `≥ ${short(target.least)} ${unit}`
        : `≤ ${short(target.most)} ${unit}`
      : '',
    met === null ? '' : met ? 'yes' : 'no',
  ];
}

/** A table for a terminal. */
export function tableOf(report: DatedReport): string {
  const rows = [[...HEAD], ...report.figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [`${report.bench} · ${circumstances(report)}`, ...lines, ...report.notes].join('\n');
}

const DOCUMENT = join(import.meta.dirname, '../../docs/benchmarks.md');
const PREAMBLE = `# Benchmarks

Measured by \`npm run bench -- NAME --write\`, which replaces the section of that name. Every figure stands
beside a peer or a bound measured in the same run.
`;

/** Replaces a benchmark's section in docs/benchmarks.md, or appends it. */
export function writeSection(report: DatedReport): void {
  const [from, to] = [`<!-- bench:${report.bench} -->`, `<!-- /bench:${report.bench} -->`];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const section = [
    from,
    '',
    `## ${report.bench}`,
    '',
    `${circumstances(report)}.`,
    '',
    row(HEAD),
    row(HEAD.map(() => '---')),
    ...report.figures.map((figure) => row(rowOf(figure))),
    ...(report.notes.length > 0 ? ['', ...report.notes.map((note) => `- ${note}`)] : []),
    '',
    to,
  ].join('\n');
  const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : PREAMBLE;
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  mkdirSync(dirname(DOCUMENT), { recursive: true });
  writeFileSync(
    DOCUMENT,
    start < 0 || end < start
      ? `${text.trimEnd()}\n\n${section}\n`
      : text.slice(0, start) + section + text.slice(end + to.length),
  );
}

function circumstances({ machine, date, load }: DatedReport): string {
  return `${machine}; ${date.slice(0, 16).replace('T', ' ')} UTC; load average ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`;
}

function short(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
