import * as z from 'zod';
import { Bounds } from '../../contract/moderation.ts';
import type { Database } from '../kernel/database.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './decision.ts';
import { LABELS, type Scores } from './labels.ts';

/** The calibration of one board: by label, probability = σ(scale · logit + shift). */
export const Learnt = z.strictObject({
  samples: z.int().nonnegative(),
  labels: z.partialRecord(
    z.enum(LABELS),
    z.strictObject({ scale: z.number().min(-100).max(100), shift: z.number().min(-100).max(100) }),
  ),
});
export type Learnt = z.infer<typeof Learnt>;

/** The settings of a scope. */
export interface Standard {
  readonly bounds: Thresholds;
  readonly learnt: Learnt | null;
}

export interface ScopeRow extends Standard {
  /** Null if a board has none of its own. */
  readonly board: Uint8Array | null;
  /** Whether the bounds are its own. */
  readonly own: boolean;
  /** When its calibration took effect, in milliseconds. */
  readonly calibratedAt: number | null;
}

interface Row {
  board: Uint8Array;
  bounds: string | null;
  calibration: string | null;
  calibrated_at: number | null;
}

/** The community's row has no board id. */
const COMMUNITY = new Uint8Array(0);

/** Bounds and calibration by board, with those of the community as defaults. */
export class Scopes {
  readonly #db: Database;
  readonly #standards = new Map<string, ScopeRow>();

  constructor(db: Database) {
    this.#db = db;
  }

  of(board: Uint8Array | null): ScopeRow {
    const key = board === null ? '' : Buffer.from(board).toString('hex');
    const known = this.#standards.get(key);
    if (known) return known;
    const scope = this.#read(board);
    this.#standards.set(key, scope);
    return scope;
  }

  #read(board: Uint8Array | null): ScopeRow {
    const row = this.#db
      .prepare<Row>('SELECT * FROM moderation_scope WHERE board = ?')
      .get(board ?? COMMUNITY);
    const bounds = row?.bounds ? Bounds.safeParse(JSON.parse(row.bounds)).data : undefined;
    const learnt = row?.calibration ? Learnt.safeParse(JSON.parse(row.calibration)).data : undefined;
    const behind = board === null ? null : this.of(null);
    return {
      board,
      bounds: (bounds as Thresholds | undefined) ?? behind?.bounds ?? DEFAULT_THRESHOLDS,
      learnt: learnt ?? behind?.learnt ?? null,
      own: bounds !== undefined,
      calibratedAt: learnt ? (row?.calibrated_at ?? null) : null,
    };
  }

  /** Null removes a scope's own bounds. */
  setBounds(board: Uint8Array | null, bounds: Thresholds | null): void {
    this.#db
      .prepare(
        `INSERT INTO moderation_scope (board, bounds) VALUES (?, ?)
         ON CONFLICT (board) DO UPDATE SET bounds = excluded.bounds`,
      )
      .run(board ?? COMMUNITY, bounds && JSON.stringify(bounds));
    this.#standards.clear();
  }

  /** Null restores the shipped calibration. */
  setLearnt(board: Uint8Array | null, learnt: Learnt | null, nowMs: number): void {
    this.#db
      .prepare(
        `INSERT INTO moderation_scope (board, calibration, calibrated_at) VALUES (?, ?, ?)
         ON CONFLICT (board) DO UPDATE SET calibration = excluded.calibration, calibrated_at = excluded.calibrated_at`,
      )
      .run(board ?? COMMUNITY, learnt && JSON.stringify(learnt), learnt && nowMs);
    this.#standards.clear();
  }

  /** [J22] Forgets everything that was learnt. */
  forget(): void {
    this.#db.exec('UPDATE moderation_scope SET calibration = NULL, calibrated_at = NULL');
    this.#standards.clear();
  }
}

const LEAST = 1e-6;
const logit = (p: number) => {
  const inside = Math.min(1 - LEAST, Math.max(LEAST, p));
  return Math.log(inside / (1 - inside));
};

/** Probabilities after a board's own calibration. */
export function calibrated(learnt: Learnt | null, scores: Scores): Scores {
  if (learnt === null) return scores;
  return Object.fromEntries(
    LABELS.map((label) => {
      const curve = learnt.labels[label];
      return [
        label,
        curve ? 1 / (1 + Math.exp(-(curve.scale * logit(scores[label]) + curve.shift))) : scores[label],
      ];
    }),
  ) as Record<(typeof LABELS)[number], number>;
}
