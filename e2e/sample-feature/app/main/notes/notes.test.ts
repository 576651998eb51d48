import Database from 'better-sqlite3';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startNode } from '../node/start.ts';
import { only } from '../node/test-nodes.ts';
import { runWorld } from '../sim/world.ts';

const systemKey = new Uint8Array(32).fill(7);

function directory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'impulse-notes-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** A node with a note that is written, pinned and seen; stopped. */
async function noted(): Promise<{ dataDir: string; digest: string }> {
  const dataDir = directory();
  const node = await startNode({ dataDir, offline: true, systemKey });
  const { id: community } = await node.client.communities.create({
    name: 'Harbour',
    handle: 'mara',
    boards: false,
  });
  const client = node.client.in(community);
  const { id } = await client.notes.write({ text: 'The ferry is late.' });
  await client.notes.pin({ id });
  await client.notes.markSeen({});
  const { digest } = await client.maintenance.verify({ deep: true });
  await node.stop();
  return { dataDir, digest };
}

const shown = [{ text: 'The ferry is late.', pinned: true, seen: true }];

/** Overwrites the first page of a table, as a bad disk would. */
function ruin(dataDir: string, table: string): void {
  const folder = join(dataDir, 'communities');
  const path = join(folder, readdirSync(folder)[0]!, 'community.db');
  const db = new Database(path);
  const page = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(table) as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 7), 0, size, (page - 1) * size);
  closeSync(file);
}

test('a rebuild and a deep check know the notes and their pins', async () => {
  const { dataDir, digest } = await noted();
  const node = await startNode({ dataDir, offline: true, systemKey });
  onTestFinished(node.stop);
  const client = only(node);
  await client.maintenance.rebuild({});
  expect(await client.notes.list({})).toMatchObject(shown);
  expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, digest });
});

test('a repair keeps what was seen and makes notes and pins again', async () => {
  const { dataDir, digest } = await noted();
  ruin(dataDir, 'note');
  const first = await startNode({ dataDir, offline: true, systemKey });
  // A rebuild finds the damage if the start did not; the next start repairs the file.
  await only(first)
    .maintenance.rebuild({})
    .catch(() => {});
  await first.stop();
  const node = await startNode({ dataDir, offline: true, systemKey });
  onTestFinished(node.stop);
  const client = only(node);
  expect(await client.maintenance.verify({ deep: true })).toMatchObject({ ok: true, digest });
  expect(await client.notes.list({})).toMatchObject(shown);
});

test('worlds of faults in which people write and pin notes end with every node showing the same', async () => {
  const done = { note: 0, pin: 0 };
  for (let seed = 1; seed <= 10; seed++) {
    const { problems, acts } = await runWorld(seed);
    expect(problems).toEqual([]);
    done.note += acts['note'] ?? 0;
    done.pin += acts['pin'] ?? 0;
  }
  expect(done.note).toBeGreaterThan(0);
  expect(done.pin).toBeGreaterThan(0);
});
