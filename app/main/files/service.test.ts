import { describe, expect, test } from 'vitest';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { noQuota, type Quota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { CHUNK_BYTES, manifestOf, openManifest } from './manifest.ts';
import { safeName, safeType } from './names.ts';
import { createFiles } from './service.ts';
import { FileStore } from './store.ts';
import { encodeFileMessage, FILES_PROTOCOL } from './wire.ts';

const MAX = 16 * 1024 * 1024;

interface Options {
  sizeBytes?: number;
  fileBudgetBytes?: number;
  maxFileBytes?: number;
  quota?: Quota;
}

function filesOf(
  node: TestNode,
  { sizeBytes, fileBudgetBytes = 1e9, maxFileBytes = MAX, quota = noQuota }: Options = {},
) {
  const disk = memoryChunks(sizeBytes);
  const store = new FileStore({ ...node, disk, fileBudgetBytes: () => fileBudgetBytes, quota });
  const files = createFiles({
    ...node,
    quota,
    store,
    nodeName: () => node.name,
    maxFileBytes: () => maxFileBytes,
  });
  files.start();
  return { ...files, disk };
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
    for (const { bytes } of both) expect(same(bytes, file(3.5))).toBe(true);
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
  ])('%j is saved as %j', (name, expected) => expect(safeName(name)).toBe(expected));

  test('a long name keeps its extension', () => {
    const name = safeName(`${'x'.repeat(300)}.tar`);
    expect([name.length, name.endsWith('.tar')]).toEqual([120, true]);
  });

  test('a media type is valid or unknown', () => {
    expect([safeType('Image/PNG; x=1'), safeType('text/html\r\nx: y'), safeType('')]).toEqual([
      'image/png',
      'application/octet-stream',
      'application/octet-stream',
    ]);
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
  ]) {
    expect(() => openManifest(encodeCanonical(value), MAX)).toThrow(code('bad-manifest'));
  }
  expect(() => openManifest(new Uint8Array(1e6), MAX)).toThrow(code('bad-manifest'));
});
