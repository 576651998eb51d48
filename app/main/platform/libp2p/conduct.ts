import type { Clock } from '../../kernel/clock.ts';
import type { GossipVerdict } from '../../log/transport.ts';

/** The cost of one rejected message, and of one ignored message beyond the usual number. */
const REJECT_POINTS = 10;
const FLOOD_POINTS = 1;
/** The half-life of a peer's penalty. */
const HALF_LIFE_MS = 5 * 60_000;
/** The penalty from which a peer is banned, and the length of the ban. */
const BAN_POINTS = 100;
const BAN_MS = 10 * 60_000;
/**
 * Ignored messages that a peer may send in a burst and per second on average before they count as a flood.
 */
const IGNORED_BURST = 500;
const IGNORED_PER_SECOND = 50;
/** The most peers remembered; the least recently seen is dropped first. */
const MAX_PEERS = 4096;

interface Entry {
  points: number;
  pointsAt: number;
  ignoredLeft: number;
  ignoredAt: number;
  bannedUntil: number;
}

/**
 * Penalties of peers by the verdicts on their messages. They outlive a connection, so that reconnecting does
 * not reset them.
 */
export class Conduct {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records a verdict on a message from `peer`; returns whether the peer is to be banned now. */
  note(peer: string, verdict: GossipVerdict): boolean {
    if (verdict === 'accept' || verdict === 'shed') return false;
    const now = this.#clock.now();
    const entry = this.#entry(peer, now);
    if (verdict === 'reject') {
      this.#charge(entry, REJECT_POINTS, now);
    } else {
      const refill = ((now - entry.ignoredAt) / 1000) * IGNORED_PER_SECOND;
      entry.ignoredLeft = Math.min(IGNORED_BURST, entry.ignoredLeft + refill) - 1;
      entry.ignoredAt = now;
      if (entry.ignoredLeft < 0) {
        entry.ignoredLeft = 0;
        this.#charge(entry, FLOOD_POINTS, now);
      }
    }
    if (entry.points < BAN_POINTS) return false;
    entry.bannedUntil = now + BAN_MS;
    return true;
  }

  /** The penalty of a peer in points. */
  points(peer: string): number {
    const entry = this.#entries.get(peer);
    return entry === undefined ? 0 : decayed(entry, this.#clock.now());
  }

  banned(peer: string): boolean {
    return (this.#entries.get(peer)?.bannedUntil ?? 0) > this.#clock.now();
  }

  #charge(entry: Entry, points: number, now: number): void {
    entry.points = decayed(entry, now) + points;
    entry.pointsAt = now;
  }

  #entry(peer: string, now: number): Entry {
    const known = this.#entries.get(peer);
    const entry = known ?? {
      points: 0,
      pointsAt: now,
      ignoredLeft: IGNORED_BURST,
      ignoredAt: now,
      bannedUntil: 0,
    };
    this.#entries.delete(peer);
    this.#entries.set(peer, entry);
    if (this.#entries.size > MAX_PEERS) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return entry;
  }
}

function decayed(entry: Entry, now: number): number {
  return entry.points * 2 ** (-Math.max(0, now - entry.pointsAt) / HALF_LIFE_MS);
}
