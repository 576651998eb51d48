/**
 * Changes the code of one room in many small ways and counts which changes its tests notice:
 * `npm run mutants -- ROOM [FILE...] [--write]`; files are named under `app/main`. The score is written to docs/mutants.md with `--write`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const DOCUMENT = join(ROOT, 'docs/mutants.md');

interface Room {
  /** Patterns of its code and of its tests, under `app/main`. */
  readonly code: readonly string[];
  readonly tests: readonly string[];
}

/** A folder with its tests beside the code, and further tests elsewhere. */
const room = (folder: string, ...tests: readonly string[]): Room => ({
  code: [`${folder}/**/*.ts`],
  tests: [`${folder}/**/*.test.ts`, ...tests],
});

/** The rooms whose score is kept. */
const ROOMS: Readonly<Record<string, Room>> = {
  federation: room('federation'),
  files: room('files'),
  host: room('host'),
  judgements: room('judgements'),
  kernel: room('kernel'),
  keys: {
    code: ['platform/keys/**/*.ts', 'node/keys.ts', 'node/phrase-guard.ts'],
    tests: ['platform/keys/**/*.test.ts', 'node/keys.test.ts', 'node/phrase-guard.test.ts'],
  },
  ledger: room('ledger'),
  log: room('log'),
  members: room('members'),
  moderation: room('moderation', 'node/gate.test.ts', 'judgements/judgements.test.ts'),
};

const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          status: z.enum([
            'Killed',
            'Survived',
            'NoCoverage',
            'Timeout',
            'CompileError',
            'RuntimeError',
            'Ignored',
          ]),
          location: z.object({ start: z.object({ line: z.number() }) }),
        }),
      ),
    }),
  ),
});
type Report = z.infer<typeof Report>;

/** Runs a program in the root of the project; resolves to its exit code. */
function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((settle, fail) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    child.once('error', fail);
    child.once('exit', (code) => settle(code ?? 1));
  });
}

/** Installs the mutation tester on first use, without running install scripts. */
async function install(): Promise<void> {
  if (existsSync(join(HERE, 'node_modules/@stryker-mutator/vitest-runner'))) return;
  process.stderr.write('Installing the mutation tester (once, about a minute) …\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  if ((await run('npm', args, HERE)) !== 0) throw new Error('npm could not install the mutation tester.');
}

/** The options of StrykerJS: https://stryker-mutator.io/docs/stryker-js/configuration/. */
function optionsFor(code: readonly string[], scratch: string): object {
  return {
    plugins: [join(HERE, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js')],
    testRunner: 'vitest',
    vitest: { related: false, configFile: 'tools/mutants/vitest.config.ts' },
    mutate: [
      ...code.map((pattern) => `app/main/${pattern}`),
      '!**/*.test.ts',
      '!**/test-*.ts',
      '!**/*.contract.ts',
      '!**/problems.ts',
      '!**/index.ts',
    ],
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 20_000,
    tempDirName: join(scratch, 'copy'),
    ignorePatterns: ['/release', '/dist', '/bench', '/e2e', '/docs', '/tools/training', '/app/renderer'],
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: join(scratch, 'report.json') },
  };
}

interface Score {
  readonly file: string;
  readonly killed: number;
  readonly all: number;
  readonly survivors: readonly string[];
}

/** A mutant that made a test fail, or run for ever, was noticed. */
function scoresOf({ files }: Report): Score[] {
  return Object.entries(files).map(([file, { mutants }]) => {
    const counted = mutants.filter(
      ({ status }) => !['CompileError', 'RuntimeError', 'Ignored'].includes(status),
    );
    const left = counted.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    return {
      file,
      killed: counted.length - left.length,
      all: counted.length,
      survivors: left.map(
        ({ location, mutatorName, replacement = '', status }) =>
          `${file}:${location.start.line} ${status === 'NoCoverage' ? 'not reached' : 'not noticed'}: ${mutatorName} ${replacement.replaceAll(/\s+/g, ' ').slice(0, 60)}`,
      ),
    };
  });
}

const percent = (killed: number, all: number): string =>
  all === 0 ? '–' : `${((100 * killed) / all).toFixed(1)} %`;

/** Replaces the line of a room in the table of the document. */
async function write(name: string, killed: number, all: number): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const day = new Date().toISOString().slice(0, 10);
  const line = `| ${name} | ${all.toLocaleString('en-US')} | ${percent(killed, all)} | ${day} |`;
  const known = new RegExp(`^\\| ${name} \\|.*$`, 'm');
  if (!known.test(text)) throw new Error(`docs/mutants.md has no line for “${name}”.`);
  await writeFile(DOCUMENT, text.replace(known, line));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' } },
});
const [name = '', ...files] = positionals;
const chosen = ROOMS[name];
if (chosen === undefined) {
  process.stderr.write(
    `Usage: npm run mutants -- ROOM [FILE...] [--write]\nRooms: ${Object.keys(ROOMS).join(', ')}\n`,
  );
  process.exit(2);
}
await install();
const scratch = await mkdtemp(join(tmpdir(), 'impulse-mutants-'));
try {
  const config = join(scratch, 'stryker.config.json');
  await writeFile(config, JSON.stringify(optionsFor(files.length > 0 ? files : chosen.code, scratch)));
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const code = await run(process.execPath, [stryker, 'run', config], ROOT, {
    IMPULSE_MUTANTS_TESTS: chosen.tests.map((pattern) => `app/main/${pattern}`).join(),
  });
  if (code !== 0) process.exit(code);
  const scores = scoresOf(Report.parse(JSON.parse(await readFile(join(scratch, 'report.json'), 'utf8'))));
  for (const { survivors } of scores) for (const one of survivors) process.stdout.write(`${one}\n`);
  for (const { file, killed, all } of scores)
    process.stdout.write(`${percent(killed, all).padStart(8)}  ${file}\n`);
  const killed = scores.reduce((sum, one) => sum + one.killed, 0);
  const all = scores.reduce((sum, one) => sum + one.all, 0);
  process.stdout.write(`${percent(killed, all).padStart(8)}  ${name}: ${killed} of ${all} changes noticed\n`);
  if (values.write === true && files.length === 0) await write(name, killed, all);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
