import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import type { Connection, PeerId } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { RelayPlace } from '../../federation/ports.ts';
import { isRelayed } from './addresses.ts';
import { problem } from './problems.ts';

type CircuitFactory = ReturnType<typeof circuitRelayTransport>;

/** The part of the circuit transport that keeps reservations; its public type omits it. */
interface CircuitInside {
  readonly reservationStore: { addRelay(relay: PeerId, type: 'configured'): Promise<unknown> };
}

interface ListeningTransports {
  listen(addresses: Multiaddr[]): Promise<void>;
  getAddrs(): { toString(): string }[];
}

/** Prevents libp2p from asking every relay, since the federation chooses relays. */
const NO_DISCOVERY = { has: () => true, add() {}, remove() {} };

/**
 * This node's reservations on relays, each made on request. libp2p renews them while the connection lasts.
 */
export class RelayPlaces {
  /** Relays that this node has listened through; a second listener for one would answer twice. */
  readonly #listened = new Set<string>();
  #circuit: CircuitInside | null = null;

  /** Creates the circuit transport for libp2p. */
  readonly transport: CircuitFactory = (components) => {
    const transport = circuitRelayTransport({ discoveryFilter: NO_DISCOVERY })(components);
    this.#circuit = transport as unknown as CircuitInside;
    return transport;
  };

  /**
   * Takes a place on the relay at the other end of a direct connection. Rejects with a Problem
   * `relay-refused`.
   */
  async take(connection: Connection, transports: ListeningTransports): Promise<void> {
    const relay = connection.remotePeer.toString();
    try {
      if (this.#listened.has(relay)) {
        await this.#circuit?.reservationStore.addRelay(connection.remotePeer, 'configured');
        return;
      }
      const bare = connection.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
      await transports.listen([multiaddr(`${bare}/p2p/${relay}/p2p-circuit`)]);
      this.#listened.add(relay);
    } catch (error) {
      throw problem('relay-full', {}, { cause: error });
    }
  }

  /**
   * The current places.
   *
   * @param passing addresses of connections that relays made to this node, whose ports nobody can dial.
   */
  held(transports: ListeningTransports, self: string, passing: ReadonlySet<string>): RelayPlace[] {
    const places = new Map<string, string[]>();
    for (const text of transports.getAddrs().map(String)) {
      const address = multiaddr(text);
      if (!isRelayed(address)) continue;
      const relay = address.getComponents().find(({ name }) => name === 'p2p')?.value;
      const [before = ''] = text.split('/p2p/');
      if (relay === undefined) continue;
      const list = places.get(relay) ?? [];
      if (!passing.has(before)) list.push(text.endsWith(self) ? text : `${text}/p2p/${self}`);
      places.set(relay, [...new Set(list)]);
    }
    return [...places].map(([relay, addresses]) => ({ relay, addresses }));
  }
}
