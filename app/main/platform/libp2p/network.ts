import type { IdentifyResult } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { PortMapper } from '../../federation/ports.ts';
import type { AddressParts, Endpoint, Network, RelayPlace } from '../../federation/ports.ts';
import type { Signer } from '../../kernel/signer.ts';
import { hostOf, isRelayed, readAddress, resolveAddress } from './addresses.ts';
import { dialAsStranger } from './dial-back.ts';
import { peerGone } from './failures.ts';
import { DIAL_DEADLINE_MS } from './limits.ts';
import type { Meter } from './meter.ts';
import type { Built } from './node.ts';
import type { RelayPlaces } from './relay-places.ts';
import type { RelayService } from './relay-service.ts';
import { isNeighbour, type Scopes } from './scopes.ts';
import { multiaddr } from '@multiformats/multiaddr';
import { raceAbort } from './udp/race.ts';
import type { SharedSocket } from './udp/shared-socket.ts';

/** The most peers whose view of this node is kept. */
const MAX_OBSERVERS = 32;
/** How long a relayed connection is kept after a direct one replaced it, so that gossip can move over. */
const RELAYED_LINGER_MS = 2000;

export interface Libp2pNetworkInit {
  readonly built: Built;
  readonly scopes: Scopes;
  readonly meter: Meter;
  readonly places: RelayPlaces;
  readonly relay: RelayService;
  readonly socket: SharedSocket | null;
  readonly ports: PortMapper | null;
  /** Signs with the private key of the node's peer id. */
  readonly signer: Signer;
  readonly later: (delayMs: number, task: () => void) => void;
  readonly announce: (addresses: readonly string[]) => void;
}

/** The `Network` port over libp2p, the UDP port and the router. */
export class Libp2pNetwork implements Network {
  readonly signer: Signer;
  readonly #init: Libp2pNetworkInit;
  /** IP addresses of this node, by the peer that saw them; the latest last. */
  readonly #observed = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(init: Libp2pNetworkInit) {
    this.#init = init;
    this.signer = init.signer;
    const { node } = init.built;
    const changed = () => this.#changed();
    node.addEventListener('peer:identify', ({ detail }) => this.#identified(detail));
    node.addEventListener('transport:listening', changed);
    node.addEventListener('transport:close', changed);
    init.ports?.onChange(changed);
  }

  read(address: string): AddressParts | null {
    return readAddress(address, this.#init.scopes);
  }

  resolve(address: string, signal: AbortSignal): Promise<string[]> {
    return raceAbort(resolveAddress(address), signal);
  }

  listening(): string[] {
    return this.#init.built.inside.transportManager
      .getAddrs()
      .map(String)
      .filter((address) => !isRelayed(multiaddr(address)));
  }

  isNeighbour(host: string): boolean {
    return isNeighbour(host);
  }

  observed(): readonly string[] {
    return [...new Set([...this.#observed.values()].toReversed())];
  }

  ports(): ReturnType<Network['ports']> {
    return this.#init.ports?.current() ?? { state: 'off', mapped: [], gateway: null };
  }

  relays(): readonly RelayPlace[] {
    const { built, places } = this.#init;
    const passing = new Set(
      built.node
        .getConnections()
        .filter(({ direction, remoteAddr }) => direction === 'inbound' && !isRelayed(remoteAddr))
        .map(({ remoteAddr }) => remoteAddr.toString().replace(/\/p2p\/.*$/, '')),
    );
    return places.held(built.inside.transportManager, built.node.peerId.toString(), passing);
  }

  udpPort(): number | null {
    return this.#init.socket?.port(4) ?? this.#init.socket?.port(6) ?? null;
  }

  sentBytes(): number {
    return this.#init.meter.total.sentBytes;
  }

  receivedBytes(): number {
    return this.#init.meter.total.receivedBytes;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  announce(addresses: readonly string[]): void {
    this.#init.announce(addresses);
  }

  dialBack(peer: string, address: string, signal: AbortSignal): Promise<boolean> {
    return dialAsStranger(peer, address, signal);
  }

  async reserve(relay: string): Promise<void> {
    const { built, places } = this.#init;
    const connection = built.node
      .getConnections(peerIdFromString(relay))
      .find(({ remoteAddr, status }) => status === 'open' && !isRelayed(remoteAddr));
    if (connection === undefined) throw peerGone();
    await places.take(connection, built.inside.transportManager);
    this.#changed();
  }

  relayFor(isMember: (peer: string) => boolean): void {
    this.#init.relay.serve(isMember);
  }

  async observe({ host: ip, port }: Endpoint, signal: AbortSignal): Promise<Endpoint | null> {
    const seen = await this.#init.socket?.observe({ ip, port }, signal);
    return seen ? { host: seen.ip, port: seen.port } : null;
  }

  async punch(
    peer: string,
    endpoints: readonly Endpoint[],
    token: Uint8Array,
    dials: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { socket, built } = this.#init;
    if (socket === null) return false;
    const targets = endpoints.map(({ host: ip, port }) => ({ ip, port }));
    const path = await socket.punch(targets, token, { signal });
    if (path === null || !dials) return path !== null;
    const family = path.ip.includes(':') ? 'ip6' : 'ip4';
    await built.node.dial(multiaddr(`/${family}/${path.ip}/udp/${path.port}/quic-v1/p2p/${peer}`), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_DEADLINE_MS)]),
      force: true,
    });
    this.#init.later(RELAYED_LINGER_MS, () => this.#closeRelayed(peer));
    return true;
  }

  keyOf(peer: string): Uint8Array | null {
    try {
      const id = peerIdFromString(peer);
      // A peer id has a second text form; one node must not appear as two.
      return id.type === 'Ed25519' && id.toString() === peer ? id.publicKey.raw : null;
    } catch {
      return null;
    }
  }

  /** Calls the listeners after a change outside libp2p, such as of the machine's interfaces. */
  interfacesChanged(): void {
    this.#observed.clear();
    this.#init.ports?.networkChanged();
    this.#changed();
  }

  #closeRelayed(peer: string): void {
    for (const connection of this.#init.built.node.getConnections(peerIdFromString(peer))) {
      if (!isRelayed(connection.remoteAddr)) continue;
      connection.close().catch((error: unknown) => {
        connection.abort(error instanceof Error ? error : new Error(String(error)));
      });
    }
  }

  /** Records the IP address at which a peer on the internet sees this node. */
  #identified({ observedAddr, connection }: IdentifyResult): void {
    if (observedAddr === undefined || isRelayed(connection.remoteAddr)) return;
    const { scopes } = this.#init;
    const [host, from] = [hostOf(observedAddr), hostOf(connection.remoteAddr)];
    if (host === null || from === null || scopes.of(host) !== 'internet' || scopes.of(from) !== 'internet')
      return;
    const peer = connection.remotePeer.toString();
    if (this.#observed.get(peer) === host) return;
    this.#observed.delete(peer);
    this.#observed.set(peer, host);
    if (this.#observed.size > MAX_OBSERVERS) {
      const oldest = this.#observed.keys().next();
      if (!oldest.done) this.#observed.delete(oldest.value);
    }
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
