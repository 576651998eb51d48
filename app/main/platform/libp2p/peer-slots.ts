import type { MultiaddrConnection } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { ChannelSlots } from '../../kernel/channel-slots.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Slots, type Slot, type SlotLimits } from '../../kernel/slots.ts';
import { hostOf } from './addresses.ts';
import { prefixOf } from './ip-prefix.ts';
import { MAX_PENDING_CONNECTIONS, UPGRADE_DEADLINE_MS } from './limits.ts';

/** Connections whose other side has not proved its peer id yet; nobody is known, so only prefixes count. */
const PENDING: SlotLimits = {
  total: MAX_PENDING_CONNECTIONS,
  strangers: MAX_PENDING_CONNECTIONS,
  perOwner: MAX_PENDING_CONNECTIONS,
  perPeer: MAX_PENDING_CONNECTIONS,
  perPrefix: 16,
  turnMs: 1000,
  idleMs: UPGRADE_DEADLINE_MS,
};

/** How long a connection of a stranger may pass no message, in milliseconds. */
const IDLE_MS = 20_000;

/** The shares of a node's connections. */
function connectionLimits(total: number): SlotLimits {
  return {
    total,
    strangers: Math.max(2, Math.floor(total / 2)),
    perOwner: 8,
    perPeer: 2,
    perPrefix: Math.max(4, Math.floor(total / 8)),
    turnMs: 1000,
    idleMs: IDLE_MS,
  };
}

/** Which peers may use the connections and channels of this node, so that strangers cannot use them up. */
export class PeerSlots {
  readonly #connections: Slots;
  readonly #pending: Slots;
  readonly #channels: ChannelSlots;
  readonly #ofPending = new WeakMap<MultiaddrConnection, Slot>();
  readonly #ofPeer = new Map<string, Set<Slot>>();
  #ownerOf: (peer: string) => string | null = (peer) => peer;
  #isRelayed: (peer: string) => boolean = () => false;

  constructor(clock: Clock, maxConnections: number) {
    const ownerOf = (peer: string) => this.#ownerOf(peer);
    this.#connections = new Slots(clock, connectionLimits(maxConnections), ownerOf);
    this.#pending = new Slots(clock, PENDING, () => null);
    this.#channels = new ChannelSlots(clock, ownerOf);
  }

  /** @param isRelayed whether this node relays for a peer now: its connection is in use then. */
  watch(isRelayed: (peer: string) => boolean): void {
    this.#isRelayed = isRelayed;
  }

  reserveFor(ownerOf: (peer: string) => string | null): void {
    this.#ownerOf = ownerOf;
  }

  ownerOf(peer: string): string | null {
    return this.#ownerOf(peer);
  }

  /** Whether a connection may go on to prove its peer id. */
  admitPending(connection: MultiaddrConnection): boolean {
    const prefix = prefixAt(connection.remoteAddr);
    const evict = () => connection.abort(new Error('Others want to connect.'));
    const slot = this.#pending.take({ peer: prefix, prefix, evict });
    if (slot === null) return false;
    this.#ofPending.set(connection, slot);
    connection.addEventListener('close', () => slot.release(), { once: true });
    return true;
  }

  /** Whether a connection may stay that a peer opened, and that proved its peer id. */
  admit(peer: string, connection: MultiaddrConnection): boolean {
    this.#ofPending.get(connection)?.release();
    const slot = this.#connections.take({
      peer,
      prefix: prefixAt(connection.remoteAddr),
      evict: () => connection.abort(new Error('The connection was idle, or others need it more.')),
      isBusy: () => this.#isRelayed(peer),
    });
    if (slot === null) return false;
    this.#keep(peer, connection, slot);
    return true;
  }

  /** Counts a connection that this node opened. */
  count(peer: string, connection: MultiaddrConnection): void {
    this.#keep(
      peer,
      connection,
      this.#connections.takeOwn({ peer, prefix: prefixAt(connection.remoteAddr) }),
    );
  }

  /** A slot for a channel that a peer opened, or null. */
  takeChannel(protocol: string, peer: string, remote: Multiaddr, evict: () => void): Slot | null {
    return this.#channels.take(protocol, { peer, prefix: prefixAt(remote), evict });
  }

  /** A message passed on a channel of the peer: its connections are in use. */
  touch(peer: string): void {
    for (const slot of this.#ofPeer.get(peer) ?? []) slot.touch();
  }

  #keep(peer: string, connection: MultiaddrConnection, slot: Slot): void {
    const slots = this.#ofPeer.get(peer) ?? new Set();
    this.#ofPeer.set(peer, slots.add(slot));
    const closed = () => {
      slot.release();
      slots.delete(slot);
      if (slots.size === 0 && this.#ofPeer.get(peer) === slots) this.#ofPeer.delete(peer);
    };
    connection.addEventListener('close', closed, { once: true });
    if (connection.status !== 'open') closed();
  }
}

/** The prefix of the other side; of a relayed connection, that of the relay. */
function prefixAt(address: Multiaddr): string {
  return prefixOf(hostOf(address) ?? '');
}
