import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'impulse-private-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = () => join(root, 'data');
/** Runs a command in a shell that makes files for everybody. */
const run = (...args: string[]) =>
  execFileSync('sh', ['-c', 'umask 0; exec "$@"', 'sh', process.execPath, main, ...args, '--data', data()], {
    encoding: 'utf8',
  });

/** Everything under a folder that others may read, write or enter. */
function exposed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => (lstatSync(path).mode & 0o077) !== 0);
}

test.skipIf(process.platform === 'win32')(
  'whatever the umask, nobody else can read what a node writes',
  { timeout: 120_000 },
  async () => {
    run('init', '--name', 'Harbour', '--handle', 'mara');
    run('post', 'general', 'Calm today', '--subject', 'Weather');
    const files = join(root, 'files');
    execFileSync('mkdir', [files]);
    run('backup', '--to', join(files, 'copy.db'));
    run('export', join(files, 'general.jsonl'), '--board', 'general');
    expect(exposed(files)).toEqual([]);
    expect(exposed(data())).toEqual([]);

    const node = spawn(
      'sh',
      [
        '-c',
        'umask 0; exec "$@"',
        'sh',
        process.execPath,
        main,
        'serve',
        '--json',
        '--port',
        '0',
        '--data',
        data(),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(node.stdout, 'data');
    run('post', 'general', 'Rain tomorrow', '--subject', 'Forecast');
    expect(exposed(data())).toEqual([]);
    node.kill('SIGTERM');
    await once(node, 'exit');
    expect(exposed(data())).toEqual([]);
  },
);
