import { toHex } from '../kernel/bytes.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import { DialGuard } from './dial-guard.ts';
import type { NodeBook } from './node-book.ts';
import type { NodeRecord } from './node-record.ts';
import { choosePeers, networkOf, type Candidate } from './peer-choice.ts';
import type { Network } from './ports.ts';
import type { FederationStore } from './store.ts';

/** [P1] Waits between dials, in milliseconds. */
const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 300_000;
/** [P3] Concurrent dials. */
const MAX_DIALS = 8;
/** [P3] Addresses kept for one peer; those of the newest handshake come first. */
const MAX_PER_PEER = 8;
const MAX_PROVED = 4;
/** [P3] Peers kept besides those in the book. */
const MAX_KEPT = 50;
/** [P5] Connections that this node wants. */
const WANTED = 8;

export interface PeersInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly store: FederationStore;
  readonly book: NodeBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether a key belongs to a member now. */
  readonly isMember: (publicKey: Uint8Array) => boolean;
  /** Whether a connected peer is the node of a member. */
  readonly isMemberNode: (peer: string) => boolean;
  /** Peers that are not dialled because they sent forged data. */
  readonly shuns: (peer: string) => boolean;
}

interface Target {
  /** All known addresses; those that the peer announced last come first. */
  addresses: Set<string>;
  /** The addresses that led to the peer or that a person entered. */
  readonly proved: Set<string>;
  failures: number;
  dialling: AbortController | null;
  cancelWait: (() => void) | null;
}

/**
 * Keeps this node connected to members: dials known nodes, and lost peers again. The rules are in SPEC.md.
 */
export class Peers {
  readonly #init: PeersInit;
  /** By peer id, or by address while the peer there is unknown. */
  readonly #targets = new Map<string, Target>();
  readonly #guard: DialGuard;
  /** Peers that a person disconnected. */
  readonly #refused = new Set<string>();
  #stops: (() => void)[] = [];
  #running = false;
  #suspended = false;

  constructor(init: PeersInit) {
    this.#init = init;
    this.#guard = new DialGuard(init);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#stops = [
      this.#init.transport.onPeer(({ kind, peer }) => {
        if (kind === 'connected') this.#connected(peer);
        else this.#lost(peer);
      }),
      this.#init.book.onRecord((record) => this.#told(record)),
    ];
    for (const { address, peer, lastOkAt } of this.#init.store.addresses()) {
      const target = this.#target(peer ?? address);
      target?.addresses.add(address);
      if (lastOkAt !== null) target?.proved.add(address);
    }
    for (const { peer } of this.#init.transport.peers()) this.#connected(peer);
    this.#fill();
  }

  stop(): void {
    this.#running = false;
    for (const stop of this.#stops.splice(0)) stop();
    for (const target of this.#targets.values()) rest(target);
    this.#targets.clear();
  }

  /** [P2] Adds addresses that a peer announced, or at which it was found. */
  learn(peer: string, addresses: readonly string[], name: string | null): void {
    const { transport, store } = this.#init;
    if (peer === transport.self) return;
    const target = this.#target(peer);
    if (!target) return;
    // An address that does not name its peer could belong to a stranger.
    const told = addresses.filter((address) => address.includes(peer));
    // Proved addresses stay, so that a peer’s announcements cannot displace them.
    const all = [...new Set([...[...target.proved].slice(-MAX_PROVED), ...told, ...target.addresses])];
    for (const address of told.slice(0, MAX_PER_PEER)) store.remember(address, peer, name);
    for (const address of all.splice(MAX_PER_PEER)) {
      store.forget(address);
      target.proved.delete(address);
    }
    target.addresses = new Set(all);
  }

  /** [FG5] Forgets a peer that is not connected: another node of its member took its place. */
  forget(peer: string): void {
    const target = this.#targets.get(peer);
    if (!target || target.dialling !== null || this.#init.book.get(peer) !== null) return;
    rest(target);
    this.#targets.delete(peer);
    for (const address of target.addresses) this.#init.store.forget(address);
  }

  /** Dials an address and keeps the peer connected from then on. Rejects with the transport's Problem. */
  async dial(address: string): Promise<string> {
    const { transport, store, clock } = this.#init;
    const peer = await transport.dial(address);
    this.#refused.delete(peer);
    this.#prove(peer, address);
    store.remember(address, peer, null);
    store.dialled(address, peer, clock.now());
    return peer;
  }

  /** Dials a node of the book even if there are enough connections; resolves to whether it answered. */
  async reach(peer: string): Promise<boolean> {
    if (this.#isConnected(peer)) return true;
    const target = this.#target(peer);
    if (target === null || !this.#mayDial(peer, target) || target.dialling !== null) return false;
    await this.#dial(peer, target);
    return this.#isConnected(peer);
  }

  /** Disconnects, and does not dial this peer until a person does or the peer connects. */
  async disconnect(peer: string): Promise<void> {
    const target = this.#targets.get(peer);
    this.#refused.add(peer);
    if (target) {
      rest(target);
      this.#targets.delete(peer);
      for (const address of target.addresses) this.#init.store.forget(address);
    }
    await this.#init.transport.disconnect(peer);
  }

  /** Called when the machine goes to sleep; stops dialling. */
  suspended(): void {
    this.#suspended = true;
    for (const target of this.#targets.values()) rest(target);
  }

  /** [P4] Called when the machine woke or its network changed; ends all waits and dials at once. */
  resumed(): void {
    this.#suspended = false;
    for (const target of this.#targets.values()) {
      target.failures = 0;
      rest(target);
    }
    this.#fill();
  }

  #target(key: string): Target | null {
    const known = this.#targets.get(key);
    if (known) return known;
    if (this.#targets.size >= MAX_KEPT && this.#init.book.get(key) === null) return null;
    const target: Target = {
      addresses: new Set(),
      proved: new Set(),
      failures: 0,
      dialling: null,
      cancelWait: null,
    };
    this.#targets.set(key, target);
    return target;
  }

  /** [P5] Dials as many nodes as connections are wanted, in different networks and of different members. */
  #fill(): void {
    if (!this.#running || this.#suspended) return;
    this.#matchBook();
    const dialling = [...this.#targets.values()].filter((target) => target.dialling !== null).length;
    const connected = this.#init.transport.peers().filter(({ peer }) => this.#init.isMemberNode(peer));
    const missing = Math.min(WANTED - connected.length, MAX_DIALS) - dialling;
    if (missing <= 0) return;
    const free = [...this.#targets].filter(
      ([key, target]) =>
        target.dialling === null &&
        target.cancelWait === null &&
        !this.#isConnected(key) &&
        this.#mayDial(key, target),
    );
    const candidates = free.map(([key, target]) => this.#candidate(key, target));
    const chosen = choosePeers(this.#shuffled(candidates), this.#around(), missing);
    for (const { peer } of chosen) void this.#dial(peer, this.#targets.get(peer)!);
  }

  /** Makes targets of members' nodes in the book; removes those that left it and have no address. */
  #matchBook(): void {
    const { book, transport, isMember } = this.#init;
    for (const { peer, publicKey } of book.list()) {
      if (peer !== transport.self && isMember(publicKey)) this.#target(peer);
    }
    for (const [key, target] of this.#targets) {
      if (target.addresses.size > 0 || target.dialling !== null || book.get(key) !== null) continue;
      rest(target);
      this.#targets.delete(key);
    }
  }

  #mayDial(key: string, target: Target): boolean {
    const record = this.#init.book.get(key);
    if (record !== null && !this.#init.isMember(record.publicKey)) return false;
    return !this.#init.shuns(key) && !this.#refused.has(key) && this.#addressesOf(key, target).length > 0;
  }

  #addressesOf(key: string, { addresses, proved }: Target): string[] {
    return this.#guard.addressesOf(key, addresses, proved);
  }

  #prove(peer: string, address: string): void {
    const target = this.#target(peer);
    target?.addresses.add(address);
    target?.proved.add(address);
  }

  #candidate(key: string, target: Target): Candidate {
    const { book, network } = this.#init;
    const record = book.get(key);
    const parts = this.#addressesOf(key, target).flatMap((address) => network.read(address) ?? []);
    return {
      peer: key,
      person: record && toHex(record.publicKey),
      networks: [...new Set(parts.map(({ host }) => networkOf(host)))],
      isDirect: parts.some(({ relay }) => relay === null),
      failures: target.failures,
    };
  }

  #around(): { people: Set<string>; networks: Set<string> } {
    const { transport, book, network } = this.#init;
    const people = new Set<string>();
    const networks = new Set<string>();
    for (const { peer, address } of transport.peers()) {
      const record = book.get(peer);
      if (record) people.add(toHex(record.publicKey));
      const parts = network.read(address);
      if (parts) networks.add(networkOf(parts.host));
    }
    return { people, networks };
  }

  /** Random order, so that nodes choose differently among equals. */
  #shuffled(candidates: readonly Candidate[]): Candidate[] {
    const bytes = this.#init.random.bytes(4 * candidates.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return candidates
      .map((candidate, index) => ({ candidate, at: view.getUint32(4 * index) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ candidate }) => candidate);
  }

  /** Dials all addresses of one peer in parallel; the first that answers counts. */
  async #dial(key: string, target: Target): Promise<void> {
    const { store, clock, logger } = this.#init;
    const abort = new AbortController();
    target.dialling = abort;
    const tries = this.#addressesOf(key, target).map(async (address) => {
      try {
        const peer = await this.#guard.dial(key, address, abort.signal, target.proved.has(address));
        store.dialled(address, peer, clock.now());
        return { peer, address };
      } catch (error) {
        if (!abort.signal.aborted) store.failed(address);
        throw error;
      }
    });
    try {
      const { peer, address } = await Promise.any(tries);
      if (target.dialling === abort) target.dialling = null;
      target.failures = 0;
      if (peer === key) this.#prove(peer, address);
      else this.#rename(key, peer, address);
      logger.debug('peer-dialled', { peer });
    } catch (error) {
      if (target.dialling !== abort) return;
      target.dialling = null;
      const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
      logger.debug('dial-failed', { peer: key, code: problemOf(cause).code });
      target.failures++;
      if (this.#targets.get(key) === target) this.#wait(target);
      // Another target may use the free slot.
      this.#fill();
    }
  }

  /** Records that an address led to this peer, perhaps not the one expected. */
  #rename(key: string, peer: string, address: string): void {
    const old = this.#targets.get(key);
    old?.addresses.delete(address);
    old?.proved.delete(address);
    if (old?.addresses.size === 0) this.#targets.delete(key);
    if (peer !== this.#init.transport.self) this.#prove(peer, address);
  }

  /** [P1] Doubles after each failure, less a random part of up to half, so that nodes do not dial in step. */
  #wait(target: Target): void {
    if (!this.#running || this.#suspended || target.cancelWait) return;
    const fullMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, target.failures - 1));
    const share = this.#init.random.bytes(1)[0]! / 256;
    target.cancelWait = this.#init.clock.after(Math.round(fullMs * (1 - share / 2)), () => {
      target.cancelWait = null;
      this.#fill();
    });
  }

  #isConnected(peer: string): boolean {
    return this.#init.transport.peers().some((link) => link.peer === peer);
  }

  #connected(peer: string): void {
    const { transport, network, store, clock } = this.#init;
    const link = transport.peers().find((one) => one.peer === peer);
    this.#refused.delete(peer);
    // An inbound connection has an ephemeral port; the handshake tells where the peer listens.
    if (link?.direction === 'outbound' && network.read(link.address)?.way !== 'quic') {
      this.learn(peer, [link.address], null);
      this.#prove(peer, link.address);
      store.dialled(link.address, peer, clock.now());
    }
    const target = this.#targets.get(peer);
    if (!target) return;
    target.failures = 0;
    target.cancelWait?.();
    target.cancelWait = null;
  }

  #lost(peer: string): void {
    const target = this.#targets.get(peer);
    if (target && !this.#isConnected(peer)) this.#wait(target);
    this.#fill();
  }

  /** [P6] A new record may hold a lost peer's new address, so the peer is dialled at once. */
  #told({ peer }: NodeRecord): void {
    if (!this.#running || this.#suspended || peer === this.#init.transport.self) return;
    const target = this.#targets.get(peer);
    if (target && target.dialling === null) {
      target.failures = 0;
      rest(target);
    }
    this.#fill();
  }
}

function rest(target: Target): void {
  target.dialling?.abort();
  target.dialling = null;
  target.cancelWait?.();
  target.cancelWait = null;
}
