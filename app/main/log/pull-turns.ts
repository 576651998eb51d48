import type { Clock } from '../kernel/clock.ts';

/** [S8] The most pulls at a time, and of the nodes of one member. */
const MAX_PULLS = 3;
/** [S8] How long a slow pull keeps its turn while others wait, in milliseconds, and how slow that is. */
const TURN_MS = 30_000;
const SLOW_PER_SECOND = 20;

/** A pull that wants its turn. */
export interface TurnClaim {
  /** The member, as text, whose node the peer proved to be. */
  readonly member: string;
  /** How many events a second it fetches. */
  readonly perSecond: () => number;
  /** Ends the pull, because it is slow and others wait. */
  readonly end: () => void;
}

interface Turn {
  readonly claim: TurnClaim;
  readonly since: number;
  ended: boolean;
}

interface Waiting {
  readonly claim: TurnClaim;
  readonly start: () => void;
}

/** [S8] Lets few pulls run at a time, one of each member; a slow one gives way to those that wait. */
export class PullTurns {
  readonly #clock: Clock;
  readonly #running = new Set<Turn>();
  readonly #waiting = new Set<Waiting>();
  #cancelCheck: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves to a function that ends the turn, once it begins; or to null if the signal aborts before. */
  take(claim: TurnClaim, signal: AbortSignal): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting.delete(waiting);
        resolve(null);
      };
      const waiting: Waiting = {
        claim,
        start: () => {
          signal.removeEventListener('abort', giveUp);
          const turn = { claim, since: this.#clock.now(), ended: false };
          this.#running.add(turn);
          resolve(() => {
            this.#running.delete(turn);
            this.#next();
          });
        },
      };
      if (signal.aborted) return resolve(null);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
      this.#next();
    });
  }

  #next(): void {
    for (const waiting of this.#waiting) {
      if (this.#running.size >= MAX_PULLS) break;
      if ([...this.#running].some(({ claim }) => claim.member === waiting.claim.member)) continue;
      this.#waiting.delete(waiting);
      waiting.start();
    }
    if (this.#waiting.size > 0 && this.#running.size > 0) this.#checkLater();
  }

  /** Looks again when the oldest turn has lasted long enough. */
  #checkLater(): void {
    if (this.#cancelCheck) return;
    const oldest = Math.min(...[...this.#running].map(({ since }) => since));
    const waitMs = Math.max(1000, oldest + TURN_MS - this.#clock.now());
    this.#cancelCheck = this.#clock.after(waitMs, () => {
      this.#cancelCheck = null;
      const due = this.#clock.now() - TURN_MS;
      const slow = [...this.#running].find(
        ({ claim, since, ended }) => !ended && since <= due && claim.perSecond() < SLOW_PER_SECOND,
      );
      if (this.#waiting.size > 0 && slow) {
        slow.ended = true;
        slow.claim.end();
      }
      this.#next();
    });
  }
}
