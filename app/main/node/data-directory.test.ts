import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeAtomically } from './atomic-write.ts';
import { defaultDataPath, openDataDirectory } from './data-directory.ts';
import { lockDataDirectory } from './lock.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('data directory', () => {
  test('follows each system’s convention, unless IMPULSE_DATA is set', () => {
    const home = '/home/mara';
    expect(defaultDataPath({ env: {}, platform: 'linux', home })).toBe('/home/mara/.local/share/impulse');
    expect(defaultDataPath({ env: { XDG_DATA_HOME: '/x' }, platform: 'linux', home })).toBe('/x/impulse');
    expect(defaultDataPath({ env: {}, platform: 'darwin', home })).toContain('Application Support');
    expect(defaultDataPath({ env: { IMPULSE_DATA: '/srv/bbs' }, platform: 'linux', home })).toBe('/srv/bbs');
  });

  test('needs no home directory if one is named, and never depends on the current folder', () => {
    expect(defaultDataPath({ env: { IMPULSE_DATA: '/srv/bbs' }, platform: 'linux', home: null })).toBe(
      '/srv/bbs',
    );
    expect(defaultDataPath({ env: { XDG_DATA_HOME: '/x' }, platform: 'linux', home: null })).toBe(
      '/x/impulse',
    );
    expect(defaultDataPath({ env: { XDG_DATA_HOME: 'x' }, platform: 'linux', home: '/h' })).toBe(
      '/h/.local/share/impulse',
    );
    for (const home of [null, '', 'mara']) {
      for (const platform of ['linux', 'darwin'] as const) {
        expect(() => defaultDataPath({ env: { XDG_DATA_HOME: '' }, platform, home })).toThrow(
          expect.objectContaining({ code: 'no-home', remedy: expect.stringContaining('--data') }),
        );
      }
    }
  });

  test('is accessible to its owner only', async () => {
    const { directory } = await openDataDirectory(join(root, 'node'));
    expect(await modeOf(directory.path)).toBe(0o700);
    expect(await modeOf(directory.node)).toBe(0o700);
    expect(await modeOf(directory.communities)).toBe(0o700);
  });

  test('tightens permissions that let others look inside', async () => {
    const path = join(root, 'node');
    await openDataDirectory(path);
    await writeFile(join(path, 'node', 'keys.json'), '{}', { mode: 0o644 });
    await chmod(path, 0o755);
    const { mended } = await openDataDirectory(path);
    expect(mended).toEqual([path, join(path, 'node', 'keys.json')]);
    expect(await modeOf(join(path, 'node', 'keys.json'))).toBe(0o600);
  });

  test('says what to do when the path is a file', async () => {
    const path = join(root, 'file');
    await writeFile(path, '');
    await expect(openDataDirectory(path)).rejects.toMatchObject({
      code: 'data-unusable',
      remedy: expect.stringContaining('--data'),
    });
  });

  test('a replaced file is private and leaves no temporary file', async () => {
    const path = join(root, 'a.json');
    await writeAtomically(path, 'one');
    await writeAtomically(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await modeOf(path)).toBe(0o600);
    expect(await readdir(root)).toEqual(['a.json']);
  });
});

describe('lock', () => {
  test('refuses a second instance and names the process that holds it', async () => {
    const { directory } = await openDataDirectory(root);
    const lock = await lockDataDirectory(directory, 1_700_000_000_000);
    await expect(lockDataDirectory(directory, 1_700_000_000_001)).rejects.toMatchObject({
      code: 'data-in-use',
      remedy: expect.stringContaining(String(process.pid)),
    });
    await lock.release();
    await (await lockDataDirectory(directory, 1)).release();
  });

  test('is free again after its holder was killed', async () => {
    const { directory } = await openDataDirectory(root);
    const source = `
      const { lockDataDirectory } = await import(${JSON.stringify(import.meta.resolve('./lock.ts'))});
      const { dataLayout } = await import(${JSON.stringify(import.meta.resolve('./data-directory.ts'))});
      await lockDataDirectory(dataLayout(${JSON.stringify(root)}), 5);
      console.log('held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    await expect(lockDataDirectory(directory, 6)).rejects.toMatchObject({
      code: 'data-in-use',
      remedy: expect.stringContaining(String(child.pid)),
    });
    child.kill('SIGKILL');
    await ended;
    const lock = await lockDataDirectory(directory, 7);
    await lock.release();
  });
});
