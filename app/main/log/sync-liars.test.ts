import { expect, test } from 'vitest';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import { decodeMessage, encodeMessage, SYNC_PROTOCOL, type Message, type MessageOf } from './wire.ts';
import { sendHandshake } from './handshake.ts';
import { createTestWorld, FOUNDER, type TestNode, type TestWorld, verifier } from '../sim/test-world.ts';
import type { Channel } from './transport.ts';

import { community } from './test-sync.ts';

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
