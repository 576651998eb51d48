import { createHash } from 'node:crypto';
import { ChannelSlots } from '../../kernel/channel-slots.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Channel, PeerChange, PeerLink, Transport, GossipVerdict } from '../../log/transport.ts';
import type { MemoryChannel } from './network-channel.ts';
import { problem } from './problems.ts';

export interface MemoryLink {
  /** The node that dialled. */
  readonly from: string;
  readonly to: string;
  readonly since: number;
  readonly channels: Set<MemoryChannel>;
  readonly sentBytes: Map<string, number>;
  alive: boolean;
}

/** The objects that the nodes of one network share. */
export interface World {
  readonly clock: Clock;
  node(name: string): MemoryTransport | undefined;
  link(a: string, b: string): MemoryLink | undefined;
  linksOf(name: string): MemoryLink[];
  connect(from: string, to: string): void;
  break(link: MemoryLink): void;
  pipe(link: MemoryLink, from: string, to: string): [MemoryChannel, MemoryChannel];
  count(link: MemoryLink, from: string, bytes: number): void;
  separated(a: string, b: string): boolean;
  roundTripMs(a: string, b: string): number;
  /** The delays after which copies of a gossip message arrive: none, one or two. */
  fate(from: string, to: string): number[];
  later(delayMs: number, task: () => void): void;
  pause(delayMs: number): Promise<void>;
}

type Validate = (data: Uint8Array, from: string) => Promise<GossipVerdict>;
type Handler = (channel: Channel) => Promise<void>;

const MAX_GOSSIP_BYTES = 256 * 1024;
const REJECT_COST = 10;
const DIAL_DEADLINE_MS = 10_000;
/** The most gossip hashes kept to prevent loops; the oldest are dropped. */
const MAX_SEEN = 50_000;

/** One node's side of a memory network. */
export class MemoryTransport implements Transport {
  readonly self: string;
  readonly #world: World;
  readonly #validators = new Map<string, Validate>();
  /** Topics whose messages are not forwarded. */
  readonly #near = new Set<string>();
  readonly #handlers = new Map<string, Handler>();
  readonly #listeners = new Set<(change: PeerChange) => void>();
  readonly #seen = new Set<string>();
  readonly #scores = new Map<string, number>();
  readonly #slots: ChannelSlots;
  #ownerOf: (peer: string) => string | null = (peer) => peer;
  #running = false;

  constructor(self: string, world: World) {
    this.self = self;
    this.#world = world;
    this.#slots = new ChannelSlots(world.clock, (peer) => this.#ownerOf(peer));
  }

  get running(): boolean {
    return this.#running;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.halt();
    for (const link of this.#world.linksOf(this.self)) this.#world.break(link);
  }

  async resume(): Promise<void> {
    // Links of a memory network never hang: they work or they are broken.
  }

  subscribe(topic: string, validate: Validate, range: 'everybody' | 'neighbours' = 'everybody'): void {
    this.#validators.set(topic, validate);
    if (range === 'neighbours') this.#near.add(topic);
  }

  unsubscribe(topic: string): void {
    this.#validators.delete(topic);
    this.#near.delete(topic);
  }

  async publish(topic: string, data: Uint8Array): Promise<number> {
    if (data.byteLength > MAX_GOSSIP_BYTES) {
      throw problem('gossip-too-large', { bytes: data.byteLength, limit: MAX_GOSSIP_BYTES });
    }
    if (!this.#running || !this.#remember(topic, data)) return 0;
    return this.#spread(topic, data.slice(), null);
  }

  handle(protocol: string, handler: Handler): void {
    this.#handlers.set(protocol, handler);
  }

  async open(peer: string, protocol: string, signal?: AbortSignal): Promise<Channel> {
    const gone = () => problem('peer-gone');
    const link = this.#world.link(this.self, peer);
    if (!this.#running || link === undefined) throw gone();
    await this.#world.pause(this.#world.roundTripMs(this.self, peer));
    if (signal?.aborted) throw gone();
    if (!link.alive) throw gone();
    const node = this.#world.node(peer);
    if (node?.handler(protocol) === undefined) {
      throw problem('protocol-unknown', { protocol });
    }
    const [here, there] = this.#world.pipe(link, this.self, peer);
    this.#world.later(0, () => void node.answer(protocol, there));
    return here;
  }

  async dial(address: string, signal?: AbortSignal): Promise<string> {
    const peer = /^\/memory\/([^/]+)$/.exec(address)?.[1];
    if (peer === undefined) {
      throw problem('address-invalid');
    }
    if (peer === this.self) {
      throw problem('dial-self');
    }
    if (this.#world.link(this.self, peer) !== undefined) return peer;
    if (this.#world.separated(this.self, peer)) {
      await this.#world.pause(DIAL_DEADLINE_MS);
      throw problem('dial-timeout');
    }
    await this.#world.pause(this.#world.roundTripMs(this.self, peer));
    const reachable = this.#running && this.#world.node(peer)?.running === true && !signal?.aborted;
    if (!reachable || this.#world.separated(this.self, peer)) {
      throw problem('dial-refused');
    }
    this.#world.connect(this.self, peer);
    return peer;
  }

  reserveFor(ownerOf: (peer: string) => string | null): void {
    this.#ownerOf = ownerOf;
  }

  ownerOf(peer: string): string | null {
    // After a crash, the node that would answer is gone.
    return this.#running ? this.#ownerOf(peer) : null;
  }

  async disconnect(peer: string): Promise<void> {
    const link = this.#world.link(this.self, peer);
    if (link !== undefined) this.#world.break(link);
  }

  peers(): PeerLink[] {
    return this.#world.linksOf(this.self).map((link) => {
      const peer = link.from === this.self ? link.to : link.from;
      return {
        peer,
        address: `/memory/${peer}`,
        direction: link.from === this.self ? 'outbound' : 'inbound',
        via: 'direct',
        connectedAt: link.since,
        latencyMs: this.#world.roundTripMs(this.self, peer),
        score: this.#scores.get(peer) ?? 0,
        sentBytes: link.sentBytes.get(this.self) ?? 0,
        receivedBytes: link.sentBytes.get(peer) ?? 0,
        version: 'memory',
      };
    });
  }

  onPeer(listener: (change: PeerChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  addresses(): string[] {
    return this.#running ? [`/memory/${this.self}`] : [];
  }

  /** Stops without notifying peers. */
  halt(): void {
    this.#running = false;
  }

  /** Tells this node's listeners of a change, if the node is running. */
  tell(change: PeerChange): void {
    if (!this.#running && change.kind === 'connected') return;
    for (const listener of this.#listeners) listener(change);
  }

  handler(protocol: string): Handler | undefined {
    return this.#running ? this.#handlers.get(protocol) : undefined;
  }

  /** Serves a channel that a peer opened, if there is a slot for it. */
  async answer(protocol: string, channel: MemoryChannel): Promise<void> {
    const { peer } = channel;
    const handler = this.handler(protocol);
    const evict = () => channel.abort(problem('channel-crowded'));
    const slot = handler ? this.#slots.take(protocol, { peer, prefix: peer, evict }) : null;
    if (!handler || !slot) return evict();
    channel.onProgress = () => slot.touch();
    try {
      await handler(channel);
      await channel.close();
    } catch (error) {
      channel.abort(error instanceof Error ? error : new Error(String(error)));
    } finally {
      slot.release();
    }
  }

  subscribed(topic: string): boolean {
    return this.#running && this.#validators.has(topic);
  }

  /** Handles a gossip message; the validator decides whether it is forwarded. */
  async arrive(topic: string, data: Uint8Array, from: string): Promise<void> {
    const validate = this.#validators.get(topic);
    if (!this.#running || validate === undefined) return;
    if (data.byteLength > MAX_GOSSIP_BYTES) return this.#blame(from);
    if (!this.#remember(topic, data)) return;
    let verdict: GossipVerdict;
    try {
      verdict = await validate(data, from);
    } catch {
      // A fault of the validator is not the peer's: drop the message without a penalty.
      verdict = 'ignore';
    }
    if (verdict === 'reject') this.#blame(from);
    if (verdict === 'accept' && this.#running && !this.#near.has(topic)) this.#spread(topic, data, from);
  }

  #blame(peer: string): void {
    this.#scores.set(peer, (this.#scores.get(peer) ?? 0) - REJECT_COST);
  }

  #spread(topic: string, data: Uint8Array, except: string | null): number {
    let count = 0;
    for (const link of this.#world.linksOf(this.self)) {
      const peer = link.from === this.self ? link.to : link.from;
      if (peer === except || this.#world.node(peer)?.subscribed(topic) !== true) continue;
      this.#carry(link, peer, topic, data);
      count++;
    }
    return count;
  }

  #carry(link: MemoryLink, peer: string, topic: string, data: Uint8Array): void {
    this.#world.count(link, this.self, data.byteLength);
    for (const delayMs of this.#world.fate(this.self, peer)) {
      this.#world.later(delayMs, () => {
        if (link.alive) void this.#world.node(peer)?.arrive(topic, data, this.self);
      });
    }
  }

  /** Whether the message is new to this node. */
  #remember(topic: string, data: Uint8Array): boolean {
    const hash = createHash('sha256').update(topic).update('\0').update(data).digest('base64url');
    if (this.#seen.has(hash)) return false;
    this.#seen.add(hash);
    if (this.#seen.size > MAX_SEEN) {
      const oldest = this.#seen.values().next();
      if (!oldest.done) this.#seen.delete(oldest.value);
    }
    return true;
  }
}
