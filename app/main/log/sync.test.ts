import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { decodeMessage, encodeMessage, SYNC_PROTOCOL } from './wire.ts';
import { sendHandshake } from './handshake.ts';
import { createTestWorld, FOUNDER, verifier } from '../sim/test-world.ts';

import { community, digest, numbered } from './test-sync.ts';

test('[S2] [L13] two nodes that wrote separately hold the same events after they meet', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write(...numbered(1500));
  ada!.write('from ada');
  await world.connect(ada!, founder!);
  await world.clock.pass(5000);
  expect(ada!.texts).toHaveLength(1501);
  expect(digest(ada!)).toBe(digest(founder!));
  expect(toHex(ada!.log.stateDigest())).toBe(toHex(founder!.log.stateDigest()));
});

test('[S2] three nodes in a row all hold everything, also the events of both ends', async () => {
  const world = createTestWorld();
  const nodes = await community(world, 'ada', 'bob');
  for (const node of nodes) node.write(...numbered(120).map((text) => `${node.name} ${text}`));
  await world.connect(nodes[1]!, nodes[0]!);
  await world.connect(nodes[2]!, nodes[1]!);
  await world.clock.pass(70_000);
  for (const node of nodes) expect(node.texts).toHaveLength(360);
  expect(new Set(nodes.map(digest)).size).toBe(1);
});

test('[G4] [L11] events of an unknown author are requested again once a block brings their admission', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  const hearAgain = ada!.deafen();
  founder!.admit('bob');
  const bob = await world.node('bob');
  bob.write('bob was here');
  await world.connect(founder!, bob);
  await world.connect(ada!, founder!);
  await world.clock.pass(10_000);
  expect(founder!.texts).toEqual(['bob was here']);
  expect(ada!.texts).toEqual([]);
  hearAgain();
  await world.clock.pass(2000);
  expect(ada!.texts).toEqual(['bob was here']);
});

test('[L11] events written after a ban are removed once its block is here, and earlier ones stay', async () => {
  const world = createTestWorld();
  const [founder, ada, bob] = await community(world, 'ada', 'bob');
  await world.connect(bob!, founder!);
  await world.connect(ada!, founder!);
  const hearAgain = [founder!, ada!, bob!].map((node) => node.deafen());
  bob!.write('before');
  await world.clock.pass(1000);
  world.people.ban(founder!.signer.publicKey, bob!.signer.publicKey);
  await world.clock.pass(1000);
  bob!.write('after');
  await world.clock.pass(1000);
  expect(ada!.texts).toEqual(['before', 'after']);
  const counted = ada!.log.count();
  for (const hear of hearAgain) hear();
  for (const node of [founder!, ada!, bob!]) expect(node.texts).toEqual(['before']);
  expect(ada!.log.count()).toBe(counted - 1);
  expect(ada!.log.rightsMark).toBe(world.people.changes.length);
  expect(new Set([founder!, ada!, bob!].map(digest)).size).toBe(1);
});

test('[S4] the newest events come first', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write(...numbered(5000));
  const stages = new Set<string>();
  ada!.sync.onProgress(() => {
    for (const { stage } of ada!.sync.progress()) stages.add(stage);
  });
  await world.connect(ada!, founder!);
  expect(ada!.texts).toHaveLength(5000);
  expect(ada!.texts[0]).toBe('note 4999');
  expect(ada!.texts.slice(0, 1000)).toContain('note 4000');
  expect(ada!.texts.at(-1)).toBe('note 0');
  expect([...stages]).toEqual(['newest', 'history']);
});

test('[S3] [L9] authority events are all there before content, the oldest first', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write(...numbered(500));
  for (const text of ['rule 1', 'rule 2', 'rule 3']) {
    founder!.log.append(founder!.signer, 'authority/test.rule', { text });
    founder!.write(`after ${text}`);
  }
  await world.connect(ada!, founder!);
  expect(ada!.texts).toHaveLength(506);
  expect(ada!.texts.slice(0, 4)).toEqual(['rule 1', 'rule 2', 'rule 3', 'after rule 3']);
});

test('[S5] events larger than one answer arrive as well', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write(...Array.from({ length: 60 }, (_, n) => `${n} ${'x'.repeat(120_000)}`));
  await world.connect(ada!, founder!);
  expect(ada!.texts).toHaveLength(60);
  expect(digest(ada!)).toBe(digest(founder!));
});

test('[S6] an interrupted pull keeps what it stored and continues from there', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write(...numbered(6000));
  let cut = false;
  ada!.sync.onProgress(() => {
    if (!cut && ada!.texts.length >= 2000) {
      cut = true;
      world.network.cut('ada', FOUNDER);
    }
  });
  await world.connect(ada!, founder!);
  const kept = ada!.texts.length;
  expect(kept).toBeGreaterThanOrEqual(2000);
  expect(kept).toBeLessThan(6000);
  await world.connect(ada!, founder!);
  expect(ada!.texts).toHaveLength(6000);
  expect(new Set(ada!.texts).size).toBe(6000);
});

test('[S6] a silent peer is dropped after half a minute, and asked again later', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write('hello');
  let asked = 0;
  founder!.sync.stop();
  founder!.transport.handle(SYNC_PROTOCOL, async () => {
    asked++;
    await new Promise(() => {});
  });
  await world.connect(ada!, founder!);
  await world.clock.pass(100_000);
  expect(asked).toBe(2);
  expect(ada!.transport.peers()).toHaveLength(1);
});

test('[S8] silent strangers hold no turns: a member’s events arrive at once, and the strangers are asked in seconds', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write('hello');
  ada!.transport.reserveFor((peer) => (peer === FOUNDER ? peer : null));
  let asked = 0;
  for (let n = 0; n < 20; n++) {
    const stranger = world.network.transport(`stranger-${n}`);
    stranger.handle(SYNC_PROTOCOL, async () => {
      asked++;
      await new Promise(() => {});
    });
    await stranger.start();
    void stranger.dial('/memory/ada');
  }
  await world.clock.pass(100);
  expect(asked).toBe(16);
  void ada!.transport.dial(`/memory/${FOUNDER}`);
  await world.clock.pass(100);
  expect(ada!.texts).toEqual(['hello']);
  await world.clock.pass(11_000);
  expect(asked).toBe(20);
});

test('[S8] members that answer nothing after their introduction hold their turns for half a minute at most', async () => {
  const world = createTestWorld();
  const [founder, ada, ...silent] = await community(world, 'ada', 'bob', 'cy', 'dan');
  founder!.write('hello');
  for (const node of silent) {
    node.sync.stop();
    node.transport.handle(SYNC_PROTOCOL, async (channel) => {
      const { value } = await channel.receive().next();
      decodeMessage(value as Uint8Array, ['hello']);
      const init = {
        ...node,
        authority: node.roster,
        verifier,
        clock: world.clock,
        nodeName: () => node.name,
      };
      await channel.send(encodeMessage(sendHandshake(init, channel.peer, 'answerer')));
      await new Promise(() => {});
    });
    await world.connect(node, ada!);
  }
  await world.connect(ada!, founder!);
  expect(ada!.texts).toEqual([]);
  await world.clock.pass(35_000);
  expect(ada!.texts).toEqual(['hello']);
});

test('[S8] two sources at once bring each event once', async () => {
  const world = createTestWorld();
  const [founder, ada, bob] = await community(world, 'ada', 'bob');
  founder!.write(...numbered(3000));
  await world.connect(bob!, founder!);
  expect(bob!.texts).toHaveLength(3000);
  let stored = 0;
  ada!.sync.onPulled((_peer, result) => (stored += result.stored));
  const dials = [ada!.transport.dial('/memory/bob'), ada!.transport.dial(`/memory/${FOUNDER}`)];
  await world.clock.pass(10_000);
  await Promise.all(dials);
  expect(ada!.texts).toHaveLength(3000);
  expect(stored).toBe(3000);
  expect(ada!.log.refusals()).toEqual([]);
});

test('[S1] a stranger gets nothing, and everything once a member admitted them', async () => {
  const world = createTestWorld();
  const [founder] = await community(world);
  founder!.write('secret of the house');
  const eve = await world.node('eve');
  await world.connect(eve, founder!);
  expect(eve.texts).toEqual([]);
  expect(eve.log.count()).toBe(0);
  founder!.admit('eve');
  await world.clock.pass(2000);
  expect(eve.texts).toEqual(['secret of the house']);
});

test('[S9] an event counts as held by a peer once that peer said it has everything', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write('alone');
  const id = [...founder!.log.store.items('content')][0]!.id;
  expect(founder!.spread.level(id)).toEqual({ level: 'local', copies: 0 });
  await world.connect(ada!, founder!);
  expect(founder!.spread.level(id)).toEqual({ level: 'replicated', copies: 1 });
  founder!.write('spread');
  await world.clock.pass(100);
  const second = founder!.log.store.headsOf(founder!.signer.publicKey, 1)[0]!;
  expect(founder!.spread.level(second)).toEqual({ level: 'gossiped', copies: 0 });
  await world.clock.pass(60_000);
  expect(founder!.spread.level(second)).toEqual({ level: 'replicated', copies: 1 });
});
