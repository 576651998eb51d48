import type { Signer } from '../kernel/signer.ts';
import type { PortMapperState } from './port-mapper.ts';

/**
 * The scope of an IP address: this machine, a private network, or the internet; `nowhere` is never dialled.
 */
export type Scope = 'machine' | 'network' | 'internet' | 'nowhere';

/** The parts of an address that decide who can dial it. */
export interface AddressParts {
  /** An IP address or a DNS name; for an address through a relay, the relay's. */
  readonly host: string;
  readonly port: number;
  readonly way: 'tcp' | 'websocket' | 'quic';
  /** The scope of the host. A DNS name counts as `internet` until it is resolved. */
  readonly scope: Scope;
  readonly isName: boolean;
  /** Peer id of the relay, for an address through one. */
  readonly relay: string | null;
  /** Peer id of the node that the address leads to, if it names one. */
  readonly peer: string | null;
}

/** A relay that holds a place for this node. */
export interface RelayPlace {
  readonly relay: string;
  /** Addresses of this node through the relay. */
  readonly addresses: readonly string[];
}

/** A UDP endpoint: IP address and port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The network around this node: addresses, routers, relays and hole punching. */
export interface Network {
  /** Parses an address; null if it is not one. */
  read(address: string): AddressParts | null;
  /** An address once for each IP address that its DNS name resolves to; rejects if there is none. */
  resolve(address: string, signal: AbortSignal): Promise<string[]>;
  /** Addresses at which this node listens, one for each interface, without peer id. */
  listening(): string[];
  /** Whether an IP address lies in a network that this machine has an interface in. */
  isNeighbour(host: string): boolean;
  /** IP addresses at which nodes on the internet saw this node, the latest first. */
  observed(): readonly string[];
  /** Ports that the router forwards. */
  ports(): PortMapperState;
  relays(): readonly RelayPlace[];
  /** The UDP port of this node, or null while it has none. */
  udpPort(): number | null;
  sentBytes(): number;
  receivedBytes(): number;
  /** Calls back when one of the above changed; returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;

  /** Sets the addresses to announce, the best first. */
  announce(addresses: readonly string[]): void;
  /** Opens a new connection to an address and closes it; resolves to whether `peer` answered there. */
  dialBack(peer: string, address: string, signal: AbortSignal): Promise<boolean>;
  /** Asks a connected peer for a place on its relay. Rejects with a Problem (`relay-refused`). */
  reserve(relay: string): Promise<void>;
  /** Decides whom the relay of this node serves. */
  relayFor(isMember: (peer: string) => boolean): void;
  /** Asks a peer's UDP socket for the endpoint from which it sees this node. */
  observe(endpoint: Endpoint, signal: AbortSignal): Promise<Endpoint | null>;
  /**
   * Punches a hole through the routers of both sides while the other side does the same, then connects
   * directly.
   *
   * @param token 16 bytes that both sides know; packets with another token are dropped.
   * @param dials whether this side connects once packets arrive; the other waits.
   * @returns whether packets of the other side arrived and, if this side dials, the connection was made.
   */
  punch(
    peer: string,
    endpoints: readonly Endpoint[],
    token: Uint8Array,
    dials: boolean,
    signal: AbortSignal,
  ): Promise<boolean>;

  /** Signs with the private key of this node's peer id. */
  readonly signer: Signer;
  /** The 32-byte Ed25519 key of a peer id; null if it holds none. */
  keyOf(peer: string): Uint8Array | null;
}
