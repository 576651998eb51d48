import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Refusal } from './admission.ts';
import { MAX_EVENT_BYTES, type LogEvent, type SealedEvent } from './event.ts';
import type { Committed } from './commit-listeners.ts';
import type { Log } from './log.ts';
import type { Spread } from './spread.ts';
import type { Sync } from './sync.ts';
import type { Transport, GossipVerdict } from './transport.ts';

/** [G3] The most own events of one commit that are published one by one. */
const MAX_BURST = 50;
/** [G2] The most events judged in one transaction. */
const MAX_BATCH = 256;
/** The most events that wait to be judged; further ones are left to catch-up. */
const MAX_QUEUE = 5000;

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
  readonly logger: Logger;
}

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
  readonly #queue: { sealed: SealedEvent; settle: (verdict: GossipVerdict) => void }[] = [];
  #admitting = false;
  #stops: (() => void)[] = [];

  constructor(init: LiveInit) {
    this.#init = init;
    this.#topic = topicOf(init.log.community);
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
    for (const { settle } of this.#queue.splice(0)) settle('ignore');
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
    const message = parse(data);
    if (!message) return 'reject';
    if (message[0] === 'head') {
      if (!this.#init.log.store.has(message[1])) this.#init.sync.pull(from);
      return 'ignore';
    }
    if (this.#queue.length >= MAX_QUEUE) {
      this.#init.sync.soon();
      return 'ignore';
    }
    const [, bytes, signature] = message;
    return new Promise((settle) => {
      this.#queue.push({ sealed: { bytes, signature }, settle });
      void this.#drain();
    });
  }

  /**
   * [G2] Events that arrive while one batch is judged form the next: no wait when idle, few transactions when
   * busy.
   */
  async #drain(): Promise<void> {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      while (this.#queue.length > 0) await this.#admit(this.#queue.splice(0, MAX_BATCH));
    } finally {
      this.#admitting = false;
    }
  }

  async #admit(batch: { sealed: SealedEvent; settle: (verdict: GossipVerdict) => void }[]): Promise<void> {
    const { log, sync, logger } = this.#init;
    const gaps = log.store.gaps();
    try {
      const vetted = await log.vet(batch.map(({ sealed }) => sealed));
      // Peers get a genuine event before this node has judged and stored it.
      const genuine = log.genuine(vetted);
      for (const { index } of genuine) batch[index]!.settle('accept');
      const { refusals } = log.keep(vetted, 'live', await log.prepared(genuine, 'live'));
      for (const [index, { settle }] of batch.entries()) settle(verdictOf(refusals[index]!));
      const unknown = refusals.some((refusal) => refusal?.code === 'unknown-author');
      if (unknown || log.store.gaps() > gaps) sync.soon();
    } catch (error) {
      // The fault is this node's own: nobody is blamed, and catch-up tries again.
      logger.error('admit-failed', { code: problemOf(error).code, message: problemOf(error).message });
      for (const { settle } of batch) settle('ignore');
    }
  }
}

/** [G2] Only what breaks a rule for every node costs its sender score. */
function verdictOf(refusal: Refusal | null): GossipVerdict {
  if (!refusal) return 'accept';
  return refusal.verdict === 'reject' ? 'reject' : 'ignore';
}

function parse(data: Uint8Array): z.infer<typeof Message> | null {
  try {
    return Message.safeParse(decodeCbor(data)).data ?? null;
  } catch {
    return null;
  }
}
