import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { channelContract } from './channel.contract.ts';
import { utf8 } from '../kernel/bytes.ts';
import { type PeerChange, type Transport, type GossipVerdict } from './transport.ts';

/** A network on which the contract is tested. */
export interface TransportWorld {
  /** A new node, not started. */
  node(): Promise<Transport>;
  /** Stops every node. */
  close(): Promise<void>;
}

const TOPIC = 'impulse/test';
const NEAR = 'near';
const DEADLINE = { timeout: 8_000, interval: 10 };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The contract of every network below the log; run on each adapter. */
export function transportContract(name: string, createWorld: () => Promise<TransportWorld>): void {
  describe(`transport contract: ${name}`, { timeout: 30_000 }, () => {
    let world: TransportWorld;
    beforeEach(async () => {
      world = await createWorld();
    });
    afterEach(() => world.close());

    const started = async (): Promise<Transport> => {
      const node = await world.node();
      await node.start();
      return node;
    };
    const connect = async (from: Transport, to: Transport): Promise<void> => {
      await from.dial(addressOf(to));
      await vi.waitFor(() => expect(to.peers().map(({ peer }) => peer)).toContain(from.self), DEADLINE);
    };
    const pair = async (): Promise<[Transport, Transport]> => {
      const nodes: [Transport, Transport] = [await started(), await started()];
      await connect(...nodes);
      return nodes;
    };
    /** Subscribes with a verdict that depends on the content, and keeps what arrived. */
    const listen = (
      node: Transport,
      judge: (message: string) => GossipVerdict = () => 'accept',
    ): string[] => {
      const heard: string[] = [];
      node.subscribe(TOPIC, async (data) => {
        heard.push(text(data));
        return judge(text(data));
      });
      return heard;
    };
    /** Publishes until every listener has received a message: from then on they have joined the topic. */
    const joined = async (from: Transport, listeners: string[][]): Promise<void> => {
      let word = 0;
      await vi.waitFor(async () => {
        await from.publish(TOPIC, utf8(`joining ${from.self} ${word++}`));
        const ready = listeners.every((heard) =>
          heard.some((said) => said.startsWith(`joining ${from.self}`)),
        );
        expect(ready).toBe(true);
      }, DEADLINE);
    };

    describe('peers', () => {
      test('dialling notifies both sides, with address and direction; hanging up notifies both again', async () => {
        const [a, b] = [await started(), await started()];
        const changes: Record<'a' | 'b', PeerChange[]> = { a: [], b: [] };
        a.onPeer((change) => changes.a.push(change));
        b.onPeer((change) => changes.b.push(change));
        expect(await a.dial(addressOf(b))).toBe(b.self);
        await vi.waitFor(() => expect(changes.b).toEqual([{ kind: 'connected', peer: a.self }]), DEADLINE);
        expect(changes.a).toEqual([{ kind: 'connected', peer: b.self }]);
        expect(a.peers()).toMatchObject([{ peer: b.self, direction: 'outbound', via: 'direct' }]);
        expect(b.peers()).toMatchObject([{ peer: a.self, direction: 'inbound' }]);
        expect(a.peers()[0]?.version).not.toBeNull();
        await vi.waitFor(() => expect(a.peers()[0]?.latencyMs).toBeTypeOf('number'), DEADLINE);

        await b.disconnect(a.self);
        await vi.waitFor(() => expect(changes.a.at(-1)).toEqual({ kind: 'lost', peer: b.self }), DEADLINE);
        await vi.waitFor(() => expect(changes.b.at(-1)).toEqual({ kind: 'lost', peer: a.self }), DEADLINE);
        expect(a.peers()).toEqual([]);
      });

      test('dialling a connected peer again changes nothing', async () => {
        const [a, b] = await pair();
        expect(await a.dial(addressOf(b))).toBe(b.self);
        expect(a.peers()).toHaveLength(1);
      });

      test('a removed listener is not called any more', async () => {
        const [a, b] = [await started(), await started()];
        const heard: PeerChange[] = [];
        a.onPeer((change) => heard.push(change))();
        await connect(a, b);
        expect(heard).toEqual([]);
      });

      test('a stopped node is lost to its peers, and dialling it gives a remedy', async () => {
        const [a, b] = await pair();
        const address = addressOf(b);
        await b.stop();
        await vi.waitFor(() => expect(a.peers()).toEqual([]), DEADLINE);
        await expect(a.dial(address)).rejects.toMatchObject({
          name: 'Problem',
          // UDP has no refusal: a stopped node is just silent.
          code: expect.stringMatching(/^dial-(refused|timeout)$/),
          remedy: expect.stringContaining('node runs'),
        });
      });

      test.each([['not an address'], ['']])(
        'dialling %j explains the form of an address',
        async (address) => {
          const a = await started();
          await expect(a.dial(address)).rejects.toMatchObject({
            code: 'address-invalid',
            remedy: expect.stringContaining('looks like'),
          });
        },
      );

      test('a node does not dial itself', async () => {
        const a = await started();
        await expect(a.dial(addressOf(a))).rejects.toMatchObject({ code: 'dial-self' });
      });

      test('[FG1] [FG3] a stranger gets four channels of a protocol, and more once it is known', async () => {
        const [host, peer] = await pair();
        let owner: string | null = null;
        host.reserveFor(() => owner);
        expect(host.ownerOf(peer.self)).toBeNull();
        let answered = 0;
        host.handle('/impulse/test-many/1', async (channel) => {
          answered++;
          for await (const _ of channel.receive());
        });
        const open = async () => {
          try {
            const channel = await peer.open(host.self, '/impulse/test-many/1');
            await channel.send(utf8('hello'));
          } catch {
            // There was no slot for it.
          }
        };
        for (let count = 0; count < 6; count++) await open();
        await vi.waitFor(() => expect(answered).toBe(4), DEADLINE);
        owner = 'mara';
        expect(host.ownerOf(peer.self)).toBe('mara');
        for (let count = 0; count < 6; count++) await open();
        await vi.waitFor(() => expect(answered).toBe(10), DEADLINE);
      });

      test('a resume keeps live connections', async () => {
        const [a, b] = await pair();
        await a.resume();
        expect(a.peers().map(({ peer }) => peer)).toEqual([b.self]);
      });
    });

    describe('gossip', () => {
      test('a message crosses five nodes in a row and reaches each once', async () => {
        const nodes = await Promise.all([started(), started(), started(), started(), started()]);
        const heard = nodes.map((node) => listen(node));
        for (const [index, node] of nodes.entries()) {
          const next = nodes[index + 1];
          if (next !== undefined) await connect(node, next);
        }
        const [first] = nodes;
        await joined(first, heard.slice(1));
        await first.publish(TOPIC, utf8('to all'));
        await vi.waitFor(() => {
          for (const one of heard.slice(1)) expect(one).toContain('to all');
        }, DEADLINE);
        await first.publish(TOPIC, utf8('after'));
        await vi.waitFor(() => {
          for (const one of heard.slice(1)) expect(one).toContain('after');
        }, DEADLINE);
        for (const one of heard.slice(1)) expect(one.filter((said) => said === 'to all')).toHaveLength(1);
        expect(heard[0]).not.toContain('to all');
      });

      test('a message that a validator sheds, ignores or rejects goes no further; only a reject costs score', async () => {
        const [a, b, c] = [await started(), await started(), await started()];
        const verdicts: Record<string, GossipVerdict> = { bad: 'reject', old: 'ignore', many: 'shed' };
        const judge = (message: string) => verdicts[message] ?? 'accept';
        listen(a);
        const atB = listen(b, judge);
        const atC = listen(c);
        await connect(a, b);
        await connect(b, c);
        await joined(a, [atB, atC]);
        const scoreOfA = () => b.peers().find(({ peer }) => peer === a.self)?.score ?? Number.NaN;

        for (const dropped of ['old', 'many']) {
          await a.publish(TOPIC, utf8(dropped));
          await vi.waitFor(() => expect(atB).toContain(dropped), DEADLINE);
          expect(scoreOfA()).toBeGreaterThanOrEqual(0);
        }

        await a.publish(TOPIC, utf8('bad'));
        await vi.waitFor(() => expect(scoreOfA()).toBeLessThan(0), DEADLINE);

        await a.publish(TOPIC, utf8('good'));
        await vi.waitFor(() => expect(atC).toContain('good'), DEADLINE);
        for (const dropped of Object.keys(verdicts)) expect(atC).not.toContain(dropped);
      });

      test('a message for neighbours only is not relayed by them', async () => {
        const [a, b, c] = [await started(), await started(), await started()];
        const near: string[][] = [];
        for (const node of [a, b, c]) {
          const heard: string[] = [];
          near.push(heard);
          node.subscribe(
            NEAR,
            async (data) => {
              heard.push(text(data));
              return 'accept';
            },
            'neighbours',
          );
        }
        const far = [listen(a), listen(b), listen(c)];
        await connect(a, b);
        await connect(b, c);
        await joined(a, [far[1]!, far[2]!]);
        await vi.waitFor(async () => {
          await a.publish(NEAR, utf8(`near ${performance.now()}`));
          expect(near[1]).not.toEqual([]);
        }, DEADLINE);
        await a.publish(TOPIC, utf8('after it'));
        await vi.waitFor(() => expect(far[2]).toContain('after it'), DEADLINE);
        expect(near[2]).toEqual([]);
        expect(b.peers().find(({ peer }) => peer === a.self)?.score).toBeGreaterThanOrEqual(0);
      });

      test('the validator learns which peer passed the message on', async () => {
        const [a, b] = await pair();
        const from: string[] = [];
        listen(a);
        b.subscribe(TOPIC, async (_data, peer) => {
          from.push(peer);
          return 'accept';
        });
        await vi.waitFor(async () => {
          await a.publish(TOPIC, utf8(`hello ${from.length} ${performance.now()}`));
          expect(from.length).toBeGreaterThan(0);
        }, DEADLINE);
        expect(new Set(from)).toEqual(new Set([a.self]));
      });

      test('publishing without peers reaches nobody and does not fail', async () => {
        const a = await started();
        listen(a);
        expect(await a.publish(TOPIC, utf8('anyone'))).toBe(0);
      });

      test('a live message over the limit is refused', async () => {
        const a = await started();
        listen(a);
        await expect(a.publish(TOPIC, new Uint8Array(256 * 1024 + 1))).rejects.toMatchObject({
          code: 'message-too-large',
        });
      });

      test('a node that left a topic receives nothing on it', async () => {
        const [a, b] = await pair();
        listen(a);
        const heard = listen(b);
        await joined(a, [heard]);
        b.unsubscribe(TOPIC);
        await vi.waitFor(async () => {
          expect(await a.publish(TOPIC, utf8(`gone ${performance.now()}`))).toBe(0);
        }, DEADLINE);
        const count = heard.length;
        await a.publish(TOPIC, utf8('still there'));
        expect(heard.slice(count)).not.toContain('still there');
      });
    });

    channelContract({ pair });
  });
}

function addressOf(node: Transport): string {
  const address = node.addresses().find((one) => !one.includes('/p2p-circuit'));
  if (address === undefined) throw new Error('The node has no address.');
  return address;
}
