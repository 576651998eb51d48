import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { communitySections, defaultSettings } from '../../../contract/settings.ts';
import { systemClock } from '../../kernel/clock.ts';
import { SettingsFile } from '../settings-file.ts';
import { inForce, layered, ownSettings, viewOf } from './own-settings.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-own-'));
  path = join(root, 'settings.json');
});
afterEach(() => rm(root, { recursive: true, force: true }));
const open = () => SettingsFile.open(path, systemClock, ownSettings);

const GIB = 1024 ** 3;

test('[CM9] a value of its own applies, all others follow the node, and it can be taken back', async () => {
  const file = await open();
  expect(file.settings).toEqual({});
  await file.patch({ set: { storage: { backups: 2, quotaBytes: GIB } }, unset: [] });
  const { settings } = await open();
  const node = { ...defaultSettings, storage: { ...defaultSettings.storage, backups: 9, maxFileBytes: 7 } };
  expect(inForce(node, settings).storage).toMatchObject({ backups: 2, quotaBytes: GIB, maxFileBytes: 7 });
  await file.patch({ set: {}, unset: ['storage.backups'] });
  expect(file.settings).toEqual({ storage: { quotaBytes: GIB } });
  await file.patch({ set: {}, unset: ['storage.quotaBytes'] });
  expect(file.settings).toEqual({});
  expect(inForce(node, file.settings)).toEqual(node);
});

test('“no limit” and “nothing is off” are values of their own', async () => {
  const node = {
    ...defaultSettings,
    features: { off: ['chat' as const] },
    storage: { ...defaultSettings.storage, quotaBytes: GIB },
  };
  const file = await open();
  await file.patch({ set: { storage: { quotaBytes: null }, features: { off: [] } }, unset: [] });
  const view = viewOf(node, (await open()).settings);
  expect(view.inForce).toMatchObject({ storage: { quotaBytes: null }, features: { off: [] } });
  expect(view.node).toMatchObject({ storage: { quotaBytes: GIB }, features: { off: ['chat'] } });
  expect(Object.keys(view.inForce)).toEqual(communitySections);
});

test('settings of the node as a whole are dropped from the file of a community', async () => {
  await writeFile(
    path,
    '{"network":{"port":7},"node":{"name":"x"},"storage":{"backups":3,"evil":1},"__proto__":{"features":{"off":["chat"]}}}',
  );
  const { settings, problem } = await open();
  expect(problem).toBeNull();
  expect(settings).toEqual({ storage: { backups: 3 } });
  expect(inForce(defaultSettings, settings)).toEqual({
    ...defaultSettings,
    storage: { ...defaultSettings.storage, backups: 3 },
  });
});

test.each([
  '',
  '{"storage":',
  'null',
  '[]',
  '"storage"',
  '{"storage":7}',
  '{"storage":null}',
  '{"storage":{"quotaBytes":-1}}',
  '{"storage":{"quotaBytes":1e400}}',
  '{"storage":{"backups":"5"}}',
  '{"features":{"off":["ledger"]}}',
  '{"features":{"off":{"length":1}}}',
])('the unusable file %j is moved aside, and the community follows the node', async (content) => {
  await writeFile(path, content);
  const { settings, problem } = await open();
  expect(settings).toEqual({});
  expect(problem).toMatchObject({ code: 'settings-invalid', messageId: 'node.own-settings-unreadable' });
  const [aside] = await readdir(root);
  expect(await readFile(join(root, aside ?? ''), 'utf8')).toBe(content);
});

test('no content of a file changes a setting of the node as a whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (content) => {
      await writeFile(path, content);
      const { settings } = await open();
      const { node, network, desktop } = inForce(defaultSettings, settings);
      expect({ node, network, desktop }).toEqual({
        node: defaultSettings.node,
        network: defaultSettings.network,
        desktop: defaultSettings.desktop,
      });
    }),
    { numRuns: 100 },
  );
});

test('a value out of bounds is refused and changes nothing', async () => {
  const file = await open();
  await file.patch({ set: { storage: { backups: 2 } }, unset: [] });
  const change = { set: { storage: { backups: 0 } }, unset: [] };
  await expect(file.patch(change)).rejects.toMatchObject({ code: 'settings-invalid' });
  expect(file.settings).toEqual({ storage: { backups: 2 } });
});

test('the settings in force are computed again after a change of either', () => {
  let node = defaultSettings;
  let own = {};
  const settings = layered(
    () => node,
    () => own,
  );
  expect(settings()).toBe(settings());
  node = { ...node, storage: { ...node.storage, backups: 8 } };
  expect(settings().storage.backups).toBe(8);
  own = { storage: { backups: 2 } };
  expect(settings().storage.backups).toBe(2);
});
