import type { Notice } from '../../contract/notice.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { FloodSource } from '../log/live.ts';
import { problem } from './problems.ts';

/** Dropped events that raise a notice: one burst accuses nobody. */
const MANY = 300;
/** How long a notice stays after the last event that was dropped, in milliseconds. */
const STAYS_MS = 600_000;
/** The most notices at a time. */
const MAX_NOTICES = 20;
/** The most sources counted before they get a notice. */
const MAX_COUNTED = 1000;

export interface FloodNoticesInit {
  readonly clock: Clock;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
  /** A member's handle, or another name for a key. */
  readonly nameOf: (author: Uint8Array) => string;
  /** The name of a peer's node, with its member's handle if it is known. */
  readonly nameOfPeer: (peer: string) => string;
}

/** [G5] Tells the sysop who sends more events than this node takes. */
export class FloodNotices {
  readonly #init: FloodNoticesInit;
  /** When the last event was dropped, by notice. */
  readonly #lastAt = new Map<string, number>();
  /** Dropped events of the sources without a notice. */
  readonly #dropped = new Map<string, number>();
  readonly #cancels = new Set<() => void>();

  constructor(init: FloodNoticesInit) {
    this.#init = init;
  }

  /** An event of this source was dropped. */
  dropped(source: FloodSource): void {
    const isPeer = 'peer' in source;
    const id = isPeer ? `flood-of-${source.peer}` : `flood-by-${toHex(source.author)}`;
    const isNew = !this.#lastAt.has(id);
    if (isNew && !this.#isMany(id)) return;
    const { clock, notices, nameOf, nameOfPeer } = this.#init;
    this.#lastAt.set(id, clock.now());
    if (!isNew) return;
    const facts = isPeer
      ? problem.fields('peer-flood', { name: nameOfPeer(source.peer) })
      : problem.fields('author-flood', { name: nameOf(source.author) });
    notices.put({ id, severity: 'attention', action: isPeer ? 'go.federation' : 'go.members', ...facts });
    this.#later(id, STAYS_MS);
  }

  /** Counts a dropped event of a source without a notice. Returns true if the source gets one now. */
  #isMany(id: string): boolean {
    if (this.#lastAt.size >= MAX_NOTICES) return false;
    const dropped = (this.#dropped.get(id) ?? 0) + 1;
    if (this.#dropped.size >= MAX_COUNTED) this.#dropped.clear();
    if (dropped < MANY) this.#dropped.set(id, dropped);
    else this.#dropped.delete(id);
    return dropped >= MANY;
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#lastAt.clear();
  }

  #later(id: string, delayMs: number): void {
    const { clock, notices } = this.#init;
    const cancel = clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      const leftMs = this.#lastAt.get(id)! + STAYS_MS - clock.now();
      if (leftMs > 0) return this.#later(id, leftMs);
      this.#lastAt.delete(id);
      notices.remove(id);
    });
    this.#cancels.add(cancel);
  }
}
