import {
  UnexpectedPeerError,
  type ClearableSignal,
  type Connection,
  type ConnectionEncrypter,
  type MultiaddrConnection,
  type StreamMuxerFactory,
  type Upgrader,
  type UpgraderOptions,
} from '@libp2p/interface';
import type { Traffic } from '../meter.ts';
import { peerIn, quicAddress } from './endpoint.ts';
import type { Flow } from './flow.ts';
import type { Flows } from './flows.ts';
import { nativeConnectionOf } from './native.ts';
import { QuicMuxerFactory } from './quic-muxer.ts';

/** Called before a connection opens, with its timeline object and the live traffic of its flow. */
export type OnConnection = (timeline: object, traffic: Traffic) => void;

export interface FlowUpgraderInit {
  readonly upgrader: Upgrader;
  readonly flows: Flows;
  readonly onConnection: OnConnection;
  /** The flow of a connection of the QUIC library; null refuses it. */
  flowOf(connection: MultiaddrConnection): Flow | null;
  /** The peer that must be at the other end, or null for any. */
  readonly peer: string | null;
}

/**
 * Translates between the QUIC library, which sees loopback ports, and libp2p, which must see the remote
 * endpoints.
 */
export class FlowUpgrader implements Upgrader {
  readonly #init: FlowUpgraderInit;

  constructor(init: FlowUpgraderInit) {
    this.#init = init;
  }

  async upgradeOutbound(connection: MultiaddrConnection, options: UpgraderOptions): Promise<Connection> {
    const upgraded = await this.#init.upgrader.upgradeOutbound(
      connection,
      this.#prepare(connection, options),
    );
    if (options.signal.aborted) upgraded.abort(new Error('The dial was cancelled.'));
    return upgraded;
  }

  async upgradeInbound(connection: MultiaddrConnection, options: UpgraderOptions): Promise<void> {
    return this.#init.upgrader.upgradeInbound(connection, this.#prepare(connection, options));
  }

  createInboundAbortSignal(signal: AbortSignal): ClearableSignal {
    return this.#init.upgrader.createInboundAbortSignal(signal);
  }

  getStreamMuxers(): Map<string, StreamMuxerFactory> {
    return this.#init.upgrader.getStreamMuxers();
  }

  getConnectionEncrypters(): Map<string, ConnectionEncrypter> {
    return this.#init.upgrader.getConnectionEncrypters();
  }

  #prepare(connection: MultiaddrConnection, options: UpgraderOptions): UpgraderOptions {
    const { flows, onConnection, peer } = this.#init;
    const flow = this.#init.flowOf(connection);
    if (flow === null || flow.state !== 'half-open') throw new Error('The connection has no flow.');
    connection.addEventListener('close', () => flows.release(flow), { once: true });
    flows.opened(flow);
    if (connection.status !== 'open') flows.release(flow);
    options.signal.throwIfAborted();
    const found = peerIn(connection.remoteAddr);
    if (peer !== null && peer !== found) {
      throw new UnexpectedPeerError(`The node at this address is ${found}, not ${peer}.`);
    }
    connection.remoteAddr = quicAddress(flow.remote, found);
    onConnection(connection.timeline, flow.traffic);
    return { ...options, muxerFactory: new QuicMuxerFactory(nativeConnectionOf(options.muxerFactory)) };
  }
}
