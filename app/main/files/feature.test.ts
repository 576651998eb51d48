import { expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { callsOf } from '../api/test-calls.ts';
import { digestOf } from '../kernel/cid.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noQuota } from '../kernel/quota.ts';
import type { StoredBase } from '../feature/index.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { TestCommunity } from '../platform/memory/test-community.ts';
import { filesFeature } from './feature.ts';

/** The files of mara, a sysop, or of ines, a member, where the gate holds every file back or none. */
async function opened({ name, passes, storage }: { name: string; passes: boolean; storage?: object }) {
  const nodes = await new TestCommunity().nodes('mara', 'ines');
  const node = nodes.find((one) => one.name === name)!;
  const settings = () => ({ ...defaultSettings, storage: { ...defaultSettings.storage, ...storage } });
  const base = { ...node, chunks: memoryChunks(), settings, quota: noQuota, logger: silentLogger };
  const stored = filesFeature.stored!(base as unknown as StoredBase);
  const ports = { ...base, gathered: { people: node.authority } };
  const moderation = { gate: { fileCame: async () => passes } };
  const files = filesFeature.create!(ports as never, { log: node.log, moderation } as never, stored);
  const calls = callsOf(
    ({ files: api }) =>
      filesFeature.api!(api as never, () => files) as ReturnType<typeof import('./api.ts').filesApi>,
  );
  return { node, stored, files, calls };
}
const picture = () => new File([new Uint8Array(300)], 'Tide.png', { type: 'image/png' });

test('a file goes in and out by the contract, and other features read it', async () => {
  const { node, stored, files, calls } = await opened({ name: 'ines', passes: true });
  const put = await calls.put({ file: picture() });
  expect(put).toMatchObject({ name: 'Tide.png', type: 'image/png', sizeBytes: 300, here: true });
  const { file } = await calls.get({ cid: put.cid });
  expect([file.name, file.type, file.size]).toEqual(['Tide.png', 'image/png', 300]);
  expect(await stored.readFile(digestOf(put.cid))).toHaveLength(300);
  expect(await stored.readFile(new Uint8Array(32))).toBeNull();
  expect([filesFeature.filesBytes!(node.db), files.usedBytes()]).toEqual([300, 300]);
});

test('[J16] a file that the gate holds back is given to a moderator, and to no other member', async () => {
  const cid = async (name: string) => {
    const { calls } = await opened({ name, passes: false });
    return calls.get({ cid: (await calls.put({ file: picture() })).cid });
  };
  expect((await cid('mara')).file.size).toBe(300);
  await expect(cid('ines')).rejects.toMatchObject({ data: { code: 'held-back' } });
});

test('the settings bound the size of a file, and of all files', async () => {
  const one = await opened({ name: 'ines', passes: true, storage: { maxFileBytes: 299 } });
  await expect(one.calls.put({ file: picture() })).rejects.toMatchObject({
    data: { code: 'file-too-large' },
  });
  const all = await opened({ name: 'ines', passes: true, storage: { fileBudgetBytes: 299 } });
  await expect(all.calls.put({ file: picture() })).rejects.toMatchObject({ data: { code: 'file-budget' } });
});

test('the feature may be off, and names the tables that a repair must keep', () => {
  expect(filesFeature).toMatchObject({
    name: 'files',
    optional: true,
    needs: ['log', 'moderation'],
    tables: { kept: ['file', 'chunk'] },
  });
});
