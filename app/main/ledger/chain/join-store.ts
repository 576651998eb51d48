import type { Database } from '../../kernel/database.ts';

/** [Q10] The fetched and checked parts of a snapshot, so that a restart loses none of them. */
export class JoinStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  put(number: number, bytes: Uint8Array): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO ledger_join_part (number, bytes) VALUES (?, ?)')
      .run(number, bytes);
  }

  part(number: number): Uint8Array | null {
    return (
      this.#db
        .prepare<{ bytes: Uint8Array }>('SELECT bytes FROM ledger_join_part WHERE number = ?')
        .get(number)?.bytes ?? null
    );
  }

  clear(): void {
    this.#db.exec('DELETE FROM ledger_join_part');
  }
}
