import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { startNode } from './start.ts';
import { only } from './test-nodes.ts';

/**
 * A directory that release 0.1 wrote, with its migrations in one row (`user_version` 51): a board, posts by hand
 * and from an mbox, rulings, a report and a purge. The digests are those that `impulse verify --deep` of that
 * release printed.
 */
const folder = join(import.meta.dirname, 'fixtures', 'release-0.1');
const written = {
  events: 13,
  logDigest: '1268b67bc6de8bd75403af5ce8c43dd46fc6d93c1f2a0f226eb694e549d02988',
  stateDigest: '0a52d8fb713f75928f8843f3860b0784bf7abb942c79d0cf3b43bf772151360e',
  digest: 'e21c7bd0aac5b056cf62c47f9795d180e5e6b93c7b562592ee627106fd9cfff0',
};

async function unpacked(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'impulse-release-0.1-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  for (const name of readdirSync(folder)) {
    const bytes = gunzipSync(readFileSync(join(folder, name)));
    writeFileSync(join(dataDir, basename(name, '.gz')), bytes, { mode: 0o600 });
  }
  return dataDir;
}

/** The folder of the only community, after the files were moved to today's places. */
function folderOf(dataDir: string): string {
  const communities = join(dataDir, 'communities');
  return join(communities, readdirSync(communities)[0]!);
}

test('a directory of release 0.1 opens with the same digests, and a rebuild changes nothing', async () => {
  const dataDir = await unpacked();
  const node = await startNode({ dataDir, offline: true });
  onTestFinished(node.stop);
  const client = only(node);
  expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, ...written });
  await client.maintenance.rebuild({});
  expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, ...written });
  expect(readdirSync(join(folderOf(dataDir), 'backups')).some((name) => name.startsWith('before-'))).toBe(
    true,
  );

  const [receipt] = (await client.review.purges({ limit: 10 })).items;
  expect(receipt).toMatchObject({ reason: 'private', answers: [{ answer: 'gone' }] });
  const audit = await client.review.audit({ by: null, item: null, limit: 20 });
  expect(audit.items.map(({ act }) => act).toSorted()).toEqual(['purge', 'report', 'rule', 'rule']);
});

test('a start that failed after the copy for a migration can be tried again', async () => {
  const dataDir = await unpacked();
  await (await startNode({ dataDir, offline: true })).stop();
  const copies = join(folderOf(dataDir), 'backups');
  const copy = readdirSync(copies).find((name) => name.startsWith('before-'))!;

  const interrupted = await unpacked();
  mkdirSync(join(interrupted, 'backups'), { recursive: true });
  writeFileSync(join(interrupted, 'backups', copy), readFileSync(join(copies, copy)));
  const node = await startNode({ dataDir: interrupted, offline: true });
  onTestFinished(node.stop);
  const client = only(node);
  expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, ...written });
  expect(readdirSync(join(folderOf(interrupted), 'backups'))).toEqual([copy]);
});

test('a node of release 0.1 goes on as what it was: sysop and validator', async () => {
  const node = await startNode({ dataDir: await unpacked(), offline: true });
  onTestFinished(node.stop);
  const client = only(node);
  await client.members.setHandle({ handle: 'mara of the quay' });
  expect((await client.ledger.status({})).halted).toBeNull();
  const [me] = await client.members.list({});
  expect(me).toMatchObject({ handle: 'mara of the quay', role: 'sysop' });
});
