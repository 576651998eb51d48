import type { Signer } from '../kernel/signer.ts';

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

/** A port of this machine that should be reachable from outside its home network. */
export interface WantedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** A port of this machine that a router forwards. */
export interface MappedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly internalPort: number;
  /** The IPv4 address that the router reports. It may be private, as behind double or carrier-grade NAT. */
  readonly externalHost: string;
  /** Usually the internal port; another one if that was taken on the router. */
  readonly externalPort: number;
  readonly by: 'upnp' | 'nat-pmp' | 'pcp';
}

export interface PortMapperState {
  /**
   * `off` while no port is wanted; `searching` until the first answers are in; `mapped` when at least one
   * port is; `none` when no router answered; `refused` when a router answered but mapped nothing.
   */
  readonly state: 'off' | 'searching' | 'mapped' | 'none' | 'refused';
  readonly mapped: readonly MappedPort[];
  /** The address of the router asked last, for display; null if none answered. */
  readonly gateway: string | null;
}

/**
 * Asks the router of the home network to forward ports to this machine. Implemented by platform/port-mapping.
 */
export interface PortMapper {
  /** Keeps these ports mapped from now on, and removes all other mappings. */
  want(ports: readonly WantedPort[]): void;
  current(): PortMapperState;
  /** Calls back after each change of `current()`; returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;
  /** Called when the network changed; looks for the gateway again at once. */
  networkChanged(): void;
  /** Removes the mappings and ends, within about two seconds. Later calls have no effect. */
  stop(): Promise<void>;
}
