import { describe, expect, test } from 'vitest';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { noQuota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Channel } from '../log/transport.ts';
import { CHUNK_BYTES, manifestOf } from './manifest.ts';
import { encodeFileMessage } from './wire.ts';

import { code, community, file, filesOf, hostile, same } from './test-files.ts';

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
