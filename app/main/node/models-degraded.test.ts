import { rmSync } from 'node:fs';
import { cp, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Notice } from '../../contract/index.ts';
import { modelsFolder } from './models-folder.ts';
import { startNode, type RunningNode } from './start.ts';
import { only } from './test-nodes.ts';

const TIMEOUT_MS = 120_000;
const CURSES = 'You stupid fucking bastard, go to hell';
const directories: string[] = [];
let node: RunningNode | null = null;

afterEach(async () => {
  await node?.stop();
  node = null;
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'impulse-models-'));
  directories.push(folder);
  return folder;
}

/** A node of a new community that uses a copy of the models changed by `harm`. */
async function nodeWith(harm: (models: string) => Promise<unknown>): Promise<RunningNode> {
  const [dataDir, models] = [await emptyFolder(), await emptyFolder()];
  await cp(modelsFolder(), models, { recursive: true });
  await harm(models);
  const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  node = await startNode({ dataDir, models, systemKey: new Uint8Array(32).fill(7) });
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara' });
  return node;
}

/** The notice about models, once it matches. */
async function notice(running: RunningNode, wanted: RegExp): Promise<Notice> {
  const ended = new AbortController();
  try {
    for await (const { notices } of await only(running).community.watch({}, { signal: ended.signal })) {
      const found = notices.find(({ id, message }) => id === 'moderation-models' && wanted.test(message));
      if (found) return found;
    }
    throw new Error('the node went away');
  } finally {
    ended.abort();
  }
}

const write = async (node: RunningNode, text: string) => {
  const client = only(node);
  const [board] = await client.boards.list({});
  return client.boards.startThread({ board: board!.id, subject: 'Tides', text });
};

test(
  '[J19] without the second stage the first judges alone, and a notice says so',
  { timeout: TIMEOUT_MS },
  async () => {
    const running = await nodeWith((models) => rm(join(models, 'english.onnx')));
    const said = await notice(running, /english\.onnx is missing/);
    expect(said).toMatchObject({ severity: 'attention' });
    expect(said.remedy).toContain('impulse models verify');
    expect(await write(running, 'High water at noon.')).toMatchObject({ decision: 'publish' });
    expect(await only(running).moderation.status({})).toMatchObject({ mode: 'first-stage' });
    expect(await only(running).moderation.judge({ text: CURSES })).toMatchObject({ stage: 'first' });
  },
);

test(
  '[J19] a corrupt model is not used: word lists judge, and a notice names the file',
  { timeout: TIMEOUT_MS },
  async () => {
    const running = await nodeWith(async (models) => {
      const file = await open(join(models, 'first-stage.onnx'), 'r+');
      await file.write(Buffer.from('garbage'), 0, 7, 4096);
      await file.close();
    });
    await notice(running, /first-stage\.onnx is broken/);
    expect(await only(running).moderation.status({})).toMatchObject({ mode: 'rules' });
    expect(await write(running, 'High water at noon.')).toMatchObject({ decision: 'publish' });
    expect(await only(running).moderation.judge({ text: CURSES })).toMatchObject({
      stage: 'rules',
      decision: 'queue',
    });
  },
);

test(
  '[J19] when the models are turned off, messages that no rule holds back are published, and a notice says so',
  { timeout: TIMEOUT_MS },
  async () => {
    const running = await nodeWith(async () => {});
    await only(running).moderation.setModels({ on: false });
    await notice(running, /turned off/);
    expect(await only(running).moderation.status({})).toMatchObject({ mode: 'off' });
    expect(await only(running).moderation.judge({ text: CURSES })).toMatchObject({ decision: 'publish' });
    await only(running).moderation.setModels({ on: true });
    expect(await only(running).moderation.judge({ text: CURSES })).toMatchObject({
      stage: expect.stringMatching(/first|second/),
    });
  },
);

test('[J19] without any models the node judges by rules', { timeout: TIMEOUT_MS }, async () => {
  const running = await nodeWith(async (models) => {
    await rm(models, { recursive: true });
  });
  await notice(running, /does not|is missing|judge/);
  expect(await write(running, 'High water at noon.')).toMatchObject({ decision: 'publish' });
  expect(await only(running).moderation.status({})).toMatchObject({ mode: 'rules' });
});
