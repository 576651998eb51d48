import type { PeerInfo } from '@libp2p/interface';
import { every, type Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import type { Channel, NetworkProbe, Transport } from '../../log/transport.ts';
import { isLoopbackOnly, parseAddress } from './addresses.ts';
import { StreamChannel } from './channel.ts';
import { Conduct } from './conduct.ts';
import { dialProblem, listenProblem, openProblem, peerGone } from './failures.ts';
import { createGate } from './gate.ts';
import { Gossip } from './gossip.ts';
import {
  DIAL_DEADLINE_MS,
  MAX_INBOUND_CHANNELS,
  MAX_OUTBOUND_CHANNELS,
  PING_PERIOD_MS,
  RESUME_PING_DEADLINE_MS,
} from './limits.ts';
import { Links } from './links.ts';
import { Meter } from './meter.ts';
import { buildNode, type Built, type NetworkOptions } from './node.ts';
import { createProbe } from './probe.ts';

/** Where the network tells of what nobody waits for; pino fits. */
export interface NetworkLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface NetworkInit extends NetworkOptions {
  readonly clock: Clock;
  readonly logger?: NetworkLog;
}

/**
 * The network over libp2p. Nothing listens before `start`. Rejects with a Problem (`address-invalid`) when a
 * listening address cannot be read.
 */
export async function createLibp2pTransport(
  init: NetworkInit,
): Promise<{ transport: Transport; probe: NetworkProbe }> {
  const confined = isLoopbackOnly(init.listen);
  const meter = new Meter();
  const conduct = new Conduct(init.clock);
  let transport: Libp2pTransport | null = null;
  const gossip = new Gossip(conduct, (peer) => {
    init.logger?.warn({ peer }, 'Disconnected a peer that sent too many bad messages');
    void transport?.disconnect(peer);
  });
  const built = await buildNode(init, {
    gossip,
    gate: createGate(conduct),
    meter: meter.hook,
    onFound: (found) => transport?.found(found),
  });
  const links = new Links(built.node, init.clock, meter, (peer) => gossip.score(peer));
  transport = new Libp2pTransport(init, built, gossip, links);
  return { transport, probe: createProbe(built.inside, meter, init, confined) };
}

/** After a connection closed, gossip over another one is looked after again, in milliseconds. */
const MEND_AGAIN_MS = [500, 2000, 5000];

class Libp2pTransport implements Transport {
  readonly self: string;
  readonly #init: NetworkInit;
  readonly #built: Built;
  readonly #gossip: Gossip;
  readonly #links: Links;
  /** Protocols registered since, whose registration is still under way. */
  readonly #registering = new Set<Promise<void>>();
  #stopMending = () => {};

  constructor(init: NetworkInit, built: Built, gossip: Gossip, links: Links) {
    this.#init = init;
    this.#built = built;
    this.#gossip = gossip;
    this.#links = links;
    this.self = built.node.peerId.toString();
    built.node.addEventListener('connection:close', ({ detail }) => {
      const mend = () => this.#mendGossip(detail.remotePeer.toString());
      setImmediate(mend);
      // The router may learn late that its stream went down with the connection.
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
        const channel = new StreamChannel(stream, connection.remotePeer.toString(), this.#init.clock);
        try {
          await handler(channel);
          await channel.release();
        } catch (error) {
          this.#init.logger?.debug({ err: error, protocol, peer: channel.peer }, 'A channel ended early');
          channel.abort(error instanceof Error ? error : new Problem('unexpected', String(error)));
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
      return new StreamChannel(stream, peer, this.#init.clock);
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
    throw new Problem(
      'dial-failed',
      'The other side took the connection and closed it again.',
      'It may be full, or refuse this node; try again in a minute.',
    );
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

  /** A node of the local network is dialled while there is room; half of it stays free for those who come. */
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

  /**
   * Gossip streams live on one connection. When that one closes and the peer has another (a relayed connection
   * became direct, or both dialled at once), or the stream alone broke (its peer was too slow), the router is
   * told to open them anew.
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
