import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readHostInfo } from '../host/host-info.ts';
import { serve } from '../host/serve.ts';
import { lockFile, type FileLock } from '../platform/sqlite/file-lock.ts';
import { communityLayout, dataLayout } from './data-directory.ts';
import { restoreDatabase } from './restore.ts';
import { startNode, type RunningNode } from './start.ts';
import { only } from './test-nodes.ts';

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
const systemKey = new Uint8Array(32).fill(7);

async function newNode(): Promise<{ node: RunningNode; dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'impulse-stop-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const node = await startNode({ dataDir, systemKey });
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: true });
  return { node, dataDir };
}

const databaseIn = (dataDir: string) => {
  const { communities } = dataLayout(dataDir);
  const [folder] = readdirSync(communities).filter((name) => !name.startsWith('.'));
  return communityLayout(join(communities, folder!)).database;
};

/** SQLite removes the write-ahead log when the last connection to a database closes. */
const isClosed = (database: string) => existsSync(database) && !existsSync(`${database}-wal`);

/**
 * Takes the lock of a data directory as soon as it is free, as another process would, and looks at that moment.
 * `work` must end; `holdsLock` says from when on it holds the lock.
 */
async function atRelease<T>(
  dataDir: string,
  work: Promise<unknown>,
  look: () => T,
  holdsLock = () => true,
): Promise<Awaited<T>> {
  const { lock } = dataLayout(dataDir);
  let [begun, ended] = [false, false];
  const done = work.finally(() => (ended = true));
  let taken: FileLock | null = null;
  while (taken === null && !ended) {
    await new Promise((resolve) => setImmediate(resolve));
    if (begun || (begun = holdsLock())) taken = lockFile(lock);
  }
  taken ??= lockFile(lock);
  expect(taken).not.toBeNull();
  try {
    return await look();
  } finally {
    taken?.release();
    await done;
  }
}

/** Whether something accepts connections on a port of this machine. */
const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** The lines of the node's log that tell of a failure. */
const errorsIn = (dataDir: string) =>
  readFileSync(join(dataLayout(dataDir).logs, 'node.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: string | number; msg?: string })
    .filter(({ level }) => level === 'error' || Number(level) >= 50);

/** The TCP port on which a node listens for others. */
async function portOf(node: RunningNode): Promise<number> {
  const { addresses } = await only(node).federation.view({});
  return Number(
    addresses.map((address) => /\/tcp\/(\d+)(?!\/ws)/.exec(address)?.[1]).find((port) => port !== undefined),
  );
}

test('a node that stops lets go of its data last: whoever gets the lock finds databases and ports closed', async () => {
  const { node, dataDir } = await newNode();
  const client = only(node);
  const [board] = await client.boards.list({});
  await client.boards.startThread({ board: board!.id, subject: 'Storm', text: 'text', attachments: [] });
  const port = await portOf(node);
  const database = databaseIn(dataDir);
  expect([isClosed(database), await answers(port)]).toEqual([false, true]);
  const found = await atRelease(dataDir, node.stop(), async () => ({
    closed: isClosed(database),
    listens: await answers(port),
    holder: existsSync(dataLayout(dataDir).holder),
    files: readdirSync(dataLayout(dataDir).node).filter((name) => name.endsWith('.tmp')),
  }));
  expect(found).toEqual({ closed: true, listens: false, holder: false, files: [] });
  expect(errorsIn(dataDir)).toEqual([]);
});

test('a host lets go of its address and its socket before the next one can take them', async () => {
  const { node, dataDir } = await newNode();
  const layout = dataLayout(dataDir);
  const serving = await serve(node, { dataDir, port: 0 });
  const { socket } = (await readHostInfo(layout.hostInfo))!;
  expect(existsSync(socket)).toBe(true);
  const found = await atRelease(dataDir, serving.stop(), () => ({
    info: existsSync(layout.hostInfo),
    socket: existsSync(socket),
    closed: isClosed(databaseIn(dataDir)),
  }));
  expect(found).toEqual({ info: false, socket: false, closed: true });
  await serving.ended;
});

test('a node that could not start lets go of its data last', async () => {
  const { node, dataDir } = await newNode();
  const database = databaseIn(dataDir);
  await node.stop();
  await expect(startNode({ dataDir, systemKey: new Uint8Array(32) })).rejects.toMatchObject({
    code: expect.stringMatching(/passphrase|key/) as string,
  });
  const lock = lockFile(dataLayout(dataDir).lock);
  expect(lock).not.toBeNull();
  lock?.release();
  expect(isClosed(database)).toBe(true);
});

test('a restore lets go of the data when the backup is in its place', async () => {
  const { node, dataDir } = await newNode();
  const backup = join(dataDir, 'copy.db');
  await only(node).maintenance.backup({ path: backup });
  await node.stop();
  const { communities } = dataLayout(dataDir);
  const hasBegun = () => readdirSync(communities).some((name) => name.startsWith('.new-'));
  const restoring = restoreDatabase(dataDir, backup);
  const left = await atRelease(dataDir, restoring, () => readdirSync(communities), hasBegun);
  expect(left.filter((name) => name.startsWith('.new-'))).toEqual([]);
  const { database, keptAside } = await restoring;
  expect([existsSync(database), existsSync(keptAside!)]).toEqual([true, true]);
});
