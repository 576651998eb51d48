import { describe, expect, test } from 'vitest';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noQuota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Channel } from '../log/transport.ts';
import { type TestNode } from '../platform/memory/test-community.ts';
import { CHUNK_BYTES, manifestOf } from './manifest.ts';
import { scripted } from './test-channel.ts';

import { code, community, file, filesOf, same } from './test-files.ts';

describe('files of one node', () => {
  test('are returned byte for byte, whatever their size', async () => {
    const { nodes } = await community('mara');
    const files = filesOf(nodes[0]!);
    for (const chunks of [0, 0.5, 1, 2.25]) {
      const bytes = file(chunks);
      const put = await files.put(bytes, 'tides.txt', 'text/plain');
      expect(put).toMatchObject({
        name: 'tides.txt',
        type: 'text/plain',
        sizeBytes: bytes.length,
        here: true,
      });
      expect(same((await files.get(put.cid)).bytes, bytes)).toBe(true);
      expect(await files.attachment(digestOf(put.cid))).toMatchObject({
        name: 'tides.txt',
        size: bytes.length,
      });
    }
  });

  test('are refused if too large, also as an endless stream', async () => {
    const { nodes } = await community('mara');
    const files = filesOf(nodes[0]!, { maxFileBytes: 1000 });
    async function* endless() {
      for (;;) yield new Uint8Array(100);
    }
    await expect(files.put(endless(), 'x', '')).rejects.toEqual(code('file-too-large'));
    await expect(files.put(new Uint8Array(1001), 'x', '')).rejects.toEqual(code('file-too-large'));
    const small = filesOf(nodes[0]!, { maxFileBytes: 3 * 1024 });
    await expect(small.put(file(1), 'x', '')).rejects.toThrow('at most 3 KiB');
  });

  test('of exactly the largest size are taken, at once and as a stream', async () => {
    const { nodes } = await community('mara');
    const files = filesOf(nodes[0]!, { maxFileBytes: 1000 });
    const bytes = file(1).slice(0, 1000);
    async function* parts() {
      for (const at of [0, 400, 800]) yield bytes.subarray(at, Math.min(at + 400, 1000));
    }
    const { cid } = await files.put(parts(), 'x', '');
    expect(same((await files.get(cid)).bytes, bytes)).toBe(true);
    expect((await files.put(bytes, 'x', '')).cid).toBe(cid);
  });

  test('take no space twice, and are written once', async () => {
    const { nodes } = await community('mara');
    const files = filesOf(nodes[0]!, { sizeBytes: CHUNK_BYTES });
    for (const name of ['a', 'b']) await files.put(file(1), name, '');
    expect(files.usedBytes()).toBe(CHUNK_BYTES);
  });

  test('that a post names stay, under the name of the post; those that it names wrongly are passed over', async () => {
    const { nodes, clock } = await community('mara');
    let commit: (batch: { event: { body: unknown } }[]) => void = () => {};
    const log = { ...nodes[0]!.log, onCommit: (listener: typeof commit) => ((commit = listener), () => {}) };
    const files = filesOf({ ...nodes[0]!, log: log as unknown as TestNode['log'] });
    const { cid } = await files.put(file(1), 'own', 'text/plain');
    const [here, away] = [digestOf(cid), sha256(Buffer.from('away'))];
    const named = (digest: Uint8Array) => ({ cid: digest, name: '../Tide', type: 'Text/HTML', size: 7 });
    const bodies = [
      {},
      { attachments: [] },
      { attachments: ['x'] },
      { attachments: [named(here), named(away)] },
    ];
    commit(bodies.map((body) => ({ event: { body } })));
    await clock.pass(26 * 3_600_000);
    expect(await files.attachment(here)).toEqual({
      cid: here,
      name: 'own',
      type: 'text/plain',
      size: CHUNK_BYTES,
    });
    expect(files.row(away)).toMatchObject({ name: 'Tide', type: 'text/html', size: 7 });
    for (const digest of [away, sha256(Buffer.from('unknown'))]) {
      await expect(files.attachment(digest)).rejects.toEqual(code('file-unknown'));
    }
    await files.forget(here);
    expect([files.has(here), files.row(here), files.disk.chunks.size]).toEqual([false, null, 0]);
  });

  test('that cannot be dropped do not keep others from being dropped, now or later', async () => {
    const { nodes, clock } = await community('mara');
    const space = { spare: 1, tell: () => {} };
    const quota = {
      ...noQuota,
      spareBytes: () => space.spare,
      onTight: (listener: () => void) => ((space.tell = listener), () => {}),
    };
    const warned: unknown[] = [];
    const logger = { ...silentLogger, warn: (event: string) => void warned.push(event) };
    const files = filesOf(nodes[0]!, { quota, logger });
    for (const seed of [1, 2]) await files.put(file(1, seed), 'x', '');
    const remove = files.disk.remove;
    files.disk.remove = () => Promise.reject(new Error('no disk'));
    await clock.pass(26 * 3_600_000);
    expect(warned).toEqual(['file-not-dropped', 'file-not-dropped']);
    expect(files.usedBytes()).toBe(0);
    const copy = manifestOf(file(1, 3));
    const fetched = async () => {
      space.spare = Infinity;
      files.store.expect(copy, null);
      await files.store.addChunk(copy.id, 0, copy.chunks[0]!, file(1, 3));
    };
    await fetched();
    space.spare = 0;
    space.tell();
    await clock.pass(1);
    expect(files.has(copy.id)).toBe(true);
    space.spare = -1;
    space.tell();
    space.tell();
    await clock.pass(1);
    expect([files.has(copy.id), warned.length]).toEqual([false, 3]);
    files.disk.remove = remove;
    await fetched();
    space.spare = -1;
    space.tell();
    await clock.pass(1);
    expect(files.has(copy.id)).toBe(false);
  });

  test('are given only while the gate lets them pass', async () => {
    const { nodes } = await community('mara');
    let passes = true;
    const files = filesOf(nodes[0]!, { mayGive: async () => passes });
    const { cid } = await files.put(file(1), 'x', '');
    await files.get(cid);
    passes = false;
    await expect(files.get(cid)).rejects.toEqual(code('held-back'));
  });

  test('are served from the start to the stop, and begun once', async () => {
    const { nodes } = await community('mara');
    const node = nodes[0]!;
    const handlers: ((channel: Channel) => Promise<void>)[] = [];
    const transport = {
      ...node.transport,
      handle: (_: string, handler: (typeof handlers)[0]) => handlers.push(handler),
    };
    const files = filesOf({ ...node, transport: transport as unknown as TestNode['transport'] });
    files.start();
    expect(handlers).toHaveLength(1);
    await handlers[0]!(scripted('ines', []).channel);
    await files.stop();
    await expect(handlers[0]!(scripted('ines', []).channel)).rejects.toEqual(code('stopped'));
  });

  test('a full disk is reported, and no partial file is left', async () => {
    const { nodes } = await community('mara');
    const files = filesOf(nodes[0]!, { sizeBytes: 1.5 * CHUNK_BYTES });
    await expect(files.put(file(3), 'x', '')).rejects.toEqual(code('disk-full'));
    expect([files.disk.chunks.size, files.usedBytes()]).toEqual([0, 0]);
  });

  test('own uploads are never dropped for new ones; those that no post names are dropped after a day', async () => {
    const { nodes, clock } = await community('mara');
    const files = filesOf(nodes[0]!, { fileBudgetBytes: 2 * CHUNK_BYTES });
    const { cid } = await files.put(file(2), 'a', '');
    await expect(files.put(file(1, 2), 'b', '')).rejects.toEqual(code('file-budget'));
    expect(files.has(digestOf(cid))).toBe(true);
    await clock.pass(26 * 3_600_000);
    expect([files.has(digestOf(cid)), files.disk.chunks.size]).toEqual([false, 0]);
  });

  test('chunks that two files share are kept for the remaining file', async () => {
    const { nodes, clock } = await community('mara');
    const files = filesOf(nodes[0]!);
    await files.put(file(2), 'a', '');
    await clock.pass(20 * 3_600_000);
    const longer = await files.put(file(3), 'b', '');
    expect(files.usedBytes()).toBe(3 * CHUNK_BYTES);
    await clock.pass(6 * 3_600_000);
    expect(same((await files.get(longer.cid)).bytes, file(3))).toBe(true);
  });
});

describe('files that a node keeps for itself', () => {
  test('[AR16] are stored although no post names them, and no peer is given them', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    const [mara, ines] = nodes.map((node) => filesOf(node));
    const digest = await mara!.keep(file(1.5), 'originals.gz');
    expect(await mara!.attachment(digest)).toMatchObject({
      name: 'originals.gz',
      type: 'application/octet-stream',
    });
    await clock.pass(26 * 3_600_000);
    expect(same((await mara!.read(digest))!, file(1.5))).toBe(true);
    await expect(clock.settle(ines!.get(cidOf(digest)))).rejects.toEqual(code('file-unavailable'));
  });

  test('[AR16] do not take the space that is kept for attachments', async () => {
    const { nodes } = await community('mara');
    const quota = { ...noQuota, spareBytes: () => CHUNK_BYTES };
    const files = filesOf(nodes[0]!, { quota });
    await expect(files.keep(file(1.5), 'originals.gz')).rejects.toEqual(code('file-quota'));
    expect(files.usedBytes()).toBe(0);
    await files.keep(file(0.5), 'originals.gz');
    await files.keep(file(1, 2), 'exactly all');
    const exact = filesOf(nodes[0]!, { fileBudgetBytes: files.usedBytes() + 1024 });
    await exact.keep(new Uint8Array(1024), 'exactly all');
    const small = filesOf(nodes[0]!, { fileBudgetBytes: 0 });
    await expect(small.keep(file(0.7), 'originals.gz')).rejects.toEqual(code('file-quota'));
  });
});
