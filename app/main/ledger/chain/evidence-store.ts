import type { Database } from '../../kernel/database.ts';
import { encodeEvidence, openEvidence, type Evidence } from '../types/equivocation.ts';

/** [V7] The most pieces against one validator in one epoch, and the most of all. */
const MAX_OF_ONE = 8;
const MAX_ALL = 1000;

/** A stored piece of evidence. */
export interface KeptEvidence {
  /** Counts up in order of arrival. */
  readonly number: number;
  readonly evidence: Evidence;
  /** When this node received it, milliseconds since the epoch. */
  readonly at: number;
}

/** [V7] Stores the evidence that validators broke the rules. */
export class EvidenceStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Whether there is a piece against the same validator in the same slot. */
  has({ first: { epoch, voter, slot } }: Evidence): boolean {
    const found = this.#db
      .prepare('SELECT 1 AS one FROM ledger_evidence WHERE epoch = ? AND voter = ? AND slot = ?')
      .get(epoch, voter, slot);
    return found !== undefined;
  }

  /** Stores a piece; false if it is known or there is no room. */
  put(evidence: Evidence, at: number): boolean {
    const { epoch, voter, slot } = evidence.first;
    const ofOne = this.#count('WHERE epoch = ? AND voter = ?', epoch, voter);
    if (this.has(evidence) || ofOne >= MAX_OF_ONE || this.count() >= MAX_ALL) return false;
    this.#db
      .prepare('INSERT INTO ledger_evidence (epoch, voter, slot, at, bytes) VALUES (?, ?, ?, ?, ?)')
      .run(epoch, voter, slot, at, encodeEvidence(evidence));
    return true;
  }

  count(): number {
    return this.#count('');
  }

  /** Newest first, below a number. */
  list(limit: number, below = Number.MAX_SAFE_INTEGER): KeptEvidence[] {
    return this.#db
      .prepare<{ number: number; at: number; bytes: Uint8Array }>(
        'SELECT number, at, bytes FROM ledger_evidence WHERE number < ? ORDER BY number DESC LIMIT ?',
      )
      .all(below, limit)
      .map(({ number, at, bytes }) => ({ number, at, evidence: openEvidence(bytes) }));
  }

  #count(where: string, ...cells: number[]): number {
    return this.#db
      .prepare<{ n: number }>(`SELECT COUNT(*) AS n FROM ledger_evidence ${where}`)
      .get(...cells)!.n;
  }
}
