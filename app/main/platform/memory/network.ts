import type { Clock, Random } from '../../kernel/clock.ts';
import type { Network } from '../../federation/ports.ts';
import type { Signer } from '../../kernel/signer.ts';
import type { Transport } from '../../log/transport.ts';
import { MemoryChannel } from './network-channel.ts';
import { MemoryTransport, type MemoryLink, type World } from './network-node.ts';
import { memoryNetworkView } from './network-view.ts';

/** The conditions of a line between two nodes. Shares are between 0 and 1. */
export interface LineConditions {
  /** One-way latency, in milliseconds. */
  readonly delayMs: number;
  /** Additional random latency, up to this much for each message. */
  readonly jitterMs: number;
  /** Share of gossip messages that never arrive; channels are delayed instead, as by retransmission. */
  readonly loss: number;
  /** Share of gossip messages that arrive twice. */
  readonly duplication: number;
  /** Share of gossip messages that are overtaken by later ones. */
  readonly reordering: number;
}

export interface MemoryNetwork {
  /** The node's transport: the same on each call, a new one after a crash. */
  transport(name: string): Transport;
  /**
   * The network as the node sees it.
   *
   * @param signerOf the key of a node, by its name.
   */
  view(name: string, signerOf: (name: string) => Signer): Network;
  /** Sets conditions for every line, or for the line between two nodes, both ways. */
  shape(conditions: Partial<LineConditions>, between?: readonly [string, string]): void;
  /** Partitions the nodes: only those within one group reach each other; a node in no group is alone. */
  partition(groups: readonly (readonly string[])[]): void;
  /** Ends every partition. Broken links are not restored automatically. */
  heal(): void;
  /** Crashes a node: its links break, and its transport stays dead. */
  crash(name: string): void;
  /** Breaks the link between two nodes, if there is one. */
  cut(a: string, b: string): void;
  /** Puts a gossip message into a node as if a peer had sent it. */
  inject(to: string, topic: string, data: Uint8Array, from: string): void;
}

const PERFECT: LineConditions = { delayMs: 0, jitterMs: 0, loss: 0, duplication: 0, reordering: 0 };

/** The delay of a channel by a lost packet: the wait until it is sent again. */
const RESEND_MS = 200;

/**
 * A network within one process. All deliveries use `clock`, all chance uses `random`, so a run with a virtual
 * clock and a seeded source is reproducible. Without `random` no line may have random conditions.
 */
export function createMemoryNetwork(init: { clock: Clock; random?: Random }): MemoryNetwork {
  const { clock, random } = init;
  const nodes = new Map<string, MemoryTransport>();
  const links = new Map<string, MemoryLink>();
  const lines = new Map<string, Partial<LineConditions>>();
  let everyLine = PERFECT;
  let groups: readonly ReadonlySet<string>[] | null = null;

  const key = (a: string, b: string) => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
  const line = (a: string, b: string): LineConditions => ({ ...everyLine, ...lines.get(key(a, b)) });
  const chance = (): number => {
    const bytes = random?.bytes(4);
    if (bytes === undefined) return 1;
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
  };
  const happens = (share: number): boolean => share > 0 && chance() < share;
  const delay = ({ delayMs, jitterMs }: LineConditions): number =>
    jitterMs > 0 && random !== undefined ? delayMs + Math.floor(chance() * jitterMs) : delayMs;

  const world: World = {
    clock,
    node: (name) => nodes.get(name),
    link: (a, b) => links.get(key(a, b)),
    linksOf: (name) => [...links.values()].filter(({ from, to }) => from === name || to === name),
    connect(from, to) {
      if (links.has(key(from, to))) return;
      const link: MemoryLink = {
        from,
        to,
        since: clock.now(),
        channels: new Set(),
        sentBytes: new Map(),
        alive: true,
      };
      links.set(key(from, to), link);
      nodes.get(from)?.tell({ kind: 'connected', peer: to });
      nodes.get(to)?.tell({ kind: 'connected', peer: from });
    },
    break(link) {
      if (!link.alive) return;
      link.alive = false;
      links.delete(key(link.from, link.to));
      for (const channel of link.channels) channel.break();
      const [from, to] = [nodes.get(link.from), nodes.get(link.to)];
      clock.after(0, () => {
        from?.tell({ kind: 'lost', peer: link.to });
        to?.tell({ kind: 'lost', peer: link.from });
      });
    },
    pipe(link, from, to) {
      for (const channel of link.channels) if (channel.over) link.channels.delete(channel);
      const wait = (a: string, b: string) => {
        const conditions = line(a, b);
        return delay(conditions) + (happens(conditions.loss) ? RESEND_MS : 0);
      };
      const ends = MemoryChannel.pair([from, to], clock, wait, (name, bytes) =>
        world.count(link, name, bytes),
      );
      for (const end of ends) link.channels.add(end);
      return ends;
    },
    count(link, from, bytes) {
      link.sentBytes.set(from, (link.sentBytes.get(from) ?? 0) + bytes);
    },
    separated: (a, b) => groups !== null && !groups.some((group) => group.has(a) && group.has(b)),
    roundTripMs: (a, b) => 2 * line(a, b).delayMs,
    fate(from, to) {
      const conditions = line(from, to);
      if (happens(conditions.loss)) return [];
      const once = delay(conditions);
      const late = once + conditions.delayMs + conditions.jitterMs + 1;
      const first = happens(conditions.reordering) ? late : once;
      return happens(conditions.duplication) ? [first, late] : [first];
    },
    later: (delayMs, task) => void clock.after(delayMs, task),
    pause: (delayMs) => new Promise((resolve) => clock.after(delayMs, resolve)),
  };

  const nodeOf = (name: string) => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const node = new MemoryTransport(name, world);
    nodes.set(name, node);
    return node;
  };

  return {
    transport: nodeOf,
    view: (name, signerOf) => memoryNetworkView(name, world, nodeOf(name), signerOf),
    shape(conditions, between) {
      if (between === undefined) everyLine = { ...everyLine, ...conditions };
      else lines.set(key(...between), { ...lines.get(key(...between)), ...conditions });
    },
    partition(next) {
      groups = next.map((group) => new Set(group));
      for (const link of links.values()) if (world.separated(link.from, link.to)) world.break(link);
    },
    heal() {
      groups = null;
    },
    crash(name) {
      const node = nodes.get(name);
      if (node === undefined) return;
      node.halt();
      nodes.delete(name);
      for (const link of world.linksOf(name)) world.break(link);
    },
    cut(a, b) {
      const link = world.link(a, b);
      if (link !== undefined) world.break(link);
    },
    inject(to, topic, data, from) {
      clock.after(0, () => void nodes.get(to)?.arrive(topic, data, from));
    },
  };
}
