import * as z from 'zod';
import { toHex } from '../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { TokenBuckets } from '../kernel/token-bucket.ts';
import type { Refusal } from './admission.ts';
import { MAX_EVENT_BYTES, type LogEvent } from './event.ts';
import type { Committed } from './commit-listeners.ts';
import { LiveQueue, type Waiting } from './live-queue.ts';
import type { Log } from './log.ts';
import type { Spread } from './spread.ts';
import type { Sync } from './sync.ts';
import type { Transport, GossipVerdict } from './transport.ts';
import type { Candidate } from './vetting.ts';

/** [G3] The most own events of one commit that are published one by one. */
const MAX_BURST = 50;
/** [G5] Live events of one author: as many at once, and a second. */
const AUTHOR_BURST = 100;
const AUTHOR_PER_SECOND = 50;

const digest = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
const EventMessage = z.tuple([
  z.literal('event'),
  z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MAX_EVENT_BYTES),
  z.instanceof(Uint8Array).refine((bytes) => bytes.length === 64),
]);
/** It names the announcer, so that the same hint from another node is a different message. */
const HeadMessage = z.tuple([z.literal('head'), digest, z.int().nonnegative(), z.string().max(100)]);
const Message = z.union([EventMessage, HeadMessage]);

export interface LiveInit {
  readonly log: Log;
  readonly transport: Transport;
  readonly sync: Sync;
  readonly spread: Spread;
  readonly clock: Clock;
  readonly logger: Logger;
  /** [G5] A peer, or an author, sends more than this node takes; called for every event that it drops. */
  readonly onFlood: (source: FloodSource) => void;
}

/** [G5] Who sends more events than this node takes. */
export type FloodSource = { readonly peer: string } | { readonly author: Uint8Array };

/** [G1] The topic of a community. */
export function topicOf(community: Uint8Array): string {
  return `impulse/1/${cidOf(community)}`;
}

/**
 * Publishes this node's own events as they are written, and receives those of others. See SPEC.md, "Live
 * spread".
 */
export class Live {
  readonly #init: LiveInit;
  readonly #topic: string;
  readonly #queue = new LiveQueue();
  readonly #ofAuthor: TokenBuckets;
  #admitting = false;
  #stops: (() => void)[] = [];

  constructor(init: LiveInit) {
    this.#init = init;
    this.#topic = topicOf(init.log.community);
    this.#ofAuthor = new TokenBuckets(init.clock, AUTHOR_BURST, AUTHOR_PER_SECOND);
  }

  start(): void {
    const { transport, log, sync } = this.#init;
    transport.subscribe(this.#topic, (data, from) => this.#validate(data, from));
    this.#stops = [
      log.onCommit((batch) => this.#committed(batch)),
      // [G3] Passes the hint on once this node itself has the event it names.
      sync.onPulled((_peer, { stored }) => {
        const newest = stored > 0 ? log.set('content') : null;
        if (!newest || newest.size === 0) return;
        const held = log.store.event(newest.at(0).id.slice());
        if (held) this.#hint(held.event);
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#init.transport.unsubscribe(this.#topic);
    for (const { settle } of this.#queue.clear()) settle('ignore');
  }

  #committed(batch: readonly Committed[]): void {
    const own = batch.filter(({ origin }) => origin === 'own').map(({ event }) => event);
    if (own.length > MAX_BURST) {
      this.#hint(own.reduce((newest, event) => (event.time > newest.time ? event : newest)));
    } else {
      for (const event of own) void this.#publish(event);
    }
  }

  async #publish(event: LogEvent): Promise<void> {
    const reached = await this.#send(['event', event.bytes, event.signature]);
    if (reached > 0) this.#init.spread.gossiped(event.id);
  }

  #hint(event: LogEvent): void {
    void this.#send(['head', event.id, event.time, this.#init.transport.self]);
  }

  async #send(message: unknown): Promise<number> {
    try {
      return await this.#init.transport.publish(this.#topic, encodeCanonical(message));
    } catch (error) {
      // Nothing is lost: catch-up brings events that were not published.
      this.#init.logger.warn('publish-failed', { code: problemOf(error).code });
      return 0;
    }
  }

  async #validate(data: Uint8Array, from: string): Promise<GossipVerdict> {
    // Before anything is done with it: a flood costs the least that way.
    if (this.#queue.isFull(from)) return this.#overfilled(from);
    const message = parse(data);
    if (!message) return 'reject';
    if (message[0] === 'head') {
      // [S1] A stranger's hint would have this node ask somebody who proves nothing.
      const isKnown = this.#init.transport.ownerOf(from) !== null;
      if (isKnown && !this.#init.log.store.has(message[1])) this.#init.sync.pull(from);
      return 'ignore';
    }
    const [, bytes, signature] = message;
    return new Promise((settle) => {
      if (this.#queue.push({ peer: from, sealed: { bytes, signature }, settle })) void this.#drain();
      else settle(this.#overfilled(from));
    });
  }

  /** [G5] Drops what a peer sends beyond its place. */
  #overfilled(peer: string): GossipVerdict {
    this.#init.sync.hinted([peer]);
    this.#init.onFlood({ peer });
    return 'shed';
  }

  /**
   * [G2] Events that arrive while one batch is judged form the next: no wait when idle, few transactions when
   * busy.
   */
  async #drain(): Promise<void> {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let batch = this.#queue.take(); batch.length > 0; batch = this.#queue.take()) {
        await this.#admit(batch);
      }
    } finally {
      this.#admitting = false;
    }
  }

  async #admit(batch: readonly Waiting[]): Promise<void> {
    const { log, sync, logger } = this.#init;
    const gaps = log.store.gaps();
    try {
      const vetted = await log.vet(
        batch.map(({ sealed }) => sealed),
        (event) => this.#takes(event),
      );
      const genuine = log.genuine(vetted);
      const shed = this.#shed(genuine);
      // Peers get a genuine event before this node has judged and stored it.
      for (const one of genuine) batch[one.index]!.settle(shed.has(one) ? 'shed' : 'accept');
      const candidates = vetted.candidates.filter((one) => !shed.has(one));
      const ahead = genuine.filter((one) => !shed.has(one));
      const { refusals } = log.keep({ ...vetted, candidates }, 'live', await log.prepared(ahead, 'live'));
      for (const [index, { settle }] of batch.entries()) settle(verdictOf(refusals[index]!));
      const unknown = refusals.some((refusal) => refusal?.code === 'unknown-author');
      if (unknown || log.store.gaps() > gaps) sync.hinted(batch.map(({ peer }) => peer));
    } catch (error) {
      // The fault is this node's own: nobody is blamed, and catch-up tries again.
      logger.error('admit-failed', { code: problemOf(error).code, message: problemOf(error).message });
      for (const { settle } of batch) settle('ignore');
    }
  }

  /** [G5] Whether an author has something left of the share; checking the signatures of the rest would be in vain. */
  #takes({ author }: LogEvent): boolean {
    const takes = this.#ofAuthor.has(toHex(author));
    if (!takes) this.#init.onFlood({ author });
    return takes;
  }

  /**
   * [G5] The events beyond the shares of their authors. A signature was checked before an event counts, so nobody can use
   * up the share of another.
   */
  #shed(genuine: readonly Candidate[]): Set<Candidate> {
    const shed = genuine.filter(({ event }) => !this.#ofAuthor.take(toHex(event.author)));
    for (const { event } of shed) this.#init.onFlood({ author: event.author });
    return new Set(shed);
  }
}

/** [G2] Only what breaks a rule for every node costs its sender score. */
function verdictOf(refusal: Refusal | null): GossipVerdict {
  if (!refusal) return 'accept';
  if (refusal.code === 'too-many') return 'shed';
  return refusal.verdict === 'reject' ? 'reject' : 'ignore';
}

function parse(data: Uint8Array): z.infer<typeof Message> | null {
  try {
    return Message.safeParse(decodeCbor(data)).data ?? null;
  } catch {
    return null;
  }
}
