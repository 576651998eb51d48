import type { PeerInfo, Stream } from '@libp2p/interface';
import { every, type Clock } from '../../kernel/clock.ts';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { PortMapper } from '../../federation/ports.ts';
import type { Random } from '../../kernel/clock.ts';
import type { Signer } from '../../kernel/signer.ts';
import type { Channel, Transport } from '../../log/transport.ts';
import { isRelayed, parseAddress } from './addresses.ts';
import { StreamChannel } from './channel.ts';
import { Conduct } from './conduct.ts';
import { dialProblem, listenProblem, openProblem, peerGone } from './failures.ts';
import { createGate } from './connection-gater.ts';
import { Gossip } from './gossip.ts';
import {
  DIAL_DEADLINE_MS,
  INBOX_HIGH_BYTES,
  MAX_INBOUND_CHANNELS,
  MAX_OUTBOUND_CHANNELS,
  PING_PERIOD_MS,
  RESUME_PING_DEADLINE_MS,
  STRANGER_INBOX_BYTES,
} from './limits.ts';
import { Links } from './links.ts';
import { Meter } from './meter.ts';
import { buildNode, type Built, type NetworkOptions } from './node.ts';
import { Libp2pNetwork } from './network.ts';
import { PeerSlots } from './peer-slots.ts';
import { RelayPlaces } from './relay-places.ts';
import { RelayService } from './relay-service.ts';
import { Scopes } from './scopes.ts';
import { loadQuic } from './udp/quic-library.ts';
import { SharedSocket } from './udp/shared-socket.ts';
import { problem } from './problems.ts';

/** The log for background events; pino fits. */
export interface NetworkLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface NetworkInit extends NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Signs with the private key of the node's peer id. */
  readonly signer: Signer;
  /** Additional ranges in CIDR notation that count as public, for test networks. */
  readonly publicNetworks?: readonly string[];
  /** The router's port forwarding, if used. */
  readonly ports?: PortMapper;
  readonly logger?: NetworkLog;
}

/**
 * The network over libp2p. Nothing listens before `start`. Rejects with a Problem (`address-invalid`) if a
 * listening address is malformed.
 */
export async function createLibp2pTransport(
  init: NetworkInit,
): Promise<{ transport: Transport; network: Libp2pNetwork }> {
  const { clock, signer } = init;
  const scopes = new Scopes(init.publicNetworks);
  const meter = new Meter();
  const conduct = new Conduct(clock);
  const relay = new RelayService(clock, conduct);
  const slots = new PeerSlots(clock, init.maxConnections);
  const places = new RelayPlaces();
  const wantsQuic = init.listen.some(isQuicAddress);
  const quic = wantsQuic ? await loadQuic() : null;
  const socket = quic && new SharedSocket({ clock, random: init.random, total: meter.total });
  let told: readonly Multiaddr[] | null = null;
  let transport: Libp2pTransport | null = null;
  const gossip = new Gossip(conduct, scopes, (peer) => {
    init.logger?.warn({ peer }, 'Disconnected a peer that sent too many bad messages');
    void transport?.disconnect(peer);
  });
  const listen = quic === null ? init.listen.filter((address) => !isQuicAddress(address)) : init.listen;
  const built = await buildNode(
    { ...init, listen },
    {
      clock,
      gossip,
      gate: createGate(conduct, scopes, relay, slots),
      meter: meter.hook,
      scopes,
      places,
      udp: quic &&
        socket && { socket, quic, onConnection: (timeline, traffic) => meter.adopt(timeline, traffic) },
      told: () => [...(told ?? ownAddressesOf(built))],
      onFound: (found) => transport?.found(found),
    },
  );
  const links = new Links(built.node, clock, meter, scopes, (peer) => gossip.score(peer));
  slots.watch((peer) => links.isRelayedFor(peer));
  transport = new Libp2pTransport(init, built, gossip, links, slots);
  const network = new Libp2pNetwork({
    built,
    scopes,
    meter,
    places,
    relay,
    socket,
    ports: init.ports ?? null,
    signer,
    later: (delayMs, task) => void clock.after(delayMs, task),
    announce: (addresses) => (told = addresses.map((address) => multiaddr(address))),
  });
  return { transport, network };
}

const isQuicAddress = (address: string) => address.includes('/quic-v1');

/** By default the listening addresses are announced. */
function ownAddressesOf({ node, inside }: Built): Multiaddr[] {
  return inside.transportManager.getAddrs().map((text) => {
    const address = multiaddr(text.toString());
    return isRelayed(address) && address.toString().endsWith(node.peerId.toString())
      ? address
      : address.encapsulate(`/p2p/${node.peerId.toString()}`);
  });
}

/** How soon after a closed connection gossip streams are checked again, in milliseconds. */
const MEND_AGAIN_MS = [500, 2000, 5000];

class Libp2pTransport implements Transport {
  readonly self: string;
  readonly #init: NetworkInit;
  readonly #built: Built;
  readonly #gossip: Gossip;
  readonly #links: Links;
  readonly #slots: PeerSlots;
  /** Pending registrations of protocols. */
  readonly #registering = new Set<Promise<void>>();
  #stopMending = () => {};

  constructor(init: NetworkInit, built: Built, gossip: Gossip, links: Links, slots: PeerSlots) {
    this.#init = init;
    this.#built = built;
    this.#gossip = gossip;
    this.#links = links;
    this.#slots = slots;
    this.self = built.node.peerId.toString();
    built.node.addEventListener('connection:close', ({ detail }) => {
      const mend = () => this.#mendGossip(detail.remotePeer.toString());
      setImmediate(mend);
      // The router may learn late that its stream closed with the connection.
      for (const delayMs of MEND_AGAIN_MS) init.clock.after(delayMs, mend);
    });
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.#registering);
      await this.#built.node.start();
    } catch (error) {
      await this.#built.node.stop();
      throw listenProblem(error);
    }
    this.#gossip.start();
    this.#links.start();
    this.#stopMending = every(this.#init.clock, PING_PERIOD_MS, () => {
      for (const { peer } of this.#links.list()) this.#mendGossip(peer);
    });
  }

  async stop(): Promise<void> {
    this.#stopMending();
    this.#links.stop();
    this.#gossip.stop();
    await this.#built.node.stop();
  }

  resume(): Promise<void> {
    return this.#links.check(RESUME_PING_DEADLINE_MS);
  }

  subscribe(...args: Parameters<Transport['subscribe']>): void {
    this.#gossip.subscribe(...args);
  }

  unsubscribe(topic: string): void {
    this.#gossip.unsubscribe(topic);
  }

  publish(topic: string, data: Uint8Array): Promise<number> {
    return this.#gossip.publish(topic, data);
  }

  handle(protocol: string, handler: (channel: Channel) => Promise<void>): void {
    const registering = this.#built.node.handle(
      protocol,
      async (stream, connection) => {
        const peer = connection.remotePeer.toString();
        const evict = () => channel.abort(problem('channel-crowded'));
        const slot = this.#slots.takeChannel(protocol, peer, connection.remoteAddr, evict);
        if (slot === null) return stream.abort(problem('channel-crowded'));
        const channel = this.#channel(stream, peer, () => slot.touch());
        try {
          await handler(channel);
          await channel.release();
        } catch (error) {
          this.#init.logger?.debug({ err: error, protocol, peer }, 'A channel ended early');
          channel.abort(error instanceof Error ? error : new Error(String(error)));
        } finally {
          slot.release();
        }
      },
      {
        maxInboundStreams: MAX_INBOUND_CHANNELS,
        maxOutboundStreams: MAX_OUTBOUND_CHANNELS,
        runOnLimitedConnection: true,
      },
    );
    this.#registering.add(registering);
    void registering.finally(() => this.#registering.delete(registering));
  }

  async open(peer: string, protocol: string, signal?: AbortSignal): Promise<Channel> {
    const connection = this.#links.connections(peer)[0];
    if (connection === undefined) throw peerGone();
    try {
      const stream = await connection.newStream(protocol, {
        signal: signal ?? AbortSignal.timeout(DIAL_DEADLINE_MS),
        runOnLimitedConnection: true,
        maxOutboundStreams: MAX_OUTBOUND_CHANNELS,
      });
      return this.#channel(stream, peer);
    } catch (error) {
      throw openProblem(error, protocol);
    }
  }

  async dial(address: string, signal?: AbortSignal): Promise<string> {
    const target = parseAddress(address);
    let peer: string;
    try {
      const connection = await this.#built.node.dial(target, {
        signal: signal ?? AbortSignal.timeout(DIAL_DEADLINE_MS),
      });
      peer = connection.remotePeer.toString();
    } catch (error) {
      throw dialProblem(error);
    }
    if (await this.#links.introduced(peer, DIAL_DEADLINE_MS)) return peer;
    await this.disconnect(peer);
    throw problem('dial-dropped');
  }

  reserveFor(ownerOf: (peer: string) => string | null): void {
    this.#slots.reserveFor(ownerOf);
  }

  ownerOf(peer: string): string | null {
    return this.#slots.ownerOf(peer);
  }

  async disconnect(peer: string): Promise<void> {
    const connections = this.#built.node
      .getConnections()
      .filter(({ remotePeer }) => remotePeer.toString() === peer);
    await Promise.all(
      connections.map(async (connection) => {
        try {
          await connection.close();
        } catch (error) {
          connection.abort(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    );
  }

  peers(): ReturnType<Transport['peers']> {
    return this.#links.list();
  }

  onPeer(listener: Parameters<Transport['onPeer']>[0]): () => void {
    return this.#links.onChange(listener);
  }

  addresses(): string[] {
    return this.#built.node.getMultiaddrs().map(String);
  }

  /**
   * A node of the local network is dialled while there is room; half of the slots stay free for inbound
   * connections.
   */
  found({ id: peer, multiaddrs }: PeerInfo): void {
    const { node } = this.#built;
    this.#links.found(peer.toString());
    const connections = node.getConnections();
    if (connections.length >= this.#init.maxConnections / 2) return;
    if (connections.some(({ remotePeer }) => remotePeer.equals(peer))) return;
    node.dial(multiaddrs, { signal: AbortSignal.timeout(DIAL_DEADLINE_MS) }).catch((error: unknown) => {
      this.#init.logger?.debug(
        { err: error, peer: peer.toString() },
        'A node of the local network did not answer',
      );
    });
  }

  /** A channel over a stream. Only what strangers do is watched, since only they lose idle slots. */
  #channel(stream: Stream, peer: string, onProgress = () => {}): StreamChannel {
    const isStranger = this.#slots.ownerOf(peer) === null;
    return new StreamChannel(stream, peer, this.#init.clock, {
      inboxBytes: isStranger ? STRANGER_INBOX_BYTES : INBOX_HIGH_BYTES,
      onProgress: isStranger
        ? () => {
            onProgress();
            this.#slots.touch(peer);
          }
        : null,
    });
  }

  /**
   * Gossip streams belong to one connection. If it closes and the peer has another (a relayed connection
   * became direct, or both dialled at once), or only the stream broke (the peer was too slow), the router is
   * told to reopen them.
   */
  #mendGossip(peer: string): void {
    const connection = this.#links.connections(peer)[0];
    if (connection === undefined || this.#gossip.reaches(peer)) return;
    for (const protocol of this.#gossip.protocols()) {
      for (const topology of this.#built.inside.registrar.getTopologies(protocol)) {
        void topology.onConnect?.(connection.remotePeer, connection);
      }
    }
  }
}
