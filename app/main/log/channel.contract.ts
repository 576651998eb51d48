import { describe, expect, test, vi } from 'vitest';
import { utf8 } from '../kernel/bytes.ts';
import { MAX_MESSAGE_BYTES, type Channel, type Transport } from './transport.ts';

const PROTOCOL = '/impulse/test/1';
const DEADLINE = { timeout: 8_000, interval: 10 };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Nodes of the network on which the contract is tested. */
export interface ChannelNodes {
  /** Two connected nodes. */
  pair(): Promise<[Transport, Transport]>;
}

/** The part of the contract of networks that is about channels between two peers. */
export function channelContract({ pair }: ChannelNodes): void {
  describe('channels', () => {
    /** Lets `node` answer with `handler` and returns the channel that a peer opens. */
    const answered = (node: Transport): Promise<Channel> =>
      new Promise((resolve) => {
        node.handle(PROTOCOL, async (channel) => {
          resolve(channel);
          await new Promise(() => {});
        });
      });
    const open = async (): Promise<{ a: Transport; b: Transport; here: Channel; there: Channel }> => {
      const [a, b] = await pair();
      const answer = answered(b);
      const here = await a.open(b.self, PROTOCOL);
      // Some networks tell the other side of a channel only with its first message.
      await here.send(utf8('first'));
      const there = await answer;
      const first = await there.receive().next();
      expect(first.done === true ? null : text(first.value)).toBe('first');
      return { a, b, here, there };
    };

    test('messages of every size arrive complete and in order, both ways', async () => {
      const { a, b, here, there } = await open();
      expect([here.peer, there.peer]).toEqual([b.self, a.self]);
      const sizes = [0, 1, 3, 400, 16_383, 16_384, 70_000, 0, MAX_MESSAGE_BYTES, 5];
      const messages = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
      const client = async (from: Channel, to: Channel) => {
        const received = collect(to);
        for (const message of messages) await from.send(message);
        await from.close();
        return received;
      };
      for (const received of await Promise.all([client(here, there), client(there, here)])) {
        expect(received.map(({ byteLength }) => byteLength)).toEqual(sizes);
        expect(received.every((message, index) => message.every((byte) => byte === index + 1))).toBe(true);
      }
    });

    test('thousands of small messages arrive in order', async () => {
      const { here, there } = await open();
      const received = collect(there);
      for (let index = 0; index < 5_000; index++) await here.send(utf8(String(index)));
      await here.close();
      expect((await received).map(text)).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index)));
    });

    test('a sender waits for a slow reader, and nothing is lost', async () => {
      const { here, there } = await open();
      const total = 400;
      const message = new Uint8Array(64 * 1024).fill(7);
      let sent = 0;
      const sending = (async () => {
        for (; sent < total; sent++) await here.send(message);
        await here.close();
      })();
      // The sender has stopped once its count stays the same over many turns.
      let before = -1;
      await vi.waitFor(
        () => {
          const same = sent === before && sent > 0;
          before = sent;
          expect(same).toBe(true);
        },
        { timeout: 8_000, interval: 150 },
      );
      expect(sent).toBeLessThan(total);
      const received = await collect(there);
      await sending;
      expect(received).toHaveLength(total);
      expect(received.every(({ byteLength }) => byteLength === message.byteLength)).toBe(true);
    });

    test('a reader that is a little slower than its sender gets every large message', async () => {
      const { here, there } = await open();
      const total = 60;
      const sending = (async () => {
        for (let sent = 0; sent < total; sent++) await here.send(new Uint8Array(MAX_MESSAGE_BYTES / 2));
        await here.close();
      })();
      let received = 0;
      for await (const message of there.receive()) {
        expect(message.byteLength).toBe(MAX_MESSAGE_BYTES / 2);
        received++;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await sending;
      expect(received).toBe(total);
    });

    test('closing one end leaves the other able to answer', async () => {
      const { here, there } = await open();
      await here.send(utf8('question'));
      await here.close();
      expect((await collect(there)).map(text)).toEqual(['question']);
      await there.send(utf8('answer'));
      await there.close();
      expect((await collect(here)).map(text)).toEqual(['answer']);
      await expect(here.send(utf8('more'))).rejects.toMatchObject({ name: 'Problem' });
    });

    test('a message over the limit is refused and ends the channel', async () => {
      const { here, there } = await open();
      await expect(here.send(new Uint8Array(MAX_MESSAGE_BYTES + 1))).rejects.toMatchObject({
        code: 'message-too-large',
      });
      await expect(collect(there)).rejects.toMatchObject({ name: 'Problem', code: 'channel-broken' });
    });

    test('an aborted channel breaks at the other end', async () => {
      const { here, there } = await open();
      const reading = collect(there);
      here.abort(new Error('enough'));
      await expect(reading).rejects.toMatchObject({ name: 'Problem', code: 'channel-broken' });
      await expect(here.send(utf8('more'))).rejects.toMatchObject({ name: 'Problem' });
    });

    test('a handler that fails breaks its channel; one that returns closes it', async () => {
      const [a, b] = await pair();
      b.handle(PROTOCOL, async (channel) => {
        const { value } = await channel.receive().next();
        if (value === undefined || text(value) === 'fail') throw new Error('no');
        await channel.send(utf8('yes'));
      });
      const good = await a.open(b.self, PROTOCOL);
      await good.send(utf8('work'));
      expect((await collect(good)).map(text)).toEqual(['yes']);
      const bad = await a.open(b.self, PROTOCOL);
      await bad.send(utf8('fail'));
      await expect(collect(bad)).rejects.toMatchObject({ code: 'channel-broken' });
    });

    test('losing the peer breaks its channels', async () => {
      const { a, b, here, there } = await open();
      const reading = [collect(here), collect(there)].map((end) => end.catch((error: unknown) => error));
      await b.disconnect(a.self);
      for (const error of await Promise.all(reading)) expect(error).toMatchObject({ code: 'channel-broken' });
    });

    test('a protocol that nobody answers and an absent peer are distinguished', async () => {
      const [a, b] = await pair();
      await expect(a.open(b.self, '/impulse/unknown/1')).rejects.toMatchObject({
        code: 'protocol-unknown',
      });
      await a.disconnect(b.self);
      await vi.waitFor(() => expect(a.peers()).toEqual([]), DEADLINE);
      await expect(a.open(b.self, PROTOCOL)).rejects.toMatchObject({ code: 'peer-gone' });
    });
  });
}

async function collect(channel: Channel): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for await (const message of channel.receive()) messages.push(message);
  return messages;
}
