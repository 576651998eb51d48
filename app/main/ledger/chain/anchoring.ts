import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { msOf, ticksOf } from '../../kernel/hybrid-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Unanchored } from '../../log/anchors.ts';
import { MAX_ANCHORED, type Anchored } from '../types/anchor.ts';
import type { AnchoredLog } from './anchored-log.ts';
import type { Block } from '../types/block.ts';
import type { ConsensusView } from '../consensus/live-view.ts';

/** [H6] How long a leader has held an event before it lists it, in milliseconds. */
const LAG_MS = 3000;
/** [H6] The longest wait after anchors that did not become final, in milliseconds. */
const LAG_CAP_MS = 5 * 60_000;
/**
 * [H7] How much longer a validator that does not lead waits before it continues the slot, in milliseconds.
 */
const PATIENCE_MS = 10_000;
/** [H6] The pause between anchors, so that a conversation does not cost a block per line, in milliseconds. */
const REST_MS = 5000;
/** [H6] The pause after a full anchor, in milliseconds. */
const BUSY_REST_MS = 250;
/** Arrivals within this time are not distinguished, in milliseconds. */
const GRAIN_MS = 250;

export interface AnchoringInit {
  readonly log: AnchoredLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** [H8] Whether all blocks from the first on are here. */
  readonly complete: () => boolean;
}

/** A block that waits for the events that its anchor lists. */
interface Waiting {
  readonly block: Block;
  /** Hex hashes of the blocks with an anchor between it and the last final one. */
  readonly below: Set<string>;
  readonly settle: (vouched: boolean) => void;
  asked: boolean;
}

/** [H4] Why a validator does not vote for a block's anchor, now or ever. */
export type AnchorRefusal = 'anchor-unsettled' | 'anchor-unknown' | 'anchor-early' | 'anchor-repeats';

/** This validator's last own anchor, until it is final or given up. */
interface Attempt {
  readonly slot: number;
  readonly digest: Uint8Array;
  readonly atMs: number;
  /** It took too long and counts as failed, but it may still become final. */
  givenUp: boolean;
}

/**
 * Chooses the events that a leader lists, and checks the events that a validator must hold before it votes.
 * See SPEC.md, “Anchors”.
 */
export class Anchoring {
  readonly #init: AnchoringInit;
  readonly #waiting = new Set<Waiting>();
  /** Row numbers, each with the time at which all rows up to it were here, in order. */
  #arrivals: { seq: number; atMs: number }[];
  #attempt: Attempt | null = null;
  /** Own anchors in a row that did not become final. */
  #failed = 0;
  #notBeforeMs = 0;

  constructor(init: AnchoringInit) {
    this.#init = init;
    const { log, clock } = init;
    this.#arrivals = [{ seq: log.latestSeq(), atMs: clock.now() }];
  }

  /** Events were stored in the log, up to a row. Asking the database for it would cost a post a twentieth of its time. */
  stored(seq: number): void {
    const nowMs = this.#init.clock.now();
    const last = this.#arrivals.at(-1)!;
    // After an update listeners hear again of events that were here before.
    const latest = Math.max(last.seq, seq);
    if (last.atMs > nowMs) last.seq = latest;
    else this.#arrivals.push({ seq: latest, atMs: nowMs + GRAIN_MS });
    // Of the entries old enough for any wait, only the newest matters.
    const old = this.#arrivals.findLastIndex(({ atMs }) => atMs <= nowMs - LAG_CAP_MS - PATIENCE_MS);
    if (old > 0) this.#arrivals = this.#arrivals.slice(old);
    if (this.#waiting.size > 0) this.#look();
  }

  /** [H7] Whether an event is old enough to be anchored; a validator that does not lead waits longer. */
  due(leads: boolean): boolean {
    const nowMs = this.#init.clock.now();
    const attempt = this.#attempt;
    if (attempt && !attempt.givenUp) {
      if (nowMs <= attempt.atMs + PATIENCE_MS) return false;
      attempt.givenUp = true;
      this.#fail();
    }
    if (nowMs < this.#notBeforeMs) return false;
    return this.#ripe(leads ? 0 : PATIENCE_MS, 1).length > 0 && this.#init.complete();
  }

  /**
   * [H6] The events that this leader lists in a block; none if none are due.
   *
   * @param ahead the blocks between the last final one and the new one.
   */
  choose(time: number, room: number, ahead: readonly Block[]): Unanchored[] {
    const settled = ahead.every(({ header }) => header.anchor === null);
    if (!settled || room < 1 || !this.due(true)) return [];
    const most = Math.max(1, Math.min(room, MAX_ANCHORED >> Math.min(this.#failed, 20)));
    return this.#ripe(0, most, time);
  }

  /** This leader proposed its own block with an anchor. */
  proposed({ header }: Block): void {
    const { slot, anchor } = header;
    this.#attempt = { slot, digest: anchor!.digest, atMs: this.#init.clock.now(), givenUp: false };
  }

  /** Blocks became final, and their events are recorded. */
  settled(blocks: readonly Block[]): void {
    for (const { header, anchored } of blocks) {
      if (anchored) this.#rest(anchored);
      if (this.#attempt && header.slot >= this.#attempt.slot) this.#resolve(header.anchor?.digest ?? null);
      for (const { below } of this.#waiting) below.delete(toHex(header.hash));
    }
    const { slot } = blocks.at(-1)!.header;
    for (const waiting of this.#waiting) {
      if (waiting.block.header.slot <= slot) this.#end(waiting, false);
    }
    this.#look();
  }

  /**
   * [H4] Resolves to whether this validator may vote for a block: at once, when it holds the missing events,
   * or when a later block is final.
   */
  vouch(block: Block, ahead: readonly Block[]): Promise<boolean> {
    const below = new Set(
      ahead.filter(({ header }) => header.anchor !== null).map(({ header }) => toHex(header.hash)),
    );
    return new Promise((settle) => {
      this.#waiting.add({ block, below, settle, asked: false });
      this.#look();
    });
  }

  #look(): void {
    const { log, logger } = this.#init;
    for (const waiting of this.#waiting) {
      const { slot } = waiting.block.header;
      const refusal = this.#judge(waiting);
      if (refusal === 'anchor-unknown' && !waiting.asked) {
        waiting.asked = true;
        log.ask();
      }
      if (refusal === 'anchor-early' || refusal === 'anchor-repeats') {
        logger.warn('anchor-refused', { slot, code: refusal });
        this.#end(waiting, false);
      } else if (refusal === null) this.#end(waiting, true);
    }
  }

  #judge({ block, below }: Waiting): AnchorRefusal | null {
    if (below.size > 0) return 'anchor-unsettled';
    const { log } = this.#init;
    const { time } = block.header.anchor!;
    for (const id of block.anchored!.ids) {
      const held = log.find(id);
      if (held ? held.height !== null : log.awaits(id)) return 'anchor-repeats';
      if (!held) return 'anchor-unknown';
      if (msOf(held.time) > time) return 'anchor-early';
    }
    return null;
  }

  #end(waiting: Waiting, vouched: boolean): void {
    this.#waiting.delete(waiting);
    waiting.settle(vouched);
  }

  /** Events that have been here, and in the past, for long enough. */
  #ripe(extraMs: number, limit: number, timeMs = this.#init.clock.now()): Unanchored[] {
    const { log, clock } = this.#init;
    const untilMs = clock.now() - extraMs - this.#lagMs;
    const upTo = this.#arrivals.findLast(({ atMs }) => atMs <= untilMs);
    return upTo ? log.unanchored(upTo.seq, ticksOf(timeMs + 1) - 1, limit) : [];
  }

  get #lagMs(): number {
    return Math.min(LAG_CAP_MS, LAG_MS * 2 ** Math.min(this.#failed, 20));
  }

  #rest({ ids }: Anchored): void {
    const ms = ids.length < MAX_ANCHORED ? REST_MS : BUSY_REST_MS;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#init.clock.now() + ms);
  }

  #resolve(digest: Uint8Array | null): void {
    const { digest: own, givenUp } = this.#attempt!;
    this.#attempt = null;
    if (digest !== null && equalBytes(digest, own)) this.#failed = 0;
    else if (!givenUp) this.#fail();
  }

  /** [H6] Others may lack the listed events: the next anchor lists fewer and older ones. */
  #fail(): void {
    this.#failed++;
    this.#notBeforeMs = this.#init.clock.now() + this.#lagMs;
    this.#init.logger.debug('anchor-not-final', { failed: this.#failed });
  }
}

/** [K8] [H7] Whether a validator's slot should continue for events to anchor. */
export function anchorsPending(
  anchoring: Anchoring,
  view: () => Pick<ConsensusView, 'me' | 'slots'>,
): boolean {
  if (!anchoring.due(true)) return false;
  const { me, slots } = view();
  return me !== null && anchoring.due(slots.at(-1)!.leader === me);
}
