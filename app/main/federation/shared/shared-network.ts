import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { withTimeout, type Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channel, PeerChange, Transport } from '../../log/transport.ts';
import { JOIN_PROTOCOL } from '../join-wire.ts';
import type { Network } from '../ports.ts';
import { problem } from '../problems.ts';
import { decodeTags, encodeTags, tagOf, type OwnCommunity, type TagList } from './common-communities.ts';

/** [FC3] The channel on which a node names its communities to a peer. */
const COMMON_PROTOCOL = '/impulse/common/1';
/** [FC3] The least time between two lists for one peer, in milliseconds. */
const TELL_MS = 1000;
/** How long a dial waits for the list of the peer, in milliseconds. */
const HEARD_MS = 5000;
/** [FC1] The length of a community's id. */
const ID_BYTES = 32;

export interface SharedNetworkInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The communities of this node, open or closed; archived ones are left out. */
  readonly communities: () => readonly OwnCommunity[];
  /** Opens a closed community of this node, because a peer needs it. */
  readonly wake: (community: Uint8Array) => Promise<void>;
}

/** The network as one community sees it. */
export interface CommunityNetwork {
  readonly transport: Transport;
  readonly network: Network;
  /** Leaves its topics; its channels are refused from now on. */
  close(): void;
}

/** The part of a community on the shared network. */
interface Scope {
  readonly id: Uint8Array;
  readonly handlers: Map<string, (channel: Channel) => Promise<void>>;
  readonly topics: Set<string>;
  readonly listeners: Set<(change: PeerChange) => void>;
  /** Peers from which a person disconnected this community, until they connect again. */
  readonly parted: Set<string>;
  announced: readonly string[];
  isMember: (peer: string) => boolean;
  ownerOf: (peer: string) => string | null;
}

/** A connected peer. */
interface Peer {
  tags: TagList | null;
  /** Communities in common, in hexadecimal, and whether the peer needs each. */
  common: Map<string, boolean>;
  /** Resolves when its first list has arrived. */
  readonly heard: PromiseWithResolvers<void>;
}

/**
 * One network for all communities of a node: connections are shared, and a community sees only the peers that have
 * it too. The rules are in SPEC.md [FC1–FC6].
 */
export class SharedNetwork {
  readonly #init: SharedNetworkInit;
  readonly #scopes = new Map<string, Scope>();
  readonly #protocols = new Set<string>();
  readonly #peers = new Map<string, Peer>();
  #stops: (() => void)[] = [];
  #cancelTelling: (() => void) | null = null;
  #isStale = false;

  constructor(init: SharedNetworkInit) {
    this.#init = init;
  }

  start(): void {
    const { transport, network } = this.#init;
    transport.handle(COMMON_PROTOCOL, (channel) => this.#told(channel));
    // A community that is closed admits newcomers: it opens for them.
    this.#serve(JOIN_PROTOCOL);
    transport.reserveFor((peer) => this.#ownerOf(peer));
    network.relayFor((peer) => [...this.#scopes.values()].some((scope) => scope.isMember(peer)));
    this.#stops = [
      transport.onPeer(({ kind, peer }) => {
        if (kind === 'connected') this.#connected(peer);
        else this.#lost(peer);
      }),
    ];
    for (const { peer } of transport.peers()) this.#connected(peer);
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelTelling?.();
    for (const scope of this.#scopes.values()) this.#close(scope);
  }

  /** The list of communities, or whether one is needed, changed: peers are told at once, or soon after the last time. */
  changed(): void {
    for (const [peer, known] of this.#peers) this.#compare(peer, known);
    this.#isStale = true;
    if (this.#cancelTelling === null) this.#tellAll();
  }

  #tellAll(): void {
    this.#cancelTelling = null;
    if (!this.#isStale) return;
    this.#isStale = false;
    for (const peer of this.#peers.keys()) this.#tell(peer);
    this.#cancelTelling = this.#init.clock.after(TELL_MS, () => this.#tellAll());
  }

  /** [FG1] The owner of a peer in any community; one in several counts in the first. */
  #ownerOf(peer: string): string | null {
    for (const { ownerOf } of this.#scopes.values()) {
      const owner = ownerOf(peer);
      if (owner !== null) return owner;
    }
    return null;
  }

  /** Whether a connected peer needs a community. */
  isNeeded(community: Uint8Array): boolean {
    const key = toHex(community);
    return [...this.#peers.values()].some(({ common }) => common.get(key) === true);
  }

  /** The network of a community, from when it is opened or joined until it is closed. */
  in(community: Uint8Array): CommunityNetwork {
    const key = toHex(community);
    const before = this.#scopes.get(key);
    if (before) this.#close(before);
    const scope: Scope = {
      id: community,
      handlers: new Map(),
      topics: new Set(),
      listeners: new Set(),
      parted: new Set(),
      announced: [],
      isMember: () => false,
      ownerOf: () => null,
    };
    this.#scopes.set(key, scope);
    return {
      transport: this.#transport(key, scope),
      network: this.#network(scope),
      close: () => this.#close(scope),
    };
  }

  #transport(key: string, scope: Scope): Transport {
    const { transport } = this.#init;
    const sees = (peer: string) => !scope.parted.has(peer) && this.#peers.get(peer)?.common.has(key) === true;
    return {
      get self() {
        return transport.self;
      },
      start: async () => {},
      stop: async () => {},
      resume: () => transport.resume(),
      subscribe: (...subscription) => {
        scope.topics.add(subscription[0]);
        transport.subscribe(...subscription);
      },
      unsubscribe: (topic) => {
        if (scope.topics.delete(topic)) transport.unsubscribe(topic);
      },
      publish: (topic, data) => transport.publish(topic, data),
      handle: (protocol, handler) => {
        scope.handlers.set(protocol, handler);
        this.#serve(protocol);
      },
      open: async (peer, protocol, signal) => {
        const channel = await transport.open(peer, protocol, signal);
        await channel.send(scope.id);
        return channel;
      },
      dial: async (address, signal) => {
        const peer = await transport.dial(address, signal);
        // The caller may use the peer at once, so it must be seen; a newcomer has nothing in common yet.
        if (this.#isOwn(scope.id)) await this.#heardOf(peer);
        if (scope.parted.delete(peer) && sees(peer)) this.#emit(scope, { kind: 'connected', peer });
        return peer;
      },
      disconnect: async (peer) => {
        const others = [...(this.#peers.get(peer)?.common.keys() ?? [])].filter(
          (other) => other !== key && this.#scopes.has(other),
        );
        // Other communities keep the connection.
        if (others.length === 0) return transport.disconnect(peer);
        if (sees(peer)) {
          scope.parted.add(peer);
          this.#emit(scope, { kind: 'lost', peer });
        }
      },
      reserveFor: (ownerOf) => {
        scope.ownerOf = ownerOf;
      },
      ownerOf: (peer) => scope.ownerOf(peer),
      peers: () => transport.peers().filter(({ peer }) => sees(peer)),
      onPeer: (listener) => {
        scope.listeners.add(listener);
        return () => scope.listeners.delete(listener);
      },
      addresses: () => transport.addresses(),
    };
  }

  /** Addresses and relays are the node's; what one community asks for holds beside the wishes of the others. */
  #network(scope: Scope): Network {
    const { network } = this.#init;
    return {
      read: (address) => network.read(address),
      resolve: (address, signal) => network.resolve(address, signal),
      listening: () => network.listening(),
      isNeighbour: (host) => network.isNeighbour(host),
      observed: () => network.observed(),
      ports: () => network.ports(),
      relays: () => network.relays(),
      udpPort: () => network.udpPort(),
      sentBytes: () => network.sentBytes(),
      receivedBytes: () => network.receivedBytes(),
      onChange: (listener) => network.onChange(listener),
      announce: (addresses) => {
        scope.announced = addresses;
        this.#announce();
      },
      dialBack: (peer, address, signal) => network.dialBack(peer, address, signal),
      reserve: (relay) => network.reserve(relay),
      relayFor: (isMember) => {
        scope.isMember = isMember;
      },
      observe: (endpoint, signal) => network.observe(endpoint, signal),
      punch: (...args) => network.punch(...args),
      get signer() {
        return network.signer;
      },
      keyOf: (peer) => network.keyOf(peer),
    };
  }

  #announce(): void {
    const wanted = [...this.#scopes.values()].flatMap(({ announced }) => announced);
    this.#init.network.announce([...new Set(wanted)]);
  }

  #close(scope: Scope): void {
    const key = toHex(scope.id);
    if (this.#scopes.get(key) !== scope) return;
    this.#scopes.delete(key);
    for (const topic of scope.topics) this.#init.transport.unsubscribe(topic);
    scope.topics.clear();
    scope.handlers.clear();
    scope.listeners.clear();
    if (scope.announced.length > 0) this.#announce();
  }

  /** [FC1] Answers a protocol for all communities. */
  #serve(protocol: string): void {
    if (this.#protocols.has(protocol)) return;
    this.#protocols.add(protocol);
    this.#init.transport.handle(protocol, async (channel) => {
      const messages = channel.receive();
      const first = await messages.next();
      if (first.done === true || first.value.length !== ID_BYTES) throw problem('community-not-named');
      const handler = await this.#handlerOf(first.value, protocol);
      if (!handler) throw problem('community-not-here');
      await handler(channel);
    });
  }

  async #handlerOf(community: Uint8Array, protocol: string) {
    const key = toHex(community);
    if (!this.#scopes.has(key) && this.#isOwn(community)) await this.#init.wake(community);
    return this.#scopes.get(key)?.handlers.get(protocol);
  }

  #isOwn(community: Uint8Array): boolean {
    return this.#init.communities().some(({ id }) => equalBytes(id, community));
  }

  /** Resolves once the communities of a connected peer are known, or after a limited time. */
  async #heardOf(peer: string): Promise<void> {
    const known = this.#peers.get(peer);
    if (known) await withTimeout(this.#init.clock, HEARD_MS, known.heard.promise);
  }

  #connected(peer: string): void {
    if (!this.#peers.has(peer)) {
      this.#peers.set(peer, { tags: null, common: new Map(), heard: Promise.withResolvers() });
    }
    this.#tell(peer);
  }

  #lost(peer: string): void {
    const known = this.#peers.get(peer);
    this.#peers.delete(peer);
    for (const key of known?.common.keys() ?? []) {
      const scope = this.#scopes.get(key);
      if (scope && !scope.parted.delete(peer)) this.#emit(scope, { kind: 'lost', peer });
    }
  }

  /** [FC3] Exchanges the names of communities with a peer. */
  #tell(peer: string): void {
    const { transport, logger } = this.#init;
    const exchange = async () => {
      const channel = await transport.open(peer, COMMON_PROTOCOL);
      await channel.send(this.#tagsFor(peer));
      await channel.close();
      await this.#hear(channel);
    };
    exchange().catch((error: unknown) => {
      logger.debug('communities-not-told', { peer, reason: problemOf(error).message });
    });
  }

  async #told(channel: Channel): Promise<void> {
    await this.#hear(channel);
    await channel.send(this.#tagsFor(channel.peer));
  }

  #tagsFor = (peer: string): Uint8Array =>
    encodeTags(this.#init.communities(), this.#init.transport.self, peer);

  async #hear(channel: Channel): Promise<void> {
    const { peer } = channel;
    const first = await channel.receive().next();
    if (first.done === true) return;
    const tags = decodeTags(first.value);
    const known = this.#peers.get(peer);
    // One that is not introduced yet answers with its list when it is.
    if (!known) return;
    known.tags = tags;
    this.#compare(peer, known);
    known.heard.resolve();
  }

  /** [FC4] Finds the communities in common; those that the peer needs open here too [FC5]. */
  #compare(peer: string, known: Peer): void {
    const { tags } = known;
    if (tags === null) return;
    const { transport, logger } = this.#init;
    const before = known.common;
    known.common = new Map();
    const appeared: string[] = [];
    for (const { id } of this.#init.communities()) {
      const tag = toHex(tagOf(id, peer, transport.self));
      const isNeeded = tags.needed.has(tag);
      if (!isNeeded && !tags.others.has(tag)) continue;
      const key = toHex(id);
      known.common.set(key, isNeeded);
      if (!before.has(key)) appeared.push(key);
      if (isNeeded && !this.#scopes.has(key)) {
        this.#init.wake(id).catch((error: unknown) => {
          logger.warn('community-not-woken', { reason: problemOf(error).message });
        });
      }
    }
    for (const key of before.keys()) {
      const scope = this.#scopes.get(key);
      if (scope && !known.common.has(key) && !scope.parted.has(peer))
        this.#emit(scope, { kind: 'lost', peer });
    }
    for (const key of appeared) {
      const scope = this.#scopes.get(key);
      if (scope && !scope.parted.has(peer)) this.#emit(scope, { kind: 'connected', peer });
    }
  }

  #emit(scope: Scope, change: PeerChange): void {
    for (const listener of scope.listeners) listener(change);
  }
}
