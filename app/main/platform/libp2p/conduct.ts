import type { Clock } from '../../kernel/clock.ts';
import type { GossipVerdict } from '../../log/transport.ts';

/** The cost of one rejected message, and of one other that was dropped beyond the allowed number. */
const REJECT_POINTS = 10;
const FLOOD_POINTS = 1;
/** The half-life of a peer's penalty. */
const HALF_LIFE_MS = 5 * 60_000;
/** The penalty from which a peer is banned, and the length of the ban. */
const BAN_POINTS = 100;
const BAN_MS = 10 * 60_000;
/**
 * Messages that a peer may send in a burst and per second on average before they count as a flood. A relay sends some that
 * this node sheds because it shed others; only somebody who floods sends very many.
 */
const ALLOWED = {
  ignore: { burst: 500, perSecond: 50 },
  shed: { burst: 1000, perSecond: 500 },
} as const;
/** The most peers remembered; the least recently seen is dropped first. */
const MAX_PEERS = 4096;

interface Entry {
  points: number;
  pointsAt: number;
  readonly left: Record<keyof typeof ALLOWED, number>;
  readonly countedAt: Record<keyof typeof ALLOWED, number>;
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
    if (verdict === 'accept') return false;
    const now = this.#clock.now();
    const entry = this.#entry(peer, now);
    if (verdict === 'reject') {
      this.#charge(entry, REJECT_POINTS, now);
    } else {
      const { burst, perSecond } = ALLOWED[verdict];
      const refill = ((now - entry.countedAt[verdict]) / 1000) * perSecond;
      const left = Math.min(burst, entry.left[verdict] + refill) - 1;
      entry.left[verdict] = Math.max(0, left);
      entry.countedAt[verdict] = now;
      if (left < 0) this.#charge(entry, FLOOD_POINTS, now);
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
      left: { ignore: ALLOWED.ignore.burst, shed: ALLOWED.shed.burst },
      countedAt: { ignore: now, shed: now },
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
