import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { problemOf } from '../kernel/errors.ts';
import { lockFile } from '../platform/sqlite/file-lock.ts';
import { openDataDirectory } from './data-directory.ts';
import { moveOlder } from './move-older.ts';
import { restoreDatabase } from './restore.ts';
import { startNode } from './start.ts';
import { only } from './test-nodes.ts';

const folder = join(import.meta.dirname, 'fixtures', 'release-0.1');
/** The digest that release 0.1 printed. */
const DIGEST = 'e21c7bd0aac5b056cf62c47f9795d180e5e6b93c7b562592ee627106fd9cfff0';

async function unpacked(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'impulse-move-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  for (const name of readdirSync(folder)) {
    const bytes = gunzipSync(readFileSync(join(folder, name)));
    writeFileSync(join(dataDir, basename(name, '.gz')), bytes, { mode: 0o600 });
  }
  mkdirSync(join(dataDir, 'files', 'ab'), { recursive: true });
  writeFileSync(join(dataDir, 'files', 'ab', 'chunk'), 'kept');
  writeFileSync(join(dataDir, 'settings.json'), JSON.stringify({ node: { name: 'attic' } }));
  return dataDir;
}

/** Moves a directory in a process that is killed before its change number `step` of the disk; false if it ended first. */
function killedAt(dataDir: string, step: number): boolean {
  const script = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { openDataDirectory } = await import(${JSON.stringify(import.meta.resolve('./data-directory.ts'))});
    const { moveOlder } = await import(${JSON.stringify(import.meta.resolve('./move-older.ts'))});
    const { directory } = await openDataDirectory(${JSON.stringify(dataDir)});
    let changes = 0;
    for (const name of ['rename', 'rm', 'rmdir', 'mkdir']) {
      const change = fs.promises[name];
      fs.promises[name] = (...args) => {
        if (++changes === ${step}) process.kill(process.pid, 'SIGKILL');
        return change(...args);
      };
    }
    syncBuiltinESMExports();
    await moveOlder(directory, 0);`;
  const { signal, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr.toString());
  return signal === 'SIGKILL';
}

test('a move that is killed at any step is completed by the next start', { timeout: 120_000 }, async () => {
  let step = 0;
  for (let wasKilled = true; wasKilled;) {
    step++;
    const dataDir = await unpacked();
    wasKilled = killedAt(dataDir, step);
    const node = await startNode({ dataDir, offline: true });
    try {
      expect(node.communities()).toHaveLength(1);
      expect(await only(node).maintenance.verify({})).toMatchObject({ ok: true, digest: DIGEST });
      const [community] = readdirSync(join(dataDir, 'communities'));
      expect(readFileSync(join(dataDir, 'communities', community!, 'files', 'ab', 'chunk'), 'utf8')).toBe(
        'kept',
      );
      expect(node.settings().node.name).toBe('attic');
      expect(readdirSync(dataDir).sort()).toEqual(['communities', 'node']);
    } finally {
      await node.stop();
    }
  }
  expect(step).toBeGreaterThan(10);
});

test('a node of release 0.1 that still runs there is not disturbed', async () => {
  const dataDir = await unpacked();
  const lock = lockFile(join(dataDir, 'node.lock'));
  const { directory } = await openDataDirectory(dataDir);
  const moved = moveOlder(directory, 0);
  await expect(moved.catch((error: unknown) => problemOf(error).code)).resolves.toBe('data-in-use');
  lock!.release();
  expect(existsSync(join(dataDir, 'community.db'))).toBe(true);
});

test('a directory of today is left alone', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'impulse-move-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const { directory } = await openDataDirectory(dataDir);
  expect(await moveOlder(directory, 0)).toBe(false);
});

test('the way back in the guide makes a directory of release 0.1 with the newest votes', async () => {
  const dataDir = await unpacked();
  const first = await startNode({ dataDir, offline: true });
  const [community] = readdirSync(join(dataDir, 'communities'));
  await only(first).members.setHandle({ handle: 'mara of the quay' });
  await first.stop();
  const folder = join(dataDir, 'communities', community!);
  const back = await mkdtemp(join(tmpdir(), 'impulse-back-'));
  onTestFinished(() => rmSync(back, { recursive: true, force: true }));
  for (const name of ['keys.json', 'passphrase', 'settings.json']) {
    cpSync(join(dataDir, 'node', name), join(back, name));
  }
  const copy = readdirSync(join(folder, 'backups')).find((name) => name.startsWith('before-'))!;
  cpSync(join(folder, 'backups', copy), join(back, 'community.db'));
  for (const name of readdirSync(folder).filter((file) => file.startsWith('votes.'))) {
    cpSync(join(folder, name), join(back, name));
  }
  cpSync(join(folder, 'files'), join(back, 'files'), { recursive: true });
  // The layout, the shape of the database and the settings are those that release 0.1 wrote.
  const db = new Database(join(back, 'community.db'), { readonly: true });
  expect(db.pragma('user_version', { simple: true })).toBe(51);
  db.close();
  const again = await startNode({ dataDir: back, offline: true });
  onTestFinished(again.stop);
  expect(await only(again).maintenance.verify({})).toMatchObject({ ok: true, digest: DIGEST });
});

test('a backup of release 0.1 is restored into its community', async () => {
  const dataDir = await unpacked();
  const backup = join(dataDir, 'mine.db');
  cpSync(join(dataDir, 'community.db'), backup);
  await (await startNode({ dataDir, offline: true })).stop();
  const { keptAside } = await restoreDatabase(dataDir, backup);
  expect(keptAside).not.toBeNull();
  const again = await startNode({ dataDir, offline: true });
  onTestFinished(again.stop);
  expect(await only(again).maintenance.verify({})).toMatchObject({ ok: true, digest: DIGEST });
});
