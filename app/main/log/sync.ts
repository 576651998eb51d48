import { toHex } from '../kernel/bytes.ts';
import { every } from '../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { TokenBuckets } from '../kernel/token-bucket.ts';
import { answerPull } from './sync-server.ts';
import type { HandshakeInit, Introduction } from './handshake.ts';
import { HOSTILE, Pull, type PullProgress, type PullResult, type PullShared } from './pull.ts';
import { PullTurns } from './pull-turns.ts';
import type { Spread } from './spread.ts';
import type { Channel, Transport } from './transport.ts';
import { OUTDATED } from './versions.ts';
import { SYNC_PROTOCOL } from './wire.ts';

/** [S8] The most strangers that are asked for their introduction at a time. */
const MAX_INTRODUCING = 16;
/** [G4] How often one member's signs that something is missing count: as many at once, and a second. */
const HINT_BURST = 5;
const HINTS_PER_SECOND = 0.1;
/** [S8] How often every peer is asked again, in milliseconds. */
const AGAIN_MS = 60_000;
/** [S8] The wait after a sign that something is missing, in milliseconds. */
const SOON_MS = 1000;
/** [S7] How long a peer that lied is kept away, in milliseconds. */
const SHUN_MS = 600_000;
/** How long a refused event is not fetched again, in milliseconds. */
const REFUSED_MS = 600_000;
const MAX_REFUSED = 20_000;

export interface SyncInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
  readonly spread: Spread;
  readonly logger: Logger;
}

interface Session {
  readonly pull: Pull;
  readonly abort: AbortController;
  /** Whether another pull was requested meanwhile. */
  again: boolean;
}

/** Catch-up with all connected peers. The rules are under "Catch-up" in SPEC.md. */
export class Sync {
  readonly #init: SyncInit;
  readonly #sessions = new Map<string, Session>();
  readonly #waiting = new Set<string>();
  readonly #turns: PullTurns;
  readonly #hints: TokenBuckets;
  readonly #shunned = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #retries = new Map<string, { failures: number; cancel: () => void }>();
  readonly #shared: PullShared;
  readonly #progressListeners = new Set<() => void>();
  readonly #handshakeListeners = new Set<(introduction: Introduction) => void>();
  readonly #outdatedListeners = new Set<(peer: string, reason: ProblemFields) => void>();
  readonly #endListeners = new Set<(peer: string, result: PullResult) => void>();
  #stops: (() => void)[] = [];
  #cancelSoon: (() => void) | null = null;
  #running = false;

  constructor(init: SyncInit) {
    this.#init = init;
    this.#turns = new PullTurns(init.clock);
    this.#hints = new TokenBuckets(init.clock, HINT_BURST, HINTS_PER_SECOND);
    this.#shared = {
      claimed: new Set(),
      refusedLately: (id) => (this.#refusals.get(id) ?? 0) > init.clock.now(),
      refused: (id) => {
        if (this.#refusals.size >= MAX_REFUSED) this.#refusals.clear();
        this.#refusals.set(id, init.clock.now() + REFUSED_MS);
      },
    };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { transport, clock, log } = this.#init;
    transport.handle(SYNC_PROTOCOL, (channel) => this.#answer(channel));
    this.#stops = [
      transport.onPeer(({ kind, peer }) => {
        if (kind === 'connected') this.pull(peer);
        else this.#lost(peer);
      }),
      every(clock, AGAIN_MS, () => this.pullAll()),
      // [G4] Refused events may be acceptable now, and unknown people may be members.
      log.onRights(() => {
        this.#refusals.clear();
        // [S1] One of them may be a person whom a peer did not know, or this node's own person.
        for (const peer of this.#retries.keys()) this.pull(peer);
        this.soon();
      }),
    ];
    this.pullAll();
  }

  stop(): void {
    this.#running = false;
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelSoon?.();
    this.#cancelSoon = null;
    this.#waiting.clear();
    for (const { cancel } of this.#retries.values()) cancel();
    this.#retries.clear();
    this.cancel();
  }

  /** Ends all running pulls; stored events stay, and the next pull continues from there. */
  cancel(): void {
    for (const { abort } of this.#sessions.values()) abort.abort();
  }

  /** Fetches what this node lacks from a peer, as soon as a pull is free. */
  pull(peer: string): void {
    if (!this.#running || this.shuns(peer)) return;
    const session = this.#sessions.get(peer);
    if (session) session.again = true;
    else this.#waiting.add(peer);
    this.#pump();
  }

  pullAll(): void {
    for (const { peer } of this.#init.transport.peers()) this.pull(peer);
  }

  /** [G4] Something that peers passed on shows that something is missing; counts for members, within their shares. */
  hinted(peers: readonly string[]): void {
    if (this.#cancelSoon) return;
    const owners = new Set(peers.map((peer) => this.#init.transport.ownerOf(peer)));
    for (const owner of owners) if (owner !== null && this.#hints.take(owner)) return this.soon();
  }

  /** Something seems to be missing: asks all peers in a moment. */
  soon(): void {
    if (!this.#running || this.#cancelSoon) return;
    this.#cancelSoon = this.#init.clock.after(SOON_MS, () => {
      this.#cancelSoon = null;
      this.pullAll();
    });
  }

  /** The pulls that have something to do. */
  progress(): PullProgress[] {
    return [...this.#sessions.values()].map(({ pull }) => pull.progress()).filter((one) => one !== null);
  }

  onProgress(listener: () => void): () => void {
    this.#progressListeners.add(listener);
    return () => this.#progressListeners.delete(listener);
  }

  /** Calls back with each peer that proved its membership. */
  onHandshake(listener: (introduction: Introduction) => void): () => void {
    this.#handshakeListeners.add(listener);
    return () => this.#handshakeListeners.delete(listener);
  }

  /** [S12] Calls back each time a member's node and this one turn out to speak no common version. */
  onOutdated(listener: (peer: string, reason: ProblemFields) => void): () => void {
    this.#outdatedListeners.add(listener);
    return () => this.#outdatedListeners.delete(listener);
  }

  /** Calls back after each pull that completed. */
  onPulled(listener: (peer: string, result: PullResult) => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** [S7] Whether a peer is kept away because it lied. */
  shuns(peer: string): boolean {
    const until = this.#shunned.get(peer);
    if (until === undefined) return false;
    if (until > this.#init.clock.now()) return true;
    this.#shunned.delete(peer);
    return false;
  }

  #pump(): void {
    if (!this.#running) return;
    const isStranger = (peer: string) => this.#init.transport.ownerOf(peer) === null;
    let free = MAX_INTRODUCING;
    for (const [peer, { pull }] of this.#sessions) if (!pull.introduced && isStranger(peer)) free--;
    for (const peer of this.#waiting) {
      // Strangers wait for each other, since they may never answer, and nobody else waits for them.
      if (isStranger(peer) && free-- <= 0) continue;
      this.#waiting.delete(peer);
      this.#retries.get(peer)?.cancel();
      void this.#run(peer);
    }
  }

  async #run(peer: string): Promise<void> {
    const abort = new AbortController();
    const pull: Pull = new Pull(peer, {
      ...this.#init,
      shared: this.#shared,
      onHandshake: (introduction) => {
        this.#introduced(introduction);
        this.#pump();
      },
      onRefused: (reason) => this.#refused(peer, reason),
      onProgress: () => this.#progressed(),
      turn: ({ publicKey }, signal) =>
        this.#turns.take(
          {
            member: toHex(publicKey),
            perSecond: () => pull.perSecond(),
            end: () => {
              session.again = true;
              abort.abort();
            },
          },
          signal,
        ),
    });
    const session: Session = { pull, abort, again: false };
    this.#sessions.set(peer, session);
    try {
      const result = await pull.run(abort.signal);
      this.#retries.delete(peer);
      for (const listener of this.#endListeners) listener(peer, result);
    } catch (error) {
      this.#failed(peer, error, pull.introduced);
    } finally {
      this.#sessions.delete(peer);
      this.#progressed();
    }
    if (session.again) this.pull(peer);
    this.#pump();
  }

  #failed(peer: string, error: unknown, introduced: boolean): void {
    const { code } = problemOf(error);
    this.#init.logger.info('pull-failed', { peer, code });
    if (HOSTILE.has(code)) return this.#shun(peer, code);
    // [S1] One of the two has not heard of the other's membership yet, which others will bring, or the peer was busy.
    const mayPass = code === 'not-a-member' || (code === 'channel-broken' && !introduced);
    if (!mayPass || !this.#running || !this.#isConnected(peer)) return;
    const failures = (this.#retries.get(peer)?.failures ?? 0) + 1;
    const cancel = this.#init.clock.after(Math.min(AGAIN_MS, SOON_MS * 2 ** failures), () => this.pull(peer));
    this.#retries.set(peer, { failures, cancel });
  }

  #isConnected(peer: string): boolean {
    return this.#init.transport.peers().some((link) => link.peer === peer);
  }

  #shun(peer: string, code: string): void {
    this.#init.logger.warn('peer-shunned', { peer, code });
    this.#shunned.set(peer, this.#init.clock.now() + SHUN_MS);
    void this.#init.transport.disconnect(peer);
  }

  async #answer(channel: Channel): Promise<void> {
    const { peer } = channel;
    if (!this.#running || this.shuns(peer)) {
      channel.abort(new Error('busy'));
      return;
    }
    try {
      await answerPull(channel, {
        ...this.#init,
        onHandshake: (introduction) => this.#introduced(introduction),
        onRefused: (reason) => this.#refused(peer, reason),
      });
    } catch (error) {
      const { code } = problemOf(error);
      if (HOSTILE.has(code)) this.#shun(peer, code);
      throw error;
    }
  }

  #lost(peer: string): void {
    this.#waiting.delete(peer);
    this.#retries.get(peer)?.cancel();
    this.#retries.delete(peer);
    this.#sessions.get(peer)?.abort.abort();
  }

  #refused(peer: string, reason: ProblemFields): void {
    if (!OUTDATED.has(reason.code)) return;
    for (const listener of this.#outdatedListeners) listener(peer, reason);
  }

  #introduced(introduction: Introduction): void {
    for (const listener of this.#handshakeListeners) listener(introduction);
  }

  #progressed(): void {
    for (const listener of this.#progressListeners) listener();
  }
}
