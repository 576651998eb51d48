import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { TypedEventEmitter, type Listener, type ListenerEvents } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { familyOf, hostAndPortOf, quicAddress, type Endpoint } from './endpoint.ts';
import { MAX_HALF_OPEN_FLOWS } from './flows.ts';
import type { SharedSocket } from './shared-socket.ts';
import { problem } from '../problems.ts';

/** How long closing waits for the native server. */
const CLOSE_DEADLINE_MS = 500;

const LOCAL = multiaddr('/ip4/127.0.0.1/udp/0/quic-v1');

/** Listens at one address of the shared socket; the native server below listens on the loopback interface. */
export class SharedQuicListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #socket: SharedSocket;
  readonly #native: Listener;
  #bound: Endpoint | null = null;

  constructor(socket: SharedSocket, native: Listener) {
    super();
    this.#socket = socket;
    this.#native = native;
  }

  async listen(address: Multiaddr): Promise<void> {
    const wanted = hostAndPortOf(address);
    if (wanted === null) throw problem('address-not-quic');
    const port = await this.#socket.bind(wanted);
    await this.#native.listen(LOCAL);
    acceptMany(this.#native);
    const [local] = this.#native.getAddrs();
    const server = local === undefined ? null : hostAndPortOf(local);
    if (server === null) throw new Error('The QUIC server has no port.');
    this.#socket.flows.serve(familyOf(wanted), server.port);
    this.#bound = { ip: wanted.ip, port };
    this.safeDispatchEvent('listening');
  }

  getAddrs(): Multiaddr[] {
    if (this.#bound === null) return [];
    const { ip, port } = this.#bound;
    const hosts = ip === '0.0.0.0' || ip === '::' ? hostsOfThisMachine(familyOf(this.#bound)) : [ip];
    return hosts.map((host) => quicAddress({ ip: host, port }));
  }

  updateAnnounceAddrs(): void {}

  async close(): Promise<void> {
    if (this.#bound === null) return;
    this.#socket.flows.unserve(familyOf(this.#bound));
    this.#bound = null;
    // The library closes its connections at once, then waits seconds for a pending handshake.
    await Promise.race([this.#native.close(), delay(CLOSE_DEADLINE_MS)]);
    this.safeDispatchEvent('close');
  }
}

/**
 * The listener of `@chainsafe/libp2p-quic` accepts one connection at a time, so a stalled handshake would
 * block all others. Each further call of its loop accepts one more concurrently.
 */
function acceptMany(native: Listener): void {
  const accept: unknown = Reflect.get(native, 'awaitInboundConnections');
  if (typeof accept !== 'function')
    throw new Error('The QUIC library cannot accept connections in parallel.');
  for (let loops = 1; loops < MAX_HALF_OPEN_FLOWS; loops++) void accept.call(native);
}

/** The IPs of this machine's interfaces, without link-local ones: other machines need a zone with these. */
function hostsOfThisMachine(family: 4 | 6): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === `IPv${family}` && !/^(169\.254\.|fe80:)/i.test(one.address))
    .map(({ address }) => address);
}
