import type { Notice } from '../../contract/notice.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import type { Introduction } from '../log/handshake.ts';
import type { Log } from '../log/log.ts';
import { problem } from './problems.ts';

const OPAQUE = 'opaque-events';
/** Time in which stored events are collected before they are counted, in milliseconds. */
const SOON_MS = 2000;
/** The most kinds that a notice names. */
const MAX_NAMED = 5;
/** The most peers of which it is remembered that they speak no common version, or know more kinds. */
const MAX_PEERS = 100;

const noticeOf = (peer: string) => `release-of-${peer}`;

export interface UpdateNoticesInit {
  readonly log: Pick<Log, 'opaque' | 'knows' | 'onStored'>;
  /** Whether a kind of events belongs to a feature that is off: this release knows it. */
  readonly isOff: (kind: string) => boolean;
  readonly clock: Clock;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
}

/** Tells the sysop that this node or a peer needs a newer release [L18] [S12]. */
export class UpdateNotices {
  readonly #init: UpdateNoticesInit;
  #cancel: (() => void) | null = null;
  #stopListening = () => {};
  readonly #outdated = new Set<string>();
  /** Kinds that peers know and this node does not, by peer. */
  readonly #knownBy = new Map<string, readonly string[]>();

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

  /** [S12] A peer speaks no version that this node speaks: one notice for each peer. */
  outdated(peer: string, reason: ProblemFields): void {
    if (this.#outdated.size >= MAX_PEERS && !this.#outdated.has(peer)) return;
    this.#outdated.add(peer);
    this.#init.notices.put({ id: noticeOf(peer), severity: 'attention', action: 'go.federation', ...reason });
  }

  /** [S11] A peer introduced itself, so it speaks a common version. */
  introduced({ peer, kinds }: Pick<Introduction, 'peer' | 'kinds'>): void {
    if (this.#outdated.delete(peer)) this.#init.notices.remove(noticeOf(peer));
    const more = kinds.filter((kind) => !this.#init.log.knows(kind));
    this.#knownBy.delete(peer);
    if (more.length === 0) return;
    if (this.#knownBy.size < MAX_PEERS) this.#knownBy.set(peer, more);
    this.#soon();
  }

  #soon(): void {
    this.#cancel ??= this.#init.clock.after(SOON_MS, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  #look(): void {
    const { log, isOff, notices } = this.#init;
    const found = log.opaque().filter(({ kind }) => !isOff(kind));
    if (found.length === 0) return notices.remove(OPAQUE);
    const named = found.slice(0, MAX_NAMED).map(({ kind }) => kind);
    const known = new Set([...this.#knownBy.values()].flat());
    const isKnown = found.some(({ kind }) => known.has(kind));
    const count = roundedDown(found.reduce((sum, one) => sum + one.count, 0));
    const facts = problem.fields('opaque-events', {
      count,
      kinds: (found.length > named.length ? [...named, '…'] : named).join(', '),
      known: isKnown ? 'yes' : 'no',
    });
    notices.put({ id: OPAQUE, severity: isKnown ? 'attention' : 'info', action: null, ...facts });
  }
}

/** To one significant digit, so that a notice that was dismissed does not return with every event. */
export function roundedDown(count: number): number {
  const unit = 10 ** Math.floor(Math.log10(count));
  return Math.floor(count / unit) * unit;
}
