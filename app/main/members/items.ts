import { toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { bodyOf } from '../log/event.ts';
import type { ItemSource } from '../moderation/index.ts';
import { memberKinds } from './kinds.ts';

interface Row {
  bytes: Uint8Array;
  author: Uint8Array;
  time: number;
}

/** What people call themselves, as the gate sees it; the names that are held back are shown to nobody. */
export class HandleItems implements ItemSource {
  readonly kind = 'handle';
  readonly kinds = [memberKinds.admit.name, memberKinds.rename.name];
  readonly #event;
  readonly #held;
  #hidden: ReadonlySet<string> | null = null;

  constructor(db: Database) {
    const event = 'SELECT e.bytes, a.key AS author, e.time FROM event e JOIN author a ON a.n = e.author';
    this.#event = db.prepare<Row>(`${event} WHERE e.seq = ?`);
    this.#held = db.prepare<Row>(
      `${event} JOIN hold h ON h.n = e.seq WHERE h.kind = 3 AND h.state IN (2, 3)`,
    );
  }

  read(n: number) {
    const row = this.#event.get(n);
    if (!row) return null;
    const { handle, member = row.author } = bodyOf<{ handle: string; member?: Uint8Array }>(row.bytes);
    const atMs = msOf(row.time);
    return {
      text: handle,
      shownAt: [0, handle.length] as const,
      author: member,
      atMs,
      board: null,
      imported: false,
    };
  }

  /** Whether what somebody calls themselves was hidden by models or people. */
  hides(member: Uint8Array, handle: string): boolean {
    this.#hidden ??= new Set(
      this.#held.all().map(({ bytes, author }) => {
        const body = bodyOf<{ handle: string; member?: Uint8Array }>(bytes);
        return `${toHex(body.member ?? author)} ${body.handle}`;
      }),
    );
    return this.#hidden.size > 0 && this.#hidden.has(`${toHex(member)} ${handle}`);
  }

  changed(): void {
    this.#hidden = null;
  }
}
