import type { Database } from '../kernel/database.ts';
import type { Decision, Reason, Scrutiny } from './decision.ts';
import { LABELS, type Label, type Scores } from './labels.ts';
import type { GivenJudgement } from './ports.ts';

/** [J20] How many judgements of published items are kept. */
export const KEPT_PUBLISHED = 20_000;
const FULL = 65_535;
/** Bytes of packed probabilities. */
export const SCORES_BYTES = LABELS.length * 2;
const DECISIONS = ['publish', 'queue', 'quarantine'] as const satisfies readonly Decision[];
const STAGES = ['first', 'second', 'rules', 'none', 'image'] as const;
const SCRUTINIES = ['full', 'trusted', 'none'] as const satisfies readonly Scrutiny[];

/** The details of a held item, beside its scores. */
export interface Detail {
  readonly confidence: number;
  readonly labels: readonly Label[];
  readonly reasons: readonly Reason[];
  readonly spans: readonly (readonly [number, number])[];
  /** CIDs of its images and their scores; earlier releases left them out. */
  readonly pictures?: readonly (readonly [cid: string, nsfw: number])[];
}

/** A stored judgement: enough to decide again with other bounds [J21]. */
export interface KeptJudgement {
  readonly n: number;
  /** When it was judged, in milliseconds. */
  readonly at: number;
  /** Ticks that the item claims. */
  readonly time: number;
  readonly board: Uint8Array | null;
  readonly decision: Decision;
  readonly stage: (typeof STAGES)[number];
  readonly scrutiny: Scrutiny;
  /** The most severe finding of the rules. */
  readonly found: Decision;
  readonly cut: boolean;
  readonly language: string | null;
  /** Null if nothing could be judged. */
  readonly scores: Scores | null;
  /** Null for a published item. */
  readonly detail: Detail | null;
  /** [J30] The key of the judged text if this node may give the judgement to others. */
  readonly key: Uint8Array | null;
}

/** [J30] A judgement that this node gives to others. */
export type OwnJudgement = Pick<GivenJudgement, 'key' | 'scores' | 'stage' | 'language'>;

interface Row {
  n: number;
  at: number;
  time: number;
  board: Uint8Array | null;
  decision: number;
  stage: number;
  scrutiny: number;
  found: number;
  cut: number;
  language: string | null;
  scores: Uint8Array | null;
  detail: string | null;
  key: Uint8Array | null;
}

/** The stored judgements, in a table. */
export class Judgements {
  readonly #db: Database;
  readonly #sql;
  /** How many published ones are kept, and the time of the oldest; read from disk on first use. */
  #published: { count: number; oldest: number } | null = null;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = {
      of: db.prepare<Row>('SELECT * FROM judgement WHERE n = ?'),
      put: db.prepare(
        `INSERT OR REPLACE INTO judgement (n, at, time, board, decision, stage, scrutiny, found, cut, language, scores, detail, key)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      page: db.prepare<Row>('SELECT * FROM judgement WHERE n > ? AND at >= ? ORDER BY n LIMIT ?'),
      drop: db.prepare('DELETE FROM judgement WHERE n = ?'),
      own: db.prepare<Row>(
        `SELECT j.* FROM event e JOIN judgement j ON j.n = e.seq
         WHERE e.id = ? AND j.key IS NOT NULL AND j.decision = 0
           AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.n = j.n AND h.hidden = 1)`,
      ),
    };
  }

  of(n: number): KeptJudgement | null {
    const row = this.#sql.of.get(n);
    return row ? keptOf(row) : null;
  }

  /** Stores a judgement; that of a published item only if it is among the latest. */
  keep(one: KeptJudgement): void {
    if (one.detail === null && !this.#isAmongLatest(one.time)) {
      this.#sql.drop.run(one.n);
      return;
    }
    this.#sql.put.run(
      one.n,
      one.at,
      one.time,
      one.board,
      DECISIONS.indexOf(one.decision),
      STAGES.indexOf(one.stage),
      SCRUTINIES.indexOf(one.scrutiny),
      DECISIONS.indexOf(one.found),
      one.cut ? 1 : 0,
      one.language,
      one.scores && packScores(one.scores),
      one.detail && JSON.stringify(one.detail),
      one.key,
    );
  }

  /** Old ones are deleted in bulk, so that most posts cost no deletion. */
  #isAmongLatest(time: number): boolean {
    this.#published ??= this.#count();
    if (this.#published.count >= KEPT_PUBLISHED && time < this.#published.oldest) return false;
    this.#published.count++;
    if (this.#published.count > KEPT_PUBLISHED * 1.25) {
      this.#db
        .prepare(
          `DELETE FROM judgement WHERE detail IS NULL AND time <
             (SELECT time FROM judgement WHERE detail IS NULL ORDER BY time DESC LIMIT 1 OFFSET ?)`,
        )
        .run(KEPT_PUBLISHED - 1);
      this.#published = this.#count();
    }
    return true;
  }

  #count(): { count: number; oldest: number } {
    return this.#db
      .prepare<{ count: number; oldest: number }>(
        'SELECT COUNT(*) AS count, COALESCE(MIN(time), 0) AS oldest FROM judgement WHERE detail IS NULL',
      )
      .get()!;
  }

  /** [J30] The judgement that this node may give others about the item of an event; null if there is none. */
  ownOf(event: Uint8Array): OwnJudgement | null {
    const row = this.#sql.own.get(event);
    const scores = row?.scores;
    if (!row || !scores || row.key === null) return null;
    const stage = STAGES[row.stage] === 'second' ? 'second' : 'first';
    return { key: row.key, scores: unpackScores(scores), stage, language: row.language };
  }

  drop(n: number): void {
    this.#sql.drop.run(n);
  }

  /** After a transaction was rolled back. */
  reload(): void {
    this.#published = null;
  }

  /** Judgements made since a time, by row, after the row `after`. */
  page(after: number, since: number, limit: number): KeptJudgement[] {
    return this.#sql.page.all(after, since, limit).map(keptOf);
  }
}

function keptOf(row: Row): KeptJudgement {
  return {
    n: row.n,
    at: row.at,
    time: row.time,
    board: row.board,
    decision: DECISIONS[row.decision]!,
    stage: STAGES[row.stage]!,
    scrutiny: SCRUTINIES[row.scrutiny]!,
    found: DECISIONS[row.found]!,
    cut: row.cut === 1,
    language: row.language,
    scores: row.scores && unpackScores(row.scores),
    detail: row.detail === null ? null : (JSON.parse(row.detail) as Detail),
    key: row.key,
  };
}

/** Probabilities as 16-bit numbers, in the order of `LABELS`. */
export function packScores(scores: Scores): Uint8Array {
  const bytes = new Uint8Array(SCORES_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, label] of LABELS.entries()) view.setUint16(at * 2, Math.round(scores[label] * FULL));
  return bytes;
}

/** The inverse of {@link packScores}. */
export function unpackScores(bytes: Uint8Array): Scores {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Object.fromEntries(LABELS.map((label, at) => [label, view.getUint16(at * 2) / FULL])) as Record<
    Label,
    number
  >;
}
