import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * A feature is added to a copy of the project through its folders and one line in each of three lists, and nothing
 * else; see sample-feature/README.md.
 */
const root = resolve(import.meta.dirname, '..');
const LINES = {
  'app/main/node/feature-list.ts': "export { notesFeature } from '../notes/feature.ts';",
  'app/contract/features.ts': "export * as notes from './notes.ts';",
  'app/renderer/feature-list.ts': "export { notes } from './features/notes/feature.ts';",
};
const LEFT_OUT = new Set(['node_modules', '.git', '.impulse', 'dist', 'release', 'coverage', 'bench']);
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'impulse-sample-feature-'));
  for (const name of readdirSync(root)) {
    if (LEFT_OUT.has(name)) continue;
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/[/\\](results|sample-feature)$/.test(path),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const folder of ['app', 'e2e']) {
    cpSync(join(import.meta.dirname, 'sample-feature', folder), join(copy, folder), { recursive: true });
  }
  for (const [file, line] of Object.entries(LINES)) appendFileSync(join(copy, file), `${line}\n`);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs a tool in the copy. */
function run(tool: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(status, `${tool} ${args.join(' ')}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`).toBe(0);
}

test(
  'a feature is a folder and a line a process: it compiles, and the layers hold',
  { timeout: 300_000 },
  () => {
    run('tsc', '-p', 'tsconfig.json');
    run('tsc', '-p', 'app/renderer');
    run('depcruise', 'app', '--config', '.dependency-cruiser.cjs');
  },
);

test('the tables, the simulation, a rebuild and a repair know the feature', { timeout: 300_000 }, () => {
  run('vitest', 'run', 'app/main/notes', 'app/main/node/tables.test.ts', 'app/main/node/sql-borders.test.ts');
  run(
    'vitest',
    'run',
    'app/main/cli/cli.test.ts',
    'app/main/node/features.test.ts',
    'tools/rules.test.ts',
    'tools/messages.test.ts',
  );
  run(
    'vitest',
    'run',
    'app/renderer/feature.test.ts',
    'app/renderer/features/settings',
    'app/renderer/bridge',
  );
});

test('the command line and the console show the feature', { timeout: 300_000 }, () => {
  run('node', 'tools/build.ts');
  run('vitest', 'run', '--config', 'e2e/vitest.config.ts', 'e2e/notes.e2e.ts');
});
