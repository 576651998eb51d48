import { expect, test } from 'vitest';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import { decodeMessage, encodeMessage, SYNC_PROTOCOL, type Message, type MessageOf } from './wire.ts';
import { sendHandshake } from './handshake.ts';
import { createTestWorld, FOUNDER, type TestNode, type TestWorld, verifier } from '../sim/test-world.ts';
import type { Channel } from './transport.ts';

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `note ${from + n}`);
const digest = (node: TestNode) => toHex(node.log.digest());

/** A community of founder and members, with no connections. */
async function community(world: TestWorld, ...names: string[]): Promise<TestNode[]> {
  const founder = await world.node(FOUNDER);
  for (const name of names) founder.admit(name);
  const members: TestNode[] = [];
  for (const name of names) members.push(await world.node(name));
  return [founder, ...members];
}

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

/** Replaces the founder's answers by false ones, after a genuine handshake. */
function lie(
  founder: TestNode,
  world: TestWorld,
  answer: (message: Message) => (Message | Uint8Array)[],
): void {
  founder.sync.stop();
  founder.transport.handle(SYNC_PROTOCOL, async (channel: Channel) => {
    const init = {
      log: founder.log,
      transport: founder.transport,
      clock: world.clock,
      signer: founder.signer,
      verifier,
      authority: founder.roster,
      nodeName: () => 'liar',
    };
    for await (const bytes of channel.receive()) {
      const message = decodeMessage(bytes, ['hello', 'recon', 'want', 'equal']);
      const answers =
        message[0] === 'hello' ? [sendHandshake(init, channel.peer, 'answerer')] : answer(message);
      for (const one of answers) await channel.send(one instanceof Uint8Array ? one : encodeMessage(one));
    }
  });
}

/** A reconciliation message that lists ids up to infinity. */
function listing(ids: Uint8Array[]): MessageOf<'reconciled'> {
  const varint = ids.length < 128 ? [ids.length] : [(ids.length >> 7) | 128, ids.length & 127];
  return ['reconciled', new Uint8Array([0x61, 0, 0, 2, ...varint, ...ids.flatMap((id) => [...id])])];
}

const NOTHING: MessageOf<'reconciled'> = ['reconciled', new Uint8Array([0x61])];
let fakes = 0;
const fakeIds = (count: number) => Array.from({ length: count }, () => sha256(utf8(`fake ${fakes++}`)));

test.each<[string, (message: Message) => (Message | Uint8Array)[]]>([
  ['garbage', () => [new Uint8Array([0xff, 1, 2, 3])]],
  ['a message of another kind', () => [['done', 1]]],
  ['a broken comparison', () => [['reconciled', new Uint8Array([0x61, 9, 9, 9])]]],
  [
    'events that nobody asked for',
    (message) =>
      message[0] === 'want'
        ? [
            ['events', [[utf8('other'), null]]],
            ['done', 1],
          ]
        : [listing(fakeIds(1))],
  ],
  [
    'bytes that are no events',
    (message) => {
      const bad = Array.from({ length: 20 }, (_, n) => utf8(`not an event ${n}`));
      if (message[0] === 'want') {
        const order = new Map(bad.map((bytes) => [toHex(sha256(bytes)), bytes]));
        return [
          ['events', message[1].map((id) => [order.get(toHex(id))!, null] as [Uint8Array, null])],
          ['done', message[1].length],
        ];
      }
      return [listing(bad.map(sha256))];
    },
  ],
  [
    'ever more ids that it does not have',
    (message) => (message[0] === 'want' ? [['done', message[1].length]] : [endless(message)]),
  ],
])('[S7] a peer that sends %s is disconnected and kept away', async (_what, answer) => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  ada!.write('mine');
  lie(founder!, world, answer);
  await world.connect(ada!, founder!);
  await world.clock.pass(20_000);
  expect(ada!.transport.peers()).toEqual([]);
  expect(ada!.sync.shuns(FOUNDER)).toBe(true);
  expect(ada!.texts).toEqual(['mine']);
  await world.clock.pass(600_000);
  expect(ada!.sync.shuns(FOUNDER)).toBe(false);
});

/** Lists 2,000 new ids below a bound and asks to compare above it, so that the asker comes back. */
function endless(message: Message): Message {
  if (message[0] !== 'recon') return NOTHING;
  const ids = fakeIds(1500);
  const list = [2, 0, 2, (1500 >> 7) | 128, 1500 & 127, ...ids.flatMap((id) => [...id])];
  list.splice(1, 1, 0); // bound at key 1, empty id
  return ['reconciled', new Uint8Array([0x61, ...list, 0, 0, 1, ...new Uint8Array(16).fill(7)])];
}

test('[S7] a peer that lied is disconnected and kept away for ten minutes', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.sync.stop();
  let asked = 0;
  founder!.transport.handle(SYNC_PROTOCOL, async (channel) => {
    asked++;
    await channel.receive().next();
    await channel.send(utf8('no handshake'));
  });
  await world.connect(ada!, founder!);
  await world.clock.pass(100);
  expect([asked, ada!.sync.shuns(FOUNDER), ada!.transport.peers()]).toEqual([1, true, []]);
  await world.connect(ada!, founder!);
  await world.clock.pass(589_000);
  expect([asked, ada!.sync.shuns(FOUNDER)]).toEqual([1, true]);
  // It is asked with all others, and lies again.
  await world.clock.pass(2000);
  expect(asked).toBe(2);
});

test('[S6] [S1] a peer that breaks off before its handshake is asked again after two seconds, then four, up to a minute', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.sync.stop();
  const asked: number[] = [];
  founder!.transport.handle(SYNC_PROTOCOL, async (channel) => {
    asked.push(world.clock.now());
    channel.abort(new Error('busy'));
  });
  await world.connect(ada!, founder!);
  await world.clock.pass(30_500);
  const gaps = asked.slice(1).map((at, n) => Math.round((at - asked[n]!) / 1000));
  expect(gaps).toEqual([2, 4, 8, 16]);
  world.network.cut('ada', FOUNDER);
  await world.clock.pass(120_000);
  expect(asked).toHaveLength(5);
});

test('who no longer listens to catch-up hears nothing, and a stopped one asks nobody', async () => {
  const world = createTestWorld();
  const [founder, ada] = await community(world, 'ada');
  founder!.write('hello');
  const heard: string[] = [];
  const { sync } = ada!;
  const listen = (name: string) => [
    sync.onProgress(() => heard.push(`${name} progress`)),
    sync.onHandshake(({ peer }) => heard.push(`${name} met ${peer}`)),
    sync.onPulled((peer, { stored }) => heard.push(`${name} pulled ${stored} from ${peer}`)),
  ];
  for (const stop of listen('first')) stop();
  listen('second');
  await world.connect(ada!, founder!);
  await world.clock.pass(1000);
  expect(new Set(heard)).toEqual(
    new Set(['second progress', `second met ${FOUNDER}`, `second pulled 1 from ${FOUNDER}`]),
  );
  sync.stop();
  heard.length = 0;
  founder!.write('again');
  sync.soon();
  sync.pull(FOUNDER);
  await world.clock.pass(200_000);
  expect(heard.filter((one) => !one.includes('met'))).toEqual([]);
});
