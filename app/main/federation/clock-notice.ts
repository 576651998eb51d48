import type { Notice } from '../../contract/notice.ts';
import type { Introduction } from '../log/handshake.ts';
import { problem } from './problems.ts';

const ID = 'clock';
/** [L7] How far clocks may be apart before events are deferred, in milliseconds. */
const MAX_APART_MS = 60_000;
const MINUTE_MS = 60_000;

/** [S13] Tells the sysop if the clock of this machine differs from that of most connected members. */
export class ClockNotice {
  readonly #notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
  /** By how much the clock of each connected peer is ahead, in milliseconds. */
  readonly #ahead = new Map<string, number>();

  constructor(notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void }) {
    this.#notices = notices;
  }

  introduced({ peer, clockAheadMs }: Pick<Introduction, 'peer' | 'clockAheadMs'>): void {
    if (clockAheadMs === null) return;
    this.#ahead.set(peer, clockAheadMs);
    this.#look();
  }

  lost(peer: string): void {
    if (this.#ahead.delete(peer)) this.#look();
  }

  #look(): void {
    const sorted = [...this.#ahead.values()].sort((a, b) => a - b);
    // Of an even number the one nearer to agreement: half of the peers cannot raise the notice.
    const middle = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
    const ahead = middle.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0]!;
    if (Math.abs(ahead) <= MAX_APART_MS) return this.#notices.remove(ID);
    const minutes = Math.round(Math.abs(ahead) / MINUTE_MS);
    const code = ahead < 0 ? 'clock-ahead' : 'clock-behind';
    const facts = problem.fields(code, { minutes, count: sorted.length });
    this.#notices.put({ id: ID, severity: 'danger', action: null, ...facts });
  }
}
