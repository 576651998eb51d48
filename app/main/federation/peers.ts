import type { Clock, Random } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import type { FederationStore } from './store.ts';

/** [P1] Waits between tries, in milliseconds. */
const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 300_000;
/** [P3] Dials under way at a time. */
const MAX_DIALS = 8;
/** [P3] Addresses of one peer that are kept, newest hello first. */
const MAX_PER_PEER = 8;
/** [P3] Peers that this node keeps connected by itself. */
const MAX_KEPT = 50;

export interface PeersInit {
  readonly transport: Transport;
  readonly store: FederationStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Peers that are not dialled, because they lied. */
  readonly shuns: (peer: string) => boolean;
}

interface Target {
  /** Those told last come first. */
  addresses: Set<string>;
  failures: number;
  dialling: AbortController | null;
  cancelWait: (() => void) | null;
}

/** Keeps known peers connected: dials what is remembered, and again after a loss. */
export class Peers {
  readonly #init: PeersInit;
  /** By peer id, or by address where the peer behind it is not known yet. */
  readonly #targets = new Map<string, Target>();
  #stopListening = () => {};
  #running = false;
  #suspended = false;

  constructor(init: PeersInit) {
    this.#init = init;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#stopListening = this.#init.transport.onPeer(({ kind, peer }) => {
      if (kind === 'connected') this.#connected(peer);
      else this.#lost(peer);
    });
    for (const { address, peer } of this.#init.store.addresses())
      this.#target(peer ?? address)?.addresses.add(address);
    for (const { peer } of this.#init.transport.peers()) this.#connected(peer);
    this.#dialAll();
  }

  stop(): void {
    this.#running = false;
    this.#stopListening();
    for (const target of this.#targets.values()) rest(target);
    this.#targets.clear();
  }

  /** [P2] Addresses that a peer told of itself, or at which it was found. */
  learn(peer: string, addresses: readonly string[], name: string | null): void {
    const { transport, store } = this.#init;
    if (peer === transport.self) return;
    const target = this.#target(peer);
    if (!target) return;
    // An address that does not name its peer could make this node knock at a stranger's door.
    const told = addresses.filter((address) => address.includes(peer));
    const all = [...new Set([...told, ...target.addresses])];
    for (const address of told.slice(0, MAX_PER_PEER)) store.remember(address, peer, name);
    for (const address of all.splice(MAX_PER_PEER)) store.forget(address);
    target.addresses = new Set(all);
  }

  /** Dials an address now and keeps the peer connected from then on. Rejects with the transport's Problem. */
  async dial(address: string): Promise<string> {
    const { transport, store, clock } = this.#init;
    const peer = await transport.dial(address);
    this.#target(peer)?.addresses.add(address);
    store.remember(address, peer, null);
    store.dialled(address, peer, clock.now());
    return peer;
  }

  /** Hangs up, and does not dial this peer again until a person does or it comes by itself. */
  async disconnect(peer: string): Promise<void> {
    const target = this.#targets.get(peer);
    if (target) {
      rest(target);
      this.#targets.delete(peer);
      for (const address of target.addresses) this.#init.store.forget(address);
    }
    await this.#init.transport.disconnect(peer);
  }

  /** The machine goes to sleep: no more tries. */
  suspended(): void {
    this.#suspended = true;
    for (const target of this.#targets.values()) rest(target);
  }

  /** [P4] The machine woke: all peers are dialled at once. */
  resumed(): void {
    this.#suspended = false;
    for (const target of this.#targets.values()) {
      target.failures = 0;
      rest(target);
    }
    this.#dialAll();
  }

  #target(key: string): Target | null {
    const known = this.#targets.get(key);
    if (known) return known;
    if (this.#targets.size >= MAX_KEPT) return null;
    const target: Target = { addresses: new Set(), failures: 0, dialling: null, cancelWait: null };
    this.#targets.set(key, target);
    return target;
  }

  #dialAll(): void {
    for (const [key, target] of this.#targets) this.#try(key, target);
  }

  #try(key: string, target: Target): void {
    if (!this.#running || this.#suspended || target.dialling || target.cancelWait) return;
    if (target.addresses.size === 0 || this.#isConnected(key)) return;
    const busy = [...this.#targets.values()].filter(({ dialling }) => dialling !== null).length;
    if (this.#init.shuns(key)) target.failures++;
    if (busy >= MAX_DIALS || this.#init.shuns(key)) return this.#wait(key, target);
    void this.#dial(key, target);
  }

  /** Tries all addresses of one peer at once; the first that answers counts. */
  async #dial(key: string, target: Target): Promise<void> {
    const { transport, store, clock, logger } = this.#init;
    const abort = new AbortController();
    target.dialling = abort;
    const tries = [...target.addresses].map(async (address) => {
      try {
        const peer = await transport.dial(address, abort.signal);
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
      if (peer !== key) this.#rename(key, peer, address);
      logger.debug('peer-dialled', { peer });
    } catch (error) {
      if (target.dialling !== abort) return;
      target.dialling = null;
      const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
      logger.debug('dial-failed', { peer: key, code: problemOf(cause).code });
      target.failures++;
      if (this.#targets.get(key) === target) this.#wait(key, target);
    }
  }

  /** An address turned out to lead to this peer, perhaps to another than before. */
  #rename(key: string, peer: string, address: string): void {
    const old = this.#targets.get(key);
    old?.addresses.delete(address);
    if (old?.addresses.size === 0) this.#targets.delete(key);
    if (peer !== this.#init.transport.self) this.#target(peer)?.addresses.add(address);
  }

  /** [P1] Twice as long after each failure, less up to half of it, so that nodes do not dial in step. */
  #wait(key: string, target: Target): void {
    if (!this.#running || this.#suspended || target.cancelWait) return;
    const fullMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, target.failures - 1));
    const share = this.#init.random.bytes(1)[0]! / 256;
    target.cancelWait = this.#init.clock.after(Math.round(fullMs * (1 - share / 2)), () => {
      target.cancelWait = null;
      this.#try(key, target);
    });
  }

  #isConnected(peer: string): boolean {
    return this.#init.transport.peers().some((link) => link.peer === peer);
  }

  #connected(peer: string): void {
    const link = this.#init.transport.peers().find((one) => one.peer === peer);
    // The address of one who dialled in is a passing port; its hello tells where it listens.
    if (link?.direction === 'outbound') this.learn(peer, [link.address], null);
    const target = this.#targets.get(peer);
    if (!target) return;
    target.failures = 0;
    target.cancelWait?.();
    target.cancelWait = null;
  }

  #lost(peer: string): void {
    const target = this.#targets.get(peer);
    if (!target || target.addresses.size === 0) return;
    if (this.#init.transport.peers().some((link) => link.peer === peer)) return;
    this.#wait(peer, target);
  }
}

function rest(target: Target): void {
  target.dialling?.abort();
  target.dialling = null;
  target.cancelWait?.();
  target.cancelWait = null;
}
