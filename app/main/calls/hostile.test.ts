import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../kernel/errors.ts';
import { sendHandshake } from '../log/handshake.ts';
import { encodeMessage } from '../log/wire.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import type { TestNode } from '../node/test-community.ts';
import { openBeacon, sealBeacon } from './beacon.ts';
import { digestOf, cidOf } from '../kernel/cid.ts';
import type { VirtualClock } from '../platform/memory/clock.ts';
import { Caller, callers } from './test-calls.ts';
import { CALL_PROTOCOL, decodeFromGuest, decodeFromHost, encode, MAX_CALL_BYTES } from './wire.ts';

const roomOf = async (node: TestNode): Promise<string> =>
  (await node.calls.open({ title: 'Friday evening', board: null, rules: {}, startsAt: null })).id;

/** A channel of a member who breaks the rules, with what the host answered. */
async function channelOf({ clock }: { readonly clock: VirtualClock }, node: TestNode) {
  const opening = node.transport.open('mara', CALL_PROTOCOL);
  await clock.pass(500);
  const channel = await opening;
  const answers: Uint8Array[] = [];
  let isOver = false;
  void (async () => {
    try {
      for await (const bytes of channel.receive()) answers.push(bytes);
    } catch {
      // The host broke the channel.
    }
    isOver = true;
  })();
  const hello = encodeMessage(
    sendHandshake(
      {
        ...node,
        clock,
        verifier: immediateVerifier,
        authority: node.members.roster,
        nodeName: () => 'Broken',
      },
      'mara',
      'opener',
    ),
  );
  return {
    answers,
    hello,
    get isOver() {
      return isOver;
    },
    async send(...messages: readonly Uint8Array[]) {
      for (const message of messages) channel.send(message).catch(() => {});
      await clock.pass(1000);
    },
  };
}

const nested = (depth: number) =>
  new TextEncoder().encode(`{"t":"ask","n":0,"request":${'['.repeat(depth)}${']'.repeat(depth)}}`);

describe('[CA3] a member who breaks the rules is cut off, and the call goes on', () => {
  const breaches: Readonly<Record<string, (room: string) => Uint8Array[]>> = {
    'no JSON': () => [Uint8Array.of(0xff, 0xfe, 0x00)],
    'another shape': () => [new TextEncoder().encode('{"t":"sing"}')],
    'too deep': (room) => [encode({ t: 'enter', room, canHost: false }), nested(1000)],
    'too long': (room) => [
      encode({ t: 'enter', room, canHost: false }),
      new Uint8Array(MAX_CALL_BYTES + 1).fill(0x20),
    ],
    'a request before entering': () => [encode({ t: 'ask', n: 0, request: { type: 'leave' } })],
    'entering twice': (room) => [
      encode({ t: 'enter', room, canHost: false }),
      encode({ t: 'enter', room, canHost: false }),
    ],
  };

  it.each(Object.keys(breaches))('%s', async (name) => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await roomOf(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const broken = await channelOf({ clock }, ines);
    await broken.send(broken.hello, ...breaches[name]!(room));
    await clock.pass(1000);
    expect(broken.isOver).toBe(true);
    expect(host.state.participants).toHaveLength(1);
    await host.ask({ type: 'hand', up: true });
    expect(host.state.participants[0]?.handAt).not.toBeNull();
  });

  it('silence for 15 seconds', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await roomOf(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const broken = await channelOf({ clock }, ines);
    await broken.send(broken.hello, encode({ t: 'enter', room, canHost: false }));
    await clock.pass(16_000);
    expect(broken.isOver).toBe(true);
    expect(host.state.participants).toHaveLength(1);
  });

  it('no membership: nothing is told of the room', async () => {
    const { world, mara, clock } = await callers();
    const room = await roomOf(mara);
    const stranger = await world.person('stranger');
    await world.link(stranger, mara);
    const broken = await channelOf({ clock }, stranger);
    await broken.send(broken.hello, encode({ t: 'enter', room, canHost: false }));
    await clock.pass(1000);
    expect(broken.isOver).toBe(true);
    expect(broken.answers.length).toBeLessThanOrEqual(1);
    expect(new TextDecoder().decode(broken.answers[0])).not.toContain('Friday');
  });
});

describe('messages', () => {
  it('are decoded, or refused with “bad-message”, whatever their bytes are', () => {
    const text = fc.oneof(fc.string(), fc.json({ maxDepth: 20 }), fc.constant(encode({ t: 'ping' })));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), text), (input) => {
        const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
        for (const decode of [decodeFromGuest, decodeFromHost]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            expect(error).toMatchObject({ code: 'bad-message' });
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of a host that lies about its texts are cut to what is shown', () => {
    const long = { code: 'x', message: 'a'.repeat(10_000), remedy: null };
    expect(() => decodeFromHost(encode({ t: 'refused', n: null, problem: long }))).toThrow(
      expect.objectContaining({ code: 'bad-message' }),
    );
  });
});

describe('[CA17] beacons', () => {
  it('count only for rooms that their author hosts', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await roomOf(mara);
    await clock.pass(3000);
    const { community } = mara.log;
    const people = [ines.signer.publicKey];
    const forged = sealBeacon(
      { community, at: clock.now(), rooms: [{ room: digestOf(room), people, successors: [] }] },
      ines.signer,
    );
    const topic = `impulse/1/${cidOf(community)}/calls`;
    await ines.transport.publish(topic, forged);
    await clock.pass(2000);
    expect(olga.calls.rooms().find((one) => one.id === room)?.participants).toEqual([]);
  });

  it('are refused if a byte of them was changed', () => {
    const signer = { publicKey: new Uint8Array(32).fill(1), sign: () => new Uint8Array(64) };
    const sealed = sealBeacon({ community: new Uint8Array(32), at: 1, rooms: [] }, signer);
    expect(openBeacon(sealed).value.rooms).toEqual([]);
    for (let at = 0; at < 20; at++) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      const opened = (() => {
        try {
          return openBeacon(changed);
        } catch {
          return null;
        }
      })();
      expect(opened === null || Buffer.compare(opened.message, openBeacon(sealed).message) !== 0).toBe(true);
    }
  });
});
