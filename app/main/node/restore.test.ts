import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { restoreDatabase } from './restore.ts';
import { startNode } from './start.ts';
import { only } from './test-nodes.ts';

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
const systemKey = new Uint8Array(32).fill(7);
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'impulse-restore-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
});

const database = () => {
  const communities = join(dataDir, 'communities');
  const [folder] = readdirSync(communities).filter((name) => !name.startsWith('.'));
  return join(communities, folder!, 'community.db');
};

/** Runs a node for as long as `work` takes. */
async function running<T>(work: (client: ReturnType<typeof only>) => Promise<T>): Promise<T> {
  const node = await startNode({ dataDir, offline: true, systemKey });
  try {
    if (node.communities().length === 0) {
      await node.client.communities.create({
        name: 'Harbour',
        description: '',
        handle: 'mara',
        boards: true,
      });
    }
    return await work(only(node));
  } finally {
    await node.stop();
  }
}

type Community = ReturnType<typeof only>;
const post = async ({ boards }: Community, subject: string) => {
  const [board] = await boards.list({});
  await boards.startThread({ board: board!.id, subject, text: 'text', attachments: [] });
};
const subjects = async ({ boards }: Community) => {
  const [board] = await boards.list({});
  const { items } = await boards.threads({ board: board!.id, limit: 50 });
  return items.map(({ subject }) => subject).toSorted();
};

/** Runs a node that is killed after `work`: its last writes are in the write-ahead log only. */
async function killedAfter(work: (client: Community) => Promise<void>): Promise<void> {
  const copy = join(dataDir, 'killed');
  await running(async (client) => {
    await work(client);
    mkdirSync(copy);
    for (const suffix of ['', '-wal']) cpSync(database() + suffix, join(copy, `community.db${suffix}`));
  });
  for (const suffix of ['', '-wal']) cpSync(join(copy, `community.db${suffix}`), database() + suffix);
}

test('a restore over a database that a killed node left brings back exactly what the backup holds', async () => {
  const backup = join(dataDir, 'copy.db');
  await killedAfter(async (client) => {
    await post(client, 'in the backup');
    await client.maintenance.backup({ path: backup });
    await post(client, 'after the backup');
  });
  const path = database();
  const { keptAside } = await restoreDatabase(dataDir, backup);
  expect(existsSync(`${path}-wal`)).toBe(false);
  expect([existsSync(keptAside!), existsSync(`${keptAside!}-wal`)]).toEqual([true, true]);
  await running(async (client) => {
    expect(await subjects(client)).toEqual(['in the backup']);
    expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, faults: [] });
  });
});

test('what a restore kept aside can be restored with all that it holds', async () => {
  const backup = join(dataDir, 'copy.db');
  await killedAfter(async (client) => {
    await client.maintenance.backup({ path: backup });
    await post(client, 'after the backup');
  });
  const { keptAside } = await restoreDatabase(dataDir, backup);
  await running(async (client) => expect(await subjects(client)).toEqual([]));
  await restoreDatabase(dataDir, keptAside!);
  expect(existsSync(`${keptAside!}-wal`)).toBe(true);
  await running(async (client) => {
    expect(await subjects(client)).toEqual(['after the backup']);
    expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, faults: [] });
  });
});

test('a backup that cannot be restored leaves the database, its write-ahead log and no other file', async () => {
  await killedAfter((client) => post(client, 'kept'));
  const path = database();
  const before = readdirSync(join(path, '..')).toSorted();
  const bad = join(dataDir, 'bad.db');
  const refused = async (reason: string, code = 'backup-broken') =>
    expect(restoreDatabase(dataDir, bad)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(reason) as string,
    });
  await refused('cannot be read', 'backup-missing');
  writeFileSync(bad, 'short');
  await refused('it is empty');
  writeFileSync(bad, 'no database '.repeat(1000));
  await refused('is not an intact backup');
  cpSync(path, bad);
  truncateSync(bad, statSync(bad).size - 4096);
  await refused('is not an intact backup');
  rmSync(bad);
  openDatabase(bad, [
    { feature: 'other', step: 1, name: 'other', sql: 'CREATE TABLE other (n INTEGER) STRICT' },
  ]).close();
  await refused('does not say which community');
  expect(readdirSync(join(path, '..')).toSorted()).toEqual(before);
  expect(readdirSync(join(dataDir, 'communities'))).toHaveLength(1);
  await running(async (client) => expect(await subjects(client)).toEqual(['kept']));
});
