import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { systemClock } from '../kernel/clock.ts';
import { nodeSettings, SettingsFile } from './settings-file.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-settings-'));
  path = join(root, 'settings.json');
});
afterEach(() => rm(root, { recursive: true, force: true }));
const open = () => SettingsFile.open(path, systemClock, nodeSettings);

test.each([
  ['a folder', () => mkdir(path)],
  ['a link to itself', () => symlink(path, path)],
])('%s in the place of the file is moved aside', async (_, make) => {
  await make();
  const file = await open();
  expect(file.settings).toEqual(defaultSettings);
  expect(file.problem?.code).toBe('settings-invalid');
  await file.patch({ node: { name: 'harbour' } });
  expect((await open()).settings.node.name).toBe('harbour');
  expect(await readdir(root)).toHaveLength(2);
});

test('a new node runs with defaults', async () => {
  const file = await open();
  expect(file.settings).toEqual(defaultSettings);
  expect(file.problem).toBeNull();
});

test('a change persists', async () => {
  const file = await open();
  await file.patch({ node: { name: 'harbour' }, network: { port: 5000 } });
  const again = (await open()).settings;
  expect(again.node.name).toBe('harbour');
  expect(again.network).toEqual({ ...defaultSettings.network, port: 5000 });
});

test('concurrent changes all persist', async () => {
  const file = await open();
  await Promise.all([file.patch({ node: { name: 'a' } }), file.patch({ storage: { backups: 7 } })]);
  expect((await open()).settings).toMatchObject({ node: { name: 'a' }, storage: { backups: 7 } });
});

test('a value out of bounds is refused and changes nothing', async () => {
  const file = await open();
  await expect(file.patch({ network: { port: 70_000 } })).rejects.toMatchObject({ code: 'settings-invalid' });
  await file.patch({ node: { name: 'still working' } });
  expect(file.settings.network.port).toBe(defaultSettings.network.port);
});

test('unknown keys are dropped, and missing ones get their default', async () => {
  await writeFile(path, JSON.stringify({ node: { name: 'x', evil: 1 }, __proto__: { a: 1 }, later: {} }));
  const { settings, problem } = await open();
  expect(problem).toBeNull();
  expect(settings).toEqual({ ...defaultSettings, node: { name: 'x' } });
});

test.each(['', '{"node":', 'null', '[]', '{"node":{"name":""}}', '{"network":7}'])(
  'the unusable file %j is moved aside, defaults are used, and the sysop is told',
  async (content) => {
    await writeFile(path, content);
    const { settings, problem } = await open();
    expect(settings).toEqual(defaultSettings);
    expect(problem?.code).toBe('settings-invalid');
    const [aside] = await readdir(root);
    expect(await readFile(join(root, aside ?? ''), 'utf8')).toBe(content);
  },
);

test('settings of release 0.1 are read under their new names', async () => {
  await writeFile(path, JSON.stringify({ network: { upnp: true, port: 5000 } }));
  const { settings } = await open();
  expect(settings.network).toMatchObject({ portMapping: true, port: 5000 });
});
