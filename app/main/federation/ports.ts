import type { Signer } from '../kernel/signer.ts';
import type { PortMapperState } from './port-mapper.ts';

/** How far an IP address leads: this machine, a private network, or the internet; `nowhere` is never dialled. */
export type Scope = 'machine' | 'network' | 'internet' | 'nowhere';

/** The parts of an address that decide who can dial it. */
export interface AddressParts {
  /** An IP address or a DNS name; the relay's, for an address through a relay. */
  readonly host: string;
  readonly port: number;
  readonly way: 'tcp' | 'websocket' | 'quic';
  /** The scope of the host. A DNS name counts as `internet` until it is resolved. */
  readonly scope: Scope;
  readonly isName: boolean;
  /** Peer id of the relay, for an address through one. */
  readonly relay: string | null;
  /** Peer id of the node that the address leads to, where it names one. */
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

/** What this node's ways to others and from others are, and what can be done about them. */
export interface Network {
  /** Reads an address, or null when it is none. */
  read(address: string): AddressParts | null;
  /** An address with its DNS name replaced by each IP address that the name has now; rejects when it has none. */
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
  /** Calls back when one of the facts above changed; returns how to stop. */
  onChange(listener: () => void): () => void;

  /** Sets the addresses that others are told, the best first. */
  announce(addresses: readonly string[]): void;
  /** Makes a fresh connection to an address and closes it; resolves to whether `peer` answered there. */
  dialBack(peer: string, address: string, signal: AbortSignal): Promise<boolean>;
  /** Asks a connected peer for a place on its relay. Rejects with a Problem (`relay-refused`). */
  reserve(relay: string): Promise<void>;
  /** Whom the relay of this node serves. */
  relayFor(isMember: (peer: string) => boolean): void;
  /** Asks a peer's UDP socket, at an endpoint, how it sees this node's. */
  observe(endpoint: Endpoint, signal: AbortSignal): Promise<Endpoint | null>;
  /**
   * Opens a path through the routers of both sides while the other side does the same, then connects directly.
   *
   * @param token 16 bytes that both sides know; packets with another one are dropped.
   * @param dials whether this side connects once the path is open; the other waits.
   * @returns whether packets of the other side arrived (and, where this side dials, whether it is connected).
   */
  punch(
    peer: string,
    endpoints: readonly Endpoint[],
    token: Uint8Array,
    dials: boolean,
    signal: AbortSignal,
  ): Promise<boolean>;

  /** Signs with the key that this node's peer id stands for. */
  readonly signer: Signer;
  /** The Ed25519 key that a peer id stands for, 32 bytes; null where it stands for none. */
  keyOf(peer: string): Uint8Array | null;
}
