import type { Notice } from '../../contract/notice.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../log/log.ts';
import { problem } from './problems.ts';

const OPAQUE = 'opaque-events';
/** Time in which stored events are collected before they are counted, in milliseconds. */
const SOON_MS = 2000;
/** The most kinds that a notice names. */
const MAX_NAMED = 5;

export interface UpdateNoticesInit {
  readonly log: Pick<Log, 'opaque' | 'knows' | 'onStored'>;
  readonly clock: Clock;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
}

/** Tells the sysop that a newer release is needed [L18]. */
export class UpdateNotices {
  readonly #init: UpdateNoticesInit;
  #cancel: (() => void) | null = null;
  #stopListening = () => {};

  constructor(init: UpdateNoticesInit) {
    this.#init = init;
  }

  start(): void {
    const { log } = this.#init;
    this.#look();
    this.#stopListening = log.onStored((batch) => {
      if (batch.some(({ event }) => !log.knows(event.kind))) this.#soon();
    });
  }

  stop(): void {
    this.#stopListening();
    this.#cancel?.();
    this.#cancel = null;
  }

  #soon(): void {
    this.#cancel ??= this.#init.clock.after(SOON_MS, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  #look(): void {
    const { log, notices } = this.#init;
    const found = log.opaque();
    if (found.length === 0) return notices.remove(OPAQUE);
    const named = found.slice(0, MAX_NAMED).map(({ kind }) => kind);
    const count = roundedDown(found.reduce((sum, one) => sum + one.count, 0));
    const facts = problem.fields('opaque-events', {
      count,
      kinds: named.join(', '),
      more: found.length - named.length,
    });
    notices.put({ id: OPAQUE, severity: 'info', action: null, ...facts });
  }
}

/** To one significant digit, so that a notice that was dismissed does not return with every event. */
export function roundedDown(count: number): number {
  const unit = 10 ** Math.floor(Math.log10(count));
  return Math.floor(count / unit) * unit;
}
