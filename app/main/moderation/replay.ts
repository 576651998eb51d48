import type { Replay } from '../../contract/index.ts';
import { othersTurn } from '../kernel/clock.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { decide, DEFAULT_THRESHOLDS, type Decision, type Thresholds } from './decision.ts';
import { RULINGS, type Holds } from './holds.ts';
import { KEPT_PUBLISHED, type KeptJudgement } from './judgements.ts';
import { learn, LEAST_DECISIONS, type Decided } from './learn.ts';
import { share } from './metrics.ts';
import { calibrated, type Learnt, type Scopes, type Standard } from './scopes.ts';
import { problem } from './problems.ts';

const DAY_MS = 86_400_000;
/** How many judgements are decided again before other work gets its turn. */
const SLICE = 2000;
const MAX_EXAMPLES = 20;
const EXCERPT = 160;
/** Replays that can still be applied. */
const MAX_PENDING = 20;

type Change =
  | { readonly what: 'bounds'; readonly bounds: Thresholds | null }
  | { readonly what: 'learnt'; readonly learnt: Learnt | null };

interface Pending {
  readonly board: Uint8Array | null;
  readonly change: Change;
}

interface Tally {
  held: number;
  reviewed: number;
  cleared: number;
  /** Of what people held back, the share that would have been held. */
  caught: number;
}

/** Shows the effect of a change of bounds or calibration, and applies a change that was shown [J21]. */
export class Replays {
  readonly #db: Database;
  readonly #holds: Holds;
  readonly #scopes: Scopes;
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  #next = 1;

  constructor(init: { db: Database; holds: Holds; scopes: Scopes; now: () => number }) {
    this.#db = init.db;
    this.#holds = init.holds;
    this.#scopes = init.scopes;
    this.#now = init.now;
  }

  /** Null removes a board's own bounds, and resets the community's to the shipped ones. */
  ofBounds(board: Uint8Array | null, bounds: Thresholds | null): Promise<Replay> {
    return this.#replay({ board, change: { what: 'bounds', bounds } });
  }

  ofShipped(board: Uint8Array | null): Promise<Replay> {
    return this.#replay({ board, change: { what: 'learnt', learnt: null } });
  }

  /** Rejects with a Problem `no-consent` or `too-few-decisions`. */
  async ofCalibration(board: Uint8Array | null, consent: boolean): Promise<Replay> {
    if (!consent) {
      throw problem('no-consent');
    }
    const learnt = learn(this.#decided(board), this.#scopes.of(board).bounds);
    if (learnt === null) {
      throw problem('too-few-decisions', { least: LEAST_DECISIONS });
    }
    return this.#replay({ board, change: { what: 'learnt', learnt } });
  }

  /** How many decisions calibration would be based on. */
  samples(board: Uint8Array | null): { samples: number; needed: number } {
    return { samples: this.#decided(board).length, needed: LEAST_DECISIONS };
  }

  /**
   * Applies a replayed change.
   * @returns the board that it concerns.
   * @throws Problem `replay-unknown` if something has changed since it was made.
   */
  apply(id: string): Uint8Array | null {
    const pending = this.#pending.get(id);
    if (!pending) {
      throw problem('replay-unknown');
    }
    const { board, change } = pending;
    if (change.what === 'bounds') this.#scopes.setBounds(board, change.bounds);
    else this.#scopes.setLearnt(board, change.learnt, this.#now());
    // All others were made under the previous settings.
    this.#pending.clear();
    return board;
  }

  #decided(board: Uint8Array | null): Decided[] {
    return this.#db
      .prepare<{ n: number; ruling: number }>(
        `SELECT h.n, h.ruling FROM hold h JOIN judgement j ON j.n = h.n WHERE h.ruling IS NOT NULL AND j.scores IS NOT NULL
           ${board === null ? '' : 'AND j.board = ?'}`,
      )
      .all(...(board === null ? [] : [board]))
      .flatMap(({ n, ruling }) => {
        const scores = this.#holds.judgements.of(n)?.scores;
        return scores ? [{ scores, bad: RULINGS[ruling] !== 'publish' }] : [];
      });
  }

  async #replay(pending: Pending): Promise<Replay> {
    const since = this.#since();
    const changed = new Map<string, { from: Decision; to: Decision; count: number }>();
    const examples: { n: number; from: Decision; to: Decision; person: string | null }[] = [];
    const [now, after] = [tally(), tally()];
    let [judged, reviewed, bad] = [0, 0, 0];
    for await (const { kept, ruling } of this.#kept(since)) {
      if (pending.board !== null && !(kept.board && equalBytes(kept.board, pending.board))) continue;
      const standard = this.#scopes.of(kept.board);
      const from = decideAgain(kept, standard);
      const to = decideAgain(kept, this.#after(kept.board, standard, pending));
      judged++;
      if (ruling !== null) reviewed++;
      if (ruling !== null && ruling !== 'publish') bad++;
      count(now, from, ruling);
      count(after, to, ruling);
      if (from === to) continue;
      const key = `${from} ${to}`;
      const known = changed.get(key);
      if (known) known.count++;
      else changed.set(key, { from, to, count: 1 });
      if (examples.length < MAX_EXAMPLES) examples.push({ n: kept.n, from, to, person: ruling });
    }
    const days = Math.max(1, (this.#now() - since) / DAY_MS);
    const id = `${this.#now().toString(36)}-${this.#next++}`;
    this.#pending.set(id, pending);
    if (this.#pending.size > MAX_PENDING) this.#pending.delete([...this.#pending.keys()][0]!);
    return {
      id,
      board: pending.board && cidOf(pending.board),
      judged,
      reviewed,
      days,
      changed: [...changed.values()],
      falsePositives: { now: perDay(now, days), after: perDay(after, days) },
      caught: bad === 0 ? { now: null, after: null } : { now: now.caught / bad, after: after.caught / bad },
      examples: examples.flatMap(({ n, ...example }) => {
        const item = this.#holds.item(n);
        return item ? [{ id: cidOf(item.id), excerpt: item.text.slice(0, EXCERPT), ...example }] : [];
      }),
    };
  }

  /** All held items are kept but only the latest published ones: anything older is left out. */
  #since(): number {
    const { count, oldest } = this.#db
      .prepare<{ count: number; oldest: number | null }>(
        'SELECT COUNT(*) AS count, MIN(at) AS oldest FROM judgement WHERE detail IS NULL',
      )
      .get()!;
    if (count >= KEPT_PUBLISHED) return oldest!;
    return (
      this.#db.prepare<{ at: number | null }>('SELECT MIN(at) AS at FROM judgement').get()?.at ?? this.#now()
    );
  }

  async *#kept(since: number) {
    const rulings = this.#db.prepare<{ ruling: number | null }>('SELECT ruling FROM hold WHERE n = ?');
    let after = 0;
    for (;;) {
      const page = this.#holds.judgements.page(after, since, SLICE);
      for (const kept of page) {
        const ruling = rulings.get(kept.n)?.ruling ?? null;
        yield { kept, ruling: ruling === null ? null : RULINGS[ruling]! };
      }
      if (page.length < SLICE) return;
      after = page.at(-1)!.n;
      await othersTurn();
    }
  }

  /**
   * The settings that would be in effect for a board. A change of the community's reaches boards without
   * their own.
   */
  #after(board: Uint8Array | null, now: Standard, { board: scope, change }: Pending): Standard {
    const row = this.#scopes.of(board);
    const isItself = scope === null ? board === null : true;
    if (change.what === 'bounds') {
      if (!isItself && row.own) return now;
      const behind = scope === null ? DEFAULT_THRESHOLDS : this.#scopes.of(null).bounds;
      return { ...now, bounds: change.bounds ?? behind };
    }
    if (!isItself && row.calibratedAt !== null) return now;
    const behind = scope === null ? null : this.#scopes.of(null).learnt;
    return { ...now, learnt: change.learnt ?? behind };
  }
}

/** Decides again on a kept judgement. An item that could not be judged stays as it was. */
function decideAgain(kept: KeptJudgement, { bounds, learnt }: Standard): Decision {
  const { scores, stage, cut, scrutiny, found, decision, language } = kept;
  if (scores === null || stage === 'none') return decision;
  const judgement = { scores: calibrated(learnt, scores), stage, cut, language, spans: [], disguised: 0 };
  const findings = found === 'publish' ? [] : [{ decision: found, reason: { code: 'rule', detail: '' } }];
  return decide(judgement, bounds, findings, scrutiny).decision;
}

const tally = (): Tally => ({ held: 0, reviewed: 0, cleared: 0, caught: 0 });

function count(side: Tally, decision: Decision, ruling: (typeof RULINGS)[number] | null): void {
  if (decision === 'publish') return;
  side.held++;
  if (ruling === null) return;
  side.reviewed++;
  if (ruling === 'publish') side.cleared++;
  else side.caught++;
}

/** Where nobody has reviewed anything, nothing is known of the share: any is equally likely. */
function perDay({ held, reviewed, cleared }: Tally, days: number) {
  const { value, low, high } = share(cleared, reviewed);
  const aDay = held / days;
  return { expected: aDay * (reviewed === 0 ? 0.5 : value), low: aDay * low, high: aDay * high };
}
