import type { Notice } from '../../contract/notice.ts';
import type { Clock } from '../kernel/clock.ts';

const RANK = { danger: 0, attention: 1, info: 2 } as const satisfies Record<Notice['severity'], number>;

/** Things that the sysop should know or decide, each under a stable id. */
export class NoticeBoard {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #notices = new Map<string, Notice>();
  /** Dismissed notices by their content: they reappear only when it changes or after they were removed. */
  readonly #dismissed = new Map<string, string>();
  readonly #watchers = new Set<() => void>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Adds a notice or updates it; `since` stays that of the first time. */
  put(notice: Omit<Notice, 'since'>): void {
    if (this.#dismissed.get(notice.id) === notice.message) return;
    const known = this.#notices.get(notice.id);
    if (known && known.message === notice.message && known.severity === notice.severity) return;
    this.#dismissed.delete(notice.id);
    this.#notices.set(notice.id, { ...notice, since: known?.since ?? this.#clock.now() });
    this.#tell();
  }

  /** Removes a notice because its cause is gone. */
  remove(id: string): void {
    this.#dismissed.delete(id);
    if (this.#notices.delete(id)) this.#tell();
  }

  /** Dismisses a notice: it is hidden until its content changes. */
  dismiss(id: string): void {
    const notice = this.#notices.get(id);
    if (!notice) return;
    this.#dismissed.set(id, notice.message);
    this.#notices.delete(id);
    this.#tell();
  }

  /** The most severe first, then the newest. */
  list(): Notice[] {
    return [...this.#notices.values()].sort(
      (a, b) => RANK[a.severity] - RANK[b.severity] || b.since - a.since,
    );
  }

  /** Calls back after each change; returns how to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
