import { expect, test } from 'vitest';
import type { Introduction } from '../log/handshake.ts';
import { MemberNodes } from './member-nodes.ts';

const [MARA, TOVE] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

function setUp() {
  const connected = new Set<string>();
  const dropped: string[] = [];
  const nodes = new MemberNodes({
    isConnected: (peer) => connected.has(peer),
    onDropped: (peer) => dropped.push(peer),
  });
  const arrive = (peer: string, key = MARA) => {
    connected.add(peer);
    return nodes.prove(peer, key, null);
  };
  return { nodes, connected, dropped, arrive };
}

test('[FG5] fifty peer ids with one key: four count, and others keep their places', () => {
  const { nodes, arrive } = setUp();
  expect(arrive('tove', TOVE)).toBe(true);
  const taken = Array.from({ length: 50 }, (_, n) => `mara-${n}`).filter((peer) => arrive(peer));
  expect(taken).toEqual(['mara-0', 'mara-1', 'mara-2', 'mara-3']);
  expect(nodes.keyOf('mara-49')).toBeNull();
  expect(nodes.keyOf('tove')).toEqual(TOVE);
});

test('[FG5] a node that was lost makes room for another of its member, and is forgotten', () => {
  const { nodes, connected, dropped, arrive } = setUp();
  for (let n = 0; n < 50; n++) {
    expect(arrive(`mara-${n}`)).toBe(true);
    connected.clear();
  }
  expect(dropped).toEqual(Array.from({ length: 46 }, (_, n) => `mara-${n}`));
  expect([nodes.keyOf('mara-45'), nodes.keyOf('mara-46')]).toEqual([null, MARA]);
});

test('an introduction stays when the same peer proves its key again', () => {
  const { nodes } = setUp();
  const introduction = { peer: 'a', publicKey: MARA, name: 'Lighthouse' } as Introduction;
  nodes.prove('a', MARA, introduction);
  nodes.prove('a', MARA, null);
  expect(nodes.introduction('a')).toBe(introduction);
});
