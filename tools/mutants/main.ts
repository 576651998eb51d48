/**
 * Changes the code of one room in many small ways and counts which changes its tests notice:
 * `npm run mutants -- ROOM [FILE...] [--sample N] [--seed TEXT] [--processes N] [--write]`; files are named under
 * `app/main`, lines of them as in `log/store.ts:10-20`. The score is written to docs/mutants.md with `--write`.
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

/** Why a change was left out of a sample, see plugins.ts. */
const NOT_DRAWN = 'not drawn';

const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          statusReason: z.string().optional(),
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
function optionsFor(
  code: readonly string[],
  scratch: string,
  { isSample, processes }: { isSample: boolean; processes: number },
): object {
  return {
    plugins: [
      join(HERE, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js'),
      join(HERE, 'plugins.ts'),
    ],
    checkers: isSample ? ['sample'] : [],
    ignorers: ['prose'],
    testRunner: 'vitest',
    vitest: { related: false, configFile: 'tools/mutants/vitest.config.ts' },
    mutate: [
      ...code.map((pattern) => `app/main/${pattern}`),
      '!**/*.test.ts',
      '!**/test-*.ts',
      '!**/*.contract.ts',
      '!**/problems.ts',
      '!**/index.ts',
      '!**/sim-acts.ts',
    ],
    coverageAnalysis: 'perTest',
    concurrency: processes,
    timeoutMS: 10_000,
    timeoutFactor: 4,
    tempDirName: join(scratch, 'copy'),
    ignorePatterns: ['/release', '/dist', '/bench', '/e2e', '/docs', '/tools/training', '/app/renderer'],
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: join(scratch, 'report.json') },
  };
}

interface Score {
  readonly file: string;
  readonly killed: number;
  /** How many of those killed ran into the time limit: on a busy machine some of them may be sound. */
  readonly late: number;
  readonly drawn: number;
  readonly all: number;
  readonly survivors: readonly string[];
}

/** A mutant that made a test fail, or run for ever, was noticed. One that was not drawn counts as a compile error. */
function scoresOf({ files }: Report): Score[] {
  return Object.entries(files).map(([file, { mutants }]) => {
    const counted = mutants.filter(
      ({ status }) => !['CompileError', 'RuntimeError', 'Ignored'].includes(status),
    );
    const passedOver = mutants.filter(({ statusReason }) => statusReason === NOT_DRAWN).length;
    const left = counted.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    return {
      file,
      killed: counted.length - left.length,
      late: counted.filter(({ status }) => status === 'Timeout').length,
      drawn: counted.length,
      all: counted.length + passedOver,
      survivors: left.map(
        ({ location, mutatorName, replacement = '', status }) =>
          `${file}:${location.start.line} ${status === 'NoCoverage' ? 'not reached' : 'not noticed'}: ${mutatorName} ${replacement.replaceAll(/\s+/g, ' ').slice(0, 60)}`,
      ),
    };
  });
}

const percent = (killed: number, all: number): string =>
  all === 0 ? '–' : `${((100 * killed) / all).toFixed(1)} %`;

/** The 95 % interval of Wilson for a share that was counted in a sample. */
function interval(killed: number, drawn: number): string {
  const z2 = 1.96 ** 2;
  const share = killed / drawn;
  const middle = share + z2 / (2 * drawn);
  const spread = 1.96 * Math.sqrt((share * (1 - share)) / drawn + z2 / (4 * drawn ** 2));
  const at = (bound: number) => ((100 * bound) / (1 + z2 / drawn)).toFixed(1);
  return `${at(middle - spread)}–${at(middle + spread)} %`;
}

type Outcome = Pick<Score, 'killed' | 'late' | 'drawn' | 'all'>;

/** Replaces the line of a room in the table of the document. */
async function write(name: string, { killed, late, drawn, all }: Outcome): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const day = new Date().toISOString().slice(0, 10);
  const cells = [
    all.toLocaleString('en-US'),
    drawn === all ? 'all' : drawn.toLocaleString('en-US'),
    percent(killed, drawn),
    percent(late, drawn),
    drawn === all ? '' : interval(killed, drawn),
    day,
  ];
  const known = new RegExp(`^\\| ${name} \\|.*$`, 'm');
  if (!known.test(text)) throw new Error(`docs/mutants.md has no line for “${name}”.`);
  await writeFile(DOCUMENT, text.replace(known, `| ${[name, ...cells].join(' | ')} |`));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    processes: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const [name = '', ...files] = positionals;
const chosen = ROOMS[name];
const isSample = values.sample !== undefined;
if (chosen === undefined || (isSample && !/^[1-9]\d*$/.test(values.sample ?? ''))) {
  process.stderr.write(
    'Usage: npm run mutants -- ROOM [FILE...] [--sample N] [--seed TEXT] [--processes N] [--write]\n' +
      `Rooms: ${Object.keys(ROOMS).join(', ')}\n`,
  );
  process.exit(2);
}
await install();
const scratch = await mkdtemp(join(tmpdir(), 'impulse-mutants-'));
try {
  const config = join(scratch, 'stryker.config.json');
  const options = optionsFor(files.length > 0 ? files : chosen.code, scratch, {
    isSample,
    processes: Number(values.processes),
  });
  await writeFile(config, JSON.stringify(options));
  const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const code = await run(process.execPath, [stryker, 'run', config], ROOT, {
    IMPULSE_MUTANTS_TESTS: chosen.tests.map((pattern) => `app/main/${pattern}`).join(),
    IMPULSE_MUTANTS_SAMPLE: values.sample,
    IMPULSE_MUTANTS_SEED: values.seed,
  });
  if (code !== 0) process.exit(code);
  const scores = scoresOf(Report.parse(JSON.parse(await readFile(join(scratch, 'report.json'), 'utf8'))));
  for (const { survivors } of scores) for (const one of survivors) process.stdout.write(`${one}\n`);
  for (const { file, killed, drawn } of scores)
    if (drawn > 0) process.stdout.write(`${percent(killed, drawn).padStart(8)}  ${file}\n`);
  const sum = (of: (one: Score) => number) => scores.reduce((total, one) => total + of(one), 0);
  const outcome: Outcome = {
    killed: sum((one) => one.killed),
    late: sum((one) => one.late),
    drawn: sum((one) => one.drawn),
    all: sum((one) => one.all),
  };
  const { killed, late, drawn, all } = outcome;
  process.stdout.write(
    `${percent(killed, drawn).padStart(8)}  ${name}: ${killed} of ${drawn} changes noticed, ${late} by the time limit` +
      (drawn < all ? `, drawn from ${all}; ${interval(killed, drawn)}\n` : '\n'),
  );
  if (values.write && files.length === 0) await write(name, outcome);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
