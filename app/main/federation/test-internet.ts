import { isIP } from 'node:net';
import { Problem } from '../kernel/errors.ts';
import type { PeerLink, Transport } from '../log/transport.ts';
import { personOf, type TestWorld } from '../sim/test-world.ts';
import type { AddressParts, Network, Scope } from './ports.ts';

const ADDRESS =
  /^\/(ip4|ip6|dns)\/([^/]+)\/(?:tcp\/(\d+)(\/ws)?|udp\/(\d+)\/quic-v1)(?:\/p2p\/([^/]+)(\/p2p-circuit)?)?(?:\/p2p\/([^/]+))?$/;
const SCOPES: readonly [RegExp, Scope][] = [
  [/^(127\.|::1$)/, 'machine'],
  [/^(10\.|192\.168\.|100\.64\.|fe80:|fd)/, 'network'],
  [/^(0\.|22[4-9]\.|ff)/, 'nowhere'],
];
/** How long a dial without an answer takes. */
const REFUSAL_MS = 50;

/** Parses addresses as the real network does, with any text as peer id. */
export function readAddress(address: string): AddressParts | null {
  const match = ADDRESS.exec(address);
  if (!match) return null;
  const [, kind, host = '', tcp, ws, udp, first, circuit, last] = match;
  if (first !== undefined && circuit === undefined && last !== undefined) return null;
  const isName = kind === 'dns';
  if (!isName && isIP(host) === 0) return null;
  return {
    host,
    port: Number(tcp ?? udp),
    way: udp !== undefined ? 'quic' : ws === undefined ? 'tcp' : 'websocket',
    scope: isName ? 'internet' : (SCOPES.find(([pattern]) => pattern.test(host))?.[1] ?? 'internet'),
    isName,
    relay: circuit === undefined ? null : (first ?? null),
    peer: circuit === undefined ? (first ?? null) : (last ?? null),
  };
}

/** The facts about one node's network, set by a test; see {@link Network}. */
export interface Surroundings {
  listening: string[];
  observed: string[];
  ports: ReturnType<Network['ports']>;
  relays: ReturnType<Network['relays']>;
  udpPort: number | null;
  neighbours: (host: string) => boolean;
  /** How the connection to a peer appears. */
  links: Map<string, Partial<PeerLink>>;
}

export interface Place {
  readonly transport: Transport;
  readonly network: Network;
  readonly around: Surroundings;
  /** Every dial of this node, with address and virtual time. */
  readonly dials: { readonly address: string; readonly at: number }[];
  /** Dial-backs that this node made for others. */
  readonly dialBacks: string[];
  /** The addresses that the node announced last. */
  readonly announced: () => readonly string[];
  /** Tells the node that its network changed. */
  readonly changed: () => void;
}

/**
 * IP addresses, DNS and dials over a memory network. An address leads to the node that it was assigned to.
 */
export class Internet {
  readonly #world: TestWorld;
  readonly #leads = new Map<string, string>();
  /** The address last assigned to each node. */
  readonly #homes = new Map<string, string>();
  /** IP addresses of DNS names. */
  readonly names = new Map<string, string[]>();

  constructor(world: TestWorld) {
    this.#world = world;
  }

  /** Assigns addresses, with or without a peer id, to `node`. */
  open(node: string, ...addresses: readonly string[]): void {
    for (const address of addresses) {
      this.#leads.set(bare(address), node);
      this.#homes.set(node, bare(address));
    }
  }

  close(...addresses: readonly string[]): void {
    for (const address of addresses) this.#leads.delete(bare(address));
  }

  /** Adds a node to this internet: its transport, its network and the facts that a test can set. */
  place(name: string): Place {
    const inner = this.#world.network.transport(name);
    const view = this.#world.network.view(name, personOf);
    const { clock } = this.#world;
    const around: Surroundings = {
      listening: [],
      observed: [],
      ports: { state: 'off', mapped: [], gateway: null },
      relays: [],
      udpPort: null,
      neighbours: () => false,
      links: new Map(),
    };
    const dials: { address: string; at: number }[] = [];
    const dialBacks: string[] = [];
    const listeners = new Set<() => void>();
    let announced: readonly string[] = [];
    const transport: Transport = {
      self: name,
      start: () => inner.start(),
      stop: () => inner.stop(),
      resume: () => inner.resume(),
      subscribe: (...args) => inner.subscribe(...args),
      unsubscribe: (topic) => inner.unsubscribe(topic),
      publish: (topic, data) => inner.publish(topic, data),
      handle: (protocol, handler) => inner.handle(protocol, handler),
      open: (peer, protocol, signal) => inner.open(peer, protocol, signal),
      disconnect: (peer) => inner.disconnect(peer),
      reserveFor: (ownerOf) => inner.reserveFor(ownerOf),
      ownerOf: (peer) => inner.ownerOf(peer),
      onPeer: (listener) => inner.onPeer(listener),
      addresses: () => [...announced],
      peers: () =>
        inner.peers().map((link) => ({
          ...link,
          address: this.#homes.get(link.peer) ?? link.address,
          ...around.links.get(link.peer),
        })),
      dial: async (address, signal) => {
        dials.push({ address, at: clock.now() });
        const node = this.#leads.get(bare(address));
        const wanted = readAddress(address)?.peer ?? node;
        if (node !== undefined && node === wanted) return inner.dial(`/memory/${node}`, signal);
        await new Promise<void>((resolve) => clock.after(REFUSAL_MS, resolve));
        throw new Problem('dial-refused', 'Nobody listens at this address.');
      },
    };
    const network: Network = {
      ...view,
      read: readAddress,
      resolve: async (address) => {
        const { host, isName } = readAddress(address)!;
        if (!isName) return [address];
        const found = this.names.get(host) ?? [];
        if (found.length === 0) throw new Error('no such name');
        return found.map((ip) =>
          address.replace(/^\/dns\/[^/]+/, `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}`),
        );
      },
      listening: () => around.listening,
      isNeighbour: (host) => around.neighbours(host),
      observed: () => around.observed,
      ports: () => around.ports,
      relays: () => around.relays,
      udpPort: () => around.udpPort,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      announce: (addresses) => {
        announced = addresses;
      },
      dialBack: async (peer, address, signal) => {
        dialBacks.push(address);
        return this.#leads.get(bare(address)) === peer && view.dialBack(peer, `/memory/${peer}`, signal);
      },
    };
    const changed = () => {
      for (const listener of listeners) listener();
    };
    return { transport, network, around, dials, dialBacks, announced: () => announced, changed };
  }
}

const bare = (address: string) => address.replace(/\/p2p\/[^/]+$/, '');
