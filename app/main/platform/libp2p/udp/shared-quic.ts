import {
  isStartable,
  serviceCapabilities,
  transportSymbol,
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type Transport,
} from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { MAX_STREAM_WINDOW_BYTES } from '../limits.ts';
import { hostAndPortOf, isQuic, peerIn, toEndpoint } from './endpoint.ts';
import { FlowUpgrader, type OnConnection } from './flow-upgrader.ts';
import type { QuicComponents, QuicFactory } from './quic-library.ts';
import { raceAbort } from './race.ts';
import { SharedQuicListener } from './shared-quic-listener.ts';
import type { SharedSocket } from './shared-socket.ts';
import { problem } from '../problems.ts';

/** How much a peer may send ahead of all readers of one connection, in bytes. */
const MAX_CONNECTION_WINDOW_BYTES = 16 * MAX_STREAM_WINDOW_BYTES;

const MAX_STREAMS = 256;

/**
 * QUIC (`/ip4/…/udp/…/quic-v1`) over the shared socket: dials use the listening port, which hole punching
 * requires. The transport binds the socket when it listens and closes it when the node stops.
 */
export function sharedQuic(
  socket: SharedSocket,
  options: { readonly quic: QuicFactory; readonly onConnection: OnConnection },
): (components: QuicComponents) => Transport {
  const native = options.quic({
    // The native client only ever dials the loopback interface.
    ipv6: false,
    maxConcurrentStreamLimit: MAX_STREAMS,
    maxStreamData: MAX_STREAM_WINDOW_BYTES,
    maxConnectionData: MAX_CONNECTION_WINDOW_BYTES,
  });
  return (components) => new SharedQuic(socket, () => native(components), options.onConnection);
}

class SharedQuic implements Transport {
  readonly [Symbol.toStringTag] = 'shared-quic';
  readonly [transportSymbol] = true;
  readonly [serviceCapabilities] = ['@libp2p/transport'];
  readonly #socket: SharedSocket;
  readonly #createNative: () => Transport;
  readonly #onConnection: OnConnection;
  #native: Transport | null = null;

  constructor(socket: SharedSocket, createNative: () => Transport, onConnection: OnConnection) {
    this.#socket = socket;
    this.#createNative = createNative;
    this.#onConnection = onConnection;
  }

  start(): void {
    this.#socket.open();
  }

  async stop(): Promise<void> {
    if (isStartable(this.#native)) await this.#native.stop();
    this.#native = null;
  }

  /** By now the listeners and connections of the node have closed, and their last packets have left. */
  async afterStop(): Promise<void> {
    await this.#socket.close();
  }

  /** Rejects with an `UnexpectedPeerError` if another peer answers than the address names. */
  async dial(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    options.signal.throwIfAborted();
    const host = hostAndPortOf(address);
    const remote = host === null ? null : toEndpoint(host.ip, host.port);
    if (remote === null) throw problem('address-not-quic');
    const { flows } = this.#socket;
    const flow = await this.#socket.dial(remote);
    const upgrader = new FlowUpgrader({
      upgrader: options.upgrader,
      flows,
      onConnection: this.#onConnection,
      flowOf: () => flow,
      peer: peerIn(address),
    });
    try {
      const local = multiaddr(`/ip4/127.0.0.1/udp/${flow.localPort}/quic-v1`);
      return await raceAbort(this.#started().dial(local, { ...options, upgrader }), options.signal);
    } catch (error) {
      if (flow.state === 'half-open') flows.drop(flow);
      throw error;
    }
  }

  createListener(options: CreateListenerOptions): Listener {
    const { flows } = this.#socket;
    const upgrader = new FlowUpgrader({
      upgrader: options.upgrader,
      flows,
      onConnection: this.#onConnection,
      flowOf: ({ remoteAddr }) => {
        const flow = flows.at(hostAndPortOf(remoteAddr)?.port ?? 0);
        return flow?.direction === 'inbound' ? flow : null;
      },
      peer: null,
    });
    return new SharedQuicListener(this.#socket, this.#started().createListener({ upgrader }));
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(isQuic);
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(isQuic);
  }

  /** Created when needed, since the native transport opens a socket on creation. */
  #started(): Transport {
    return (this.#native ??= this.#createNative());
  }
}
