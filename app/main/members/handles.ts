import type { Database } from '../kernel/database.ts';

export interface HandlesInit {
  readonly db: Database;
  /** Whether a handle must be hidden. */
  judge(handle: string): Promise<boolean>;
  /** Called when a handle is shown, or must be hidden. */
  changed(): void;
}

/**
 * Handles as this node's classifiers judge them. A handle that has not been judged, or that would be hidden
 * as a message, is not shown [M12]; every handle is judged once.
 */
export class Handles {
  readonly #init: HandlesInit;
  readonly #known = new Map<string, boolean>();
  readonly #waiting = new Set<string>();
  readonly #keep;
  #judging = false;

  constructor(init: HandlesInit) {
    this.#init = init;
    const { db } = init;
    this.#keep = db.prepare('INSERT OR REPLACE INTO handle_judged (handle, hidden) VALUES (?, ?)');
    const rows = db.prepare<{ handle: string; hidden: number }>('SELECT handle, hidden FROM handle_judged');
    for (const { handle, hidden } of rows.all()) this.#known.set(handle, hidden === 1);
  }

  hides(handle: string): boolean {
    return this.#known.get(handle) ?? true;
  }

  /** Someone here chose this handle, and it passed the gate. */
  passed(handle: string): void {
    this.#note(handle, false);
  }

  #note(handle: string, hidden: boolean): void {
    this.#known.set(handle, hidden);
    this.#keep.run(handle, hidden ? 1 : 0);
  }

  /** Judges the new handles, one after another. */
  async look(handles: Iterable<string>): Promise<void> {
    for (const handle of handles) if (!this.#known.has(handle)) this.#waiting.add(handle);
    if (this.#judging) return;
    this.#judging = true;
    try {
      for (const handle of this.#waiting) {
        const hidden = await this.#init.judge(handle);
        this.#waiting.delete(handle);
        this.#note(handle, hidden);
        this.#init.changed();
      }
    } finally {
      this.#judging = false;
    }
  }
}
