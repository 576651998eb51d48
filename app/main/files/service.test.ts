import { describe, expect, test } from 'vitest';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { noQuota, type Quota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { CHUNK_BYTES, manifestOf, maxManifestBytes, openManifest } from './manifest.ts';
import { safeName, safeType } from './names.ts';
import { createFiles } from './service.ts';
import { FileStore } from './store.ts';
import { scripted } from './test-channel.ts';
import { decodeFileMessage, encodeFileMessage, FILES_PROTOCOL } from './wire.ts';

const MAX = 16 * 1024 * 1024;

interface Options {
  sizeBytes?: number;
  fileBudgetBytes?: number;
  maxFileBytes?: number;
  quota?: Quota;
  logger?: Logger;
  mayGive?: () => Promise<boolean>;
}

function filesOf(
  node: TestNode,
  { sizeBytes, fileBudgetBytes = 1e9, maxFileBytes = MAX, quota = noQuota, ...others }: Options = {},
) {
  const disk = memoryChunks(sizeBytes);
  const store = new FileStore({ ...node, disk, fileBudgetBytes: () => fileBudgetBytes, quota });
  const files = createFiles({
    ...node,
    ...others,
    quota,
    store,
    nodeName: () => node.name,
    maxFileBytes: () => maxFileBytes,
  });
  files.start();
  return { ...files, disk, store, row: (digest: Uint8Array) => store.row(digest) };
}

/** Bytes that differ for every seed. */
function file(chunks: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(Math.floor(chunks * CHUNK_BYTES));
  for (let at = 0; at < bytes.length; at += 1024) bytes.set(sha256(Buffer.from(`${seed} ${at}`)), at);
  return bytes;
}

async function community(...names: string[]) {
  const world = new TestCommunity();
  const nodes = await world.nodes(...names);
  return { world, clock: world.clock, nodes };
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const code = (value: string) => expect.objectContaining({ code: value });

/** A peer that accepts every handshake and then runs `act`. */
function hostile(
  node: TestNode,
  act: (channel: Channel, messages: AsyncIterator<Uint8Array>) => Promise<void>,
) {
  node.transport.handle(FILES_PROTOCOL, async (channel) => {
    const messages = channel.receive();
    await messages.next();
    await channel.send(
      encodeMessage(sendHandshake({ ...node, nodeName: () => 'x' }, channel.peer, 'answerer')),
    );
    await messages.next();
    await act(channel, messages);
  });
}

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

describe('files of others', () => {
  test('are fetched once for all concurrent requests, and are then stored here', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    const [mara, ines] = nodes.map((node) => filesOf(node));
    const { cid } = await mara!.put(file(3.5), 'tides.txt', 'text/plain');
    const both = await clock.settle(Promise.all([ines!.get(cid), ines!.get(cid)]));
    for (const { bytes, name, type } of both) {
      expect(same(bytes, file(3.5))).toBe(true);
      expect([name, type]).toEqual(['file', 'application/octet-stream']);
    }
    expect(nodes[1]!.transport.peers()[0]!.receivedBytes).toBeLessThan(4 * CHUNK_BYTES);
    expect(ines!.has(digestOf(cid))).toBe(true);
  });

  test('are continued from another peer after a broken transfer', async () => {
    const { nodes, clock } = await community('mara', 'ines', 'brine');
    const bytes = file(6);
    const manifest = manifestOf(bytes);
    hostile(nodes[0]!, async (channel) => {
      await channel.send(encodeFileMessage(['manifest', manifest.bytes]));
      for (const n of [0, 1, 2]) {
        await channel.send(
          encodeFileMessage(['chunk', n, bytes.slice(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES)]),
        );
      }
    });
    const brine = filesOf(nodes[2]!);
    await expect(clock.settle(brine.get(cidOf(manifest.id)))).rejects.toEqual(code('file-unavailable'));
    expect(brine.usedBytes()).toBe(3 * CHUNK_BYTES);
    const ines = filesOf(nodes[1]!);
    await ines.put(bytes, 'x', '');
    expect(same((await clock.settle(brine.get(cidOf(manifest.id)))).bytes, bytes)).toBe(true);
    const fromInes = nodes[2]!.transport.peers().find(({ peer }) => peer === 'ines')!.receivedBytes;
    expect(fromInes).toBeLessThan(4 * CHUNK_BYTES);
  });

  test('wrong bytes, wrong order, another file, endless chunks and silence are refused', async () => {
    const bytes = file(2);
    const manifest = manifestOf(bytes);
    const other = manifestOf(file(2, 9));
    const attacks: ((channel: Channel, messages: AsyncIterator<Uint8Array>) => Promise<void>)[] = [
      async (channel) => {
        await channel.send(encodeFileMessage(['manifest', manifest.bytes]));
        await channel.send(encodeFileMessage(['chunk', 0, new Uint8Array(CHUNK_BYTES)]));
      },
      async (channel) => {
        await channel.send(encodeFileMessage(['manifest', manifest.bytes]));
        await channel.send(encodeFileMessage(['chunk', 1, bytes.slice(CHUNK_BYTES)]));
      },
      (channel) => channel.send(encodeFileMessage(['manifest', other.bytes])),
      async (channel) => {
        await channel.send(encodeFileMessage(['manifest', manifest.bytes]));
        for (;;) await channel.send(encodeFileMessage(['chunk', 0, new Uint8Array(CHUNK_BYTES)]));
      },
      (channel) => channel.send(new Uint8Array(900_000)),
      async (_channel, messages) => void (await messages.next()),
    ];
    for (const attack of attacks) {
      const { nodes, clock } = await community('mara', 'ines');
      hostile(nodes[0]!, attack);
      const ines = filesOf(nodes[1]!);
      await expect(clock.settle(ines.get(cidOf(manifest.id)))).rejects.toEqual(code('file-unavailable'));
      expect([ines.usedBytes(), ines.disk.chunks.size]).toEqual([0, 0]);
    }
  });

  test('are served only to members', async () => {
    const { world, nodes, clock } = await community('mara');
    const mara = filesOf(nodes[0]!);
    const { cid } = await mara.put(file(1), 'x', '');
    const stranger = world.node('stranger');
    await stranger.transport.start();
    await clock.settle(stranger.transport.dial('/memory/mara'));
    await expect(clock.settle(filesOf(stranger).get(cid))).rejects.toEqual(code('file-unavailable'));
    expect(nodes[0]!.transport.peers()[0]!.sentBytes).toBeLessThan(1000);
  });

  test('are dropped for new ones, the least recently used first', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    const mara = filesOf(nodes[0]!);
    const ines = filesOf(nodes[1]!, { fileBudgetBytes: 2 * CHUNK_BYTES });
    const cids: string[] = [];
    for (const seed of [1, 2, 3]) {
      const { cid } = await mara.put(file(1, seed), 'x', '');
      cids.push(cid);
      await clock.settle(ines.get(cid));
      await clock.pass(1000);
    }
    expect(cids.map((cid) => ines.has(digestOf(cid)))).toEqual([false, true, true]);
    expect(same((await clock.settle(ines.get(cids[0]!))).bytes, file(1, 1))).toBe(true);
  });

  test('[CM12] are dropped, and not fetched, where they would take the space kept for what members write', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    const mara = filesOf(nodes[0]!);
    const space = { left: 3 * CHUNK_BYTES, reserved: CHUNK_BYTES, tell: () => {} };
    const ines = filesOf(nodes[1]!, {
      quota: {
        ...noQuota,
        leftBytes: () => space.left,
        spareBytes: () => space.left - space.reserved,
        filesChanged: (byBytes) => (space.left -= byBytes ?? -CHUNK_BYTES),
        onTight: (listener) => ((space.tell = listener), () => {}),
      },
    });
    const cids = await Promise.all(
      [1, 2, 3].map(async (seed) => (await mara.put(file(1, seed), 'x', '')).cid),
    );
    const here = () => cids.map((cid) => ines.has(digestOf(cid)));
    for (const cid of cids) {
      await clock.settle(ines.get(cid));
      await clock.pass(1000);
    }
    expect(here()).toEqual([false, true, true]);
    // Two more posts are written, of a chunk’s size each.
    space.left -= 2 * CHUNK_BYTES;
    space.tell();
    await clock.pass(1);
    expect(here()).toEqual([false, false, false]);
    await expect(clock.settle(ines.get(cids[0]!))).rejects.toEqual(code('file-quota'));
    // An upload may take all that is left.
    await ines.put(file(1, 4), 'own', '');
    await expect(ines.put(file(1, 5), 'own', '')).rejects.toEqual(code('file-quota'));
  });

  test('damage on disk is noticed and repaired from a peer', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    const [mara, ines] = nodes.map((node) => filesOf(node));
    const { cid } = await mara!.put(file(2), 'x', '');
    await clock.settle(ines!.get(cid));
    const [first] = ines!.disk.chunks.keys();
    ines!.disk.chunks.set(first!, new Uint8Array(5));
    expect(same((await clock.settle(ines!.get(cid))).bytes, file(2))).toBe(true);
  });

  test('a cancelled fetch ends at once', async () => {
    const { nodes, clock } = await community('mara', 'ines');
    hostile(nodes[0]!, async (_channel, messages) => void (await messages.next()));
    const abort = new AbortController();
    const got = filesOf(nodes[1]!).get(cidOf(sha256(new Uint8Array(1))), abort.signal);
    abort.abort();
    await expect(clock.settle(got)).rejects.toEqual(code('cancelled'));
  });
});

describe('names', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\tide.txt', 'tide.txt'],
    ['con.txt', '_con.txt'],
    ['..', 'file'],
    ['a\u0000b\u202etxt.exe', 'abtxt.exe'],
    ['what?*.png ', 'what__.png'],
    ['', 'file'],
    ['con', '_con'],
    ['COM1.txt', '_COM1.txt'],
    ['lpt9.tar.gz', '_lpt9.tar.gz'],
    ['falcon', 'falcon'],
    ['console.txt', 'console.txt'],
    ['comet', 'comet'],
  ])('%j is saved as %j', (name, expected) => expect(safeName(name)).toBe(expected));

  test('a long name keeps its extension', () => {
    const name = safeName(`${'x'.repeat(300)}.tar`);
    expect([name.length, name.endsWith('.tar')]).toEqual([120, true]);
  });

  test('a long name without an extension is cut, and never within a letter', () => {
    expect(safeName('x'.repeat(300))).toBe('x'.repeat(120));
    expect(safeName(`a.b${'x'.repeat(300)}`)).toBe(`a.b${'x'.repeat(117)}`);
    expect(safeName(`x${'\u{1f30a}'.repeat(100)}`)).toBe(`x${'\u{1f30a}'.repeat(59)}`);
  });

  test('a media type is valid or unknown', () => {
    expect([safeType('Image/PNG; x=1'), safeType('text/html\r\nx: y'), safeType('')]).toEqual([
      'image/png',
      'application/octet-stream',
      'application/octet-stream',
    ]);
    expect([safeType(' text/plain ;x'), safeType('?text/plain')]).toEqual([
      'text/plain',
      'application/octet-stream',
    ]);
    const longest = `a/${'b'.repeat(98)}`;
    expect([safeType(longest), safeType(`${longest}b`)]).toEqual([longest, 'application/octet-stream']);
  });
});

test('an inconsistent manifest is refused', () => {
  const chunk = new Uint8Array(32);
  for (const value of [
    { v: 1, size: 10, chunks: [] },
    { v: 1, size: CHUNK_BYTES, chunks: [chunk, chunk] },
    { v: 1, size: MAX + 1, chunks: Array.from({ length: 65 }, () => chunk) },
    { v: 2, size: 0, chunks: [] },
    { v: 1, size: 1, chunks: ['../../x'] },
    { v: 1, size: 1, chunks: ['x'.repeat(32)] },
    { v: 1, size: 1, chunks: [new Uint8Array(31)] },
  ]) {
    expect(() => openManifest(encodeCanonical(value), MAX)).toThrow(code('bad-manifest'));
  }
  expect(() => openManifest(new Uint8Array(1e6), MAX)).toThrow(code('bad-manifest'));
  expect(() => openManifest(new Uint8Array([0xff]), MAX)).toThrow(code('bad-manifest'));
});

test('the description of the largest file is accepted, and has 34 bytes for each chunk', () => {
  const bytes = encodeCanonical({
    v: 1,
    size: MAX,
    chunks: Array.from({ length: 64 }, () => new Uint8Array(32)),
  });
  expect(openManifest(bytes, MAX)).toMatchObject({ size: MAX, id: sha256(bytes) });
  expect(maxManifestBytes(MAX)).toBe(64 * 34 + 64);
  expect(bytes.length).toBeLessThan(maxManifestBytes(MAX));
});

test('a message of another form is refused', () => {
  const digest = new Uint8Array(32);
  const read = (value: unknown, ...names: ('get' | 'manifest' | 'chunk' | 'end')[]) =>
    decodeFileMessage(encodeCanonical(value), names);
  expect(read(['get', digest, 3], 'get')).toEqual(['get', digest, 3]);
  expect(read(['end', 'busy'], 'chunk', 'end')).toEqual(['end', 'busy']);
  for (const value of [
    ['get', new Uint8Array(31), 0],
    ['get', 'x'.repeat(32), 0],
    ['get', digest, 1_000_001],
    ['manifest', 'x'],
    ['manifest', new Uint8Array(CHUNK_BYTES + 1)],
    ['end', 'never'],
    ['end', 'done'],
    [],
    'get',
    null,
  ]) {
    expect(() => read(value, 'get', 'manifest')).toThrow(code('malformed'));
  }
});
