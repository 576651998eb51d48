import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { toHex, utf8 } from '../../kernel/bytes.ts';
import { problemOf } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { transportContract } from '../../log/transport.contract.ts';
import type { PeerChange, Transport } from '../../log/transport.ts';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork } from '../../platform/memory/network.ts';
import { signerOf } from '../../platform/keys/ed25519.ts';
import { JOIN_PROTOCOL } from '../join-wire.ts';
import { decodeTags, encodeTags, tagOf, type OwnCommunity } from './common-communities.ts';
import { SharedNetwork, type CommunityNetwork } from './shared-network.ts';

const TALK = '/impulse/talk/1';
const idOf = (name: string) => sha256(utf8(name));
const [harbour, regatta, museum] = ['harbour', 'regatta', 'museum'].map(idOf) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/** A node on a memory network with some communities, of which those in `open` run. */
class Node {
  readonly raw: Transport;
  readonly shared: SharedNetwork;
  readonly own: OwnCommunity[];
  readonly open = new Map<string, CommunityNetwork>();
  readonly woken: string[] = [];
  /** The messages that arrived on {@link TALK}: community and words. */
  readonly heard: string[] = [];
  announced: readonly string[] = [];

  constructor(world: World, name: string, own: readonly OwnCommunity[]) {
    this.own = [...own];
    this.raw = world.network.transport(name);
    this.shared = new SharedNetwork({
      transport: this.raw,
      network: {
        ...world.network.view(name, (peer) => signerOf(sha256(utf8(peer)))),
        announce: (addresses) => (this.announced = addresses),
      },
      clock: world.clock,
      logger: silentLogger,
      communities: () => this.own,
      wake: async (id) => {
        this.woken.push(toHex(id));
        this.enter(id);
      },
    });
  }

  /** Opens a community, which answers on {@link TALK}. */
  enter(id: Uint8Array): CommunityNetwork {
    const opened = this.shared.in(id);
    opened.transport.handle(TALK, async (channel) => {
      for await (const message of channel.receive()) {
        this.heard.push(`${toHex(id).slice(0, 4)} ${new TextDecoder().decode(message)}`);
      }
    });
    this.open.set(toHex(id), opened);
    return opened;
  }

  peersIn(id: Uint8Array): string[] {
    return this.open
      .get(toHex(id))!
      .transport.peers()
      .map(({ peer }) => peer);
  }
}

class World {
  readonly clock = new VirtualClock(Date.UTC(2030, 0, 1));
  readonly network = createMemoryNetwork({ clock: this.clock });

  constructor() {
    this.network.shape({ delayMs: 2 });
  }

  /** A node that runs, with its communities and whether each is needed. */
  async node(name: string, ...communities: readonly (readonly [Uint8Array, boolean])[]): Promise<Node> {
    const node = new Node(
      this,
      name,
      communities.map(([id, isNeeded]) => ({ id, isNeeded })),
    );
    await node.raw.start();
    node.shared.start();
    return node;
  }

  /** Lets time pass while `work` waits for the network. */
  async during<T>(work: Promise<T>): Promise<T> {
    await this.clock.pass(50);
    return work;
  }

  link = (a: Node, b: Node) => this.during(a.raw.dial(`/memory/${b.raw.self}`));
}

const said = async (node: Node, id: Uint8Array, peer: string, words: string): Promise<void> => {
  const channel = await node.open.get(toHex(id))!.transport.open(peer, TALK);
  await channel.send(utf8(words));
  await channel.close();
};

describe('communities on one network', () => {
  test('[FC4] see only peers that have them too, and channels reach the community they name [FC1]', async () => {
    const world = new World();
    const mara = await world.node('mara', [harbour, false], [regatta, false]);
    const odin = await world.node('odin', [harbour, false], [museum, false]);
    for (const id of [harbour, regatta]) mara.enter(id);
    for (const id of [harbour, museum]) odin.enter(id);
    await world.link(mara, odin);
    expect(mara.peersIn(harbour)).toEqual(['odin']);
    expect(mara.peersIn(regatta)).toEqual([]);
    expect(odin.peersIn(museum)).toEqual([]);
    await world.during(said(mara, harbour, 'odin', 'hello'));
    await world.during(said(mara, regatta, 'odin', 'anybody?').catch(() => {}));
    await world.clock.pass(50);
    expect(odin.heard).toEqual([`${toHex(harbour).slice(0, 4)} hello`]);
  });

  test('[FC4] see a peer from when it has the community until the connection is lost', async () => {
    const world = new World();
    const mara = await world.node('mara', [harbour, false]);
    const odin = await world.node('odin');
    const changes: PeerChange[] = [];
    mara.enter(harbour).transport.onPeer((change) => changes.push(change));
    await world.link(mara, odin);
    expect(changes).toEqual([]);
    odin.own.push({ id: harbour, isNeeded: false });
    odin.shared.changed();
    await world.clock.pass(50);
    expect(changes).toEqual([{ kind: 'connected', peer: 'odin' }]);
    odin.own.length = 0;
    odin.shared.changed();
    await world.clock.pass(2000);
    expect(changes.at(-1)).toEqual({ kind: 'lost', peer: 'odin' });
    odin.own.push({ id: harbour, isNeeded: false });
    odin.shared.changed();
    await world.clock.pass(2000);
    await odin.raw.disconnect('mara');
    await world.clock.pass(50);
    expect(changes.map(({ kind }) => kind)).toEqual(['connected', 'lost', 'connected', 'lost']);
  });

  test('[FC5] open where a peer needs them, and for newcomers', async () => {
    const world = new World();
    const mara = await world.node('mara', [harbour, false], [regatta, false]);
    const odin = await world.node('odin', [harbour, true], [regatta, false]);
    odin.enter(harbour);
    await world.link(odin, mara);
    expect(mara.woken).toEqual([toHex(harbour)]);
    expect(mara.shared.isNeeded(harbour)).toBe(true);
    expect(mara.shared.isNeeded(regatta)).toBe(false);
    const channel = await world.during(odin.shared.in(regatta).transport.open('mara', JOIN_PROTOCOL));
    await world.during(channel.send(utf8('let me in')).catch(() => {}));
    expect(mara.woken).toEqual([harbour, regatta].map(toHex));
    odin.own[0] = { id: harbour, isNeeded: false };
    odin.shared.changed();
    await world.clock.pass(2000);
    expect(mara.shared.isNeeded(harbour)).toBe(false);
  });

  test('[FC6] share a connection until none of them wants it, and announce together', async () => {
    const world = new World();
    const both = [[harbour, false] as const, [regatta, false] as const];
    const mara = await world.node('mara', ...both);
    const odin = await world.node('odin', ...both);
    for (const node of [mara, odin]) for (const id of [harbour, regatta]) node.enter(id);
    await world.link(mara, odin);
    const [first, second] = [...mara.open.values()] as [CommunityNetwork, CommunityNetwork];
    await first.transport.disconnect('odin');
    await world.clock.pass(50);
    expect([mara.peersIn(harbour), mara.peersIn(regatta)]).toEqual([[], ['odin']]);
    first.network.announce(['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1']);
    second.network.announce(['/ip4/192.0.2.2/tcp/1']);
    expect(mara.announced).toEqual(['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1']);
    first.close();
    expect(mara.announced).toEqual(['/ip4/192.0.2.2/tcp/1']);
    await second.transport.disconnect('odin');
    await world.clock.pass(50);
    expect(mara.raw.peers()).toEqual([]);
  });

  test('[FC1] a channel that names no community, or one that is not here, is closed', async () => {
    const world = new World();
    const mara = await world.node('mara', [harbour, false]);
    const odin = await world.node('odin');
    mara.enter(harbour);
    await world.link(odin, mara);
    for (const first of [utf8('hello'), museum]) {
      const channel = await world.during(odin.raw.open('mara', TALK));
      await world.during(channel.send(first));
      await world.during(channel.send(utf8('hello')).catch(() => {}));
    }
    expect(mara.heard).toEqual([]);
    expect(mara.woken).toEqual([]);
  });
});

describe('tags', () => {
  test('[FC2] differ by direction, peer and community', () => {
    const tags = [
      tagOf(harbour, 'a', 'b'),
      tagOf(harbour, 'b', 'a'),
      tagOf(harbour, 'a', 'c'),
      tagOf(regatta, 'a', 'b'),
      tagOf(harbour, 'ab', ''),
    ];
    expect(new Set(tags.map(toHex)).size).toBe(tags.length);
  });

  test('[FC3] arrive as they were sent, and their order says nothing', () => {
    const own = [harbour, regatta, museum].map((id, n) => ({ id, isNeeded: n === 1 }));
    const list = decodeTags(encodeTags(own, 'a', 'b'));
    expect([...list.needed]).toEqual([toHex(tagOf(regatta, 'a', 'b'))]);
    expect([...list.others]).toEqual([harbour, museum].map((id) => toHex(tagOf(id, 'a', 'b'))).sort());
    expect(encodeTags(own.toReversed(), 'a', 'b')).toEqual(encodeTags(own, 'a', 'b'));
  });

  test('[FC3] any other bytes are refused as such', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeTags(bytes);
        } catch (error) {
          expect(problemOf(error).code).toBe('bad-communities');
        }
      }),
    );
    const many = Array.from({ length: 4097 }, (_, n) => ({ id: sha256(utf8(`${n}`)), isNeeded: false }));
    expect(decodeTags(encodeTags(many, 'a', 'b')).others.size).toBe(4096);
  });
});

describe('as a transport', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  transportContract('one community on a shared network', async () => {
    const network = createMemoryNetwork({ clock: systemClock });
    network.shape({ delayMs: 1 });
    const nodes: Transport[] = [];
    return {
      node: async () => {
        const name = `node-${nodes.length}`;
        const raw = network.transport(name);
        nodes.push(raw);
        const shared = new SharedNetwork({
          transport: raw,
          network: network.view(name, (peer) => signerOf(sha256(utf8(peer)))),
          clock: systemClock,
          logger: silentLogger,
          communities: () => [{ id: harbour, isNeeded: true }],
          wake: async () => {},
        });
        const { transport } = shared.in(harbour);
        return {
          ...transport,
          self: raw.self,
          start: async () => {
            await raw.start();
            shared.start();
          },
          stop: () => raw.stop(),
        };
      },
      close: async () => {
        await Promise.all(nodes.map((node) => node.stop()));
      },
    };
  });
});
